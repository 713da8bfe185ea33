package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/cyberkeurmerk/keurmerk"

// root is the folder of the module, seen from this test.
const root = "../.."

// floors says on which floor a folder stands; the longest prefix counts.
// Plain values that several floors share stand half a floor below the package
// that makes them, so that they can be used without it.
var floors = map[string]float64{
	"testdata":              0,
	"finding":               1,
	"finding/ingest":        1.2, // the readers …
	"finding/ingest/reader": 1.1, // … and what they share
	"norm/diag":             1.5,
	"norm/ruling":           1.5,
	"norm":                  2,
	"score/card":            2.5,
	"score":                 3,
	"certify":               4,

	// What certify/portfolio stands on, and anyone may use …
	"certify/portfolio/book":        3.5,
	"certify/portfolio/interval":    3.5,
	"certify/portfolio/survival":    3.6,
	"certify/portfolio/credibility": 3.5,
	"certify/portfolio/disclosure":  3.5,
	// … and what stands on it.
	"certify/portfolio/experience": 4.1,
	"certify/portfolio/report":     4.2,

	"cmd":      5,
	"examples": 5,
}

func floorOf(folder string) (float64, bool) {
	if folder == "finding/ingest" {
		return 1.4, true // the list of readers, above each of them
	}
	for at := folder; at != "."; at = path.Dir(at) {
		if floor, ok := floors[at]; ok {
			return floor, true
		}
	}
	return 0, false
}

// source is a Go file of the module.
type goFile struct {
	folder, name string
	ast          *ast.File
	test         bool
}

func goFiles(t *testing.T) []goFile {
	var files []goFile
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || base == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(name))
		files = append(files, goFile{filepath.ToSlash(folder), name, parsed, strings.HasSuffix(name, "_test.go")})
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func (f goFile) imports() []string {
	var all []string
	for _, i := range f.ast.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			all = append(all, p)
		}
	}
	return all
}

// Imports point to lower floors or to an ancestor folder; a folder's own
// internal packages are part of it.
func TestImportsPointDown(t *testing.T) {
	checked := 0
	for _, f := range goFiles(t) {
		floor, known := floorOf(f.folder)
		require.True(t, known, "the folder %s stands on no floor", f.folder)
		if f.test {
			continue
		}
		for _, imported := range f.imports() {
			target, ours := strings.CutPrefix(imported, module+"/")
			if !ours {
				continue
			}
			checked++
			below, known := floorOf(target)
			require.True(t, known, "%s imports %s, which stands on no floor", f.name, imported)
			owner, _, internal := strings.Cut(target, "/internal/")
			switch {
			case below < floor:
			case strings.HasPrefix(f.folder+"/", target+"/"):
			case internal && strings.HasPrefix(f.folder+"/", owner+"/"):
			default:
				t.Errorf("%s (floor %v) imports %s (floor %v)", f.name, floor, target, below)
			}
		}
	}
	require.Positive(t, checked)
}

// Nothing but the commands (score/bench is one), the examples and tests asks for a clock, an
// environment variable, chance or the network.
func TestNoHiddenInput(t *testing.T) {
	forbidden := map[string][]string{
		"time": {"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep", "Local"},
		"os":   {"Getenv", "LookupEnv", "Environ", "ExpandEnv", "Hostname", "UserHomeDir"},
	}
	packages := []string{"net", "math/rand", "math/rand/v2", "crypto/rand", "log", "log/slog"}
	for _, f := range goFiles(t) {
		if f.test || strings.HasPrefix(f.folder, "cmd") || strings.HasPrefix(f.folder, "examples") || f.folder == "score/bench" {
			continue
		}
		for _, imported := range f.imports() {
			if slices.Contains(packages, imported) || strings.HasPrefix(imported, "net/") && imported != "net/netip" { // netip only parses
				t.Errorf("%s imports %s", f.name, imported)
			}
		}
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && slices.Contains(forbidden[x.Name], s.Sel.Name) {
					t.Errorf("%s uses %s.%s", f.name, x.Name, s.Sel.Name)
				}
			}
			if d, ok := n.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
				t.Errorf("%s has an init function", f.name)
			}
			return true
		})
	}
}

// The core builds without OPA, and what only reads cards without CEL.
func TestCoreIsLight(t *testing.T) {
	deps := func(packages ...string) string {
		out, err := exec.Command("go", append([]string{"list", "-deps"}, packages...)...).Output()
		require.NoError(t, err)
		require.NotEmpty(t, out)
		return string(out)
	}
	out, err := exec.Command("go", "list", module+"/...").Output()
	require.NoError(t, err)
	core := slices.DeleteFunc(strings.Fields(string(out)), func(p string) bool {
		return strings.HasPrefix(p, module+"/norm/rego") || strings.HasPrefix(p, module+"/cmd/") || strings.HasPrefix(p, module+"/examples/")
	})
	require.Contains(t, core, module+"/norm")
	require.NotContains(t, deps(core...), "open-policy-agent")
	require.Contains(t, deps(module+"/norm/rego"), "open-policy-agent") // the name is still right
	light := deps(module+"/finding/...", module+"/norm/ruling", module+"/score/card", module+"/certify", module+"/certify/ledger", module+"/certify/attest")
	require.NotContains(t, light, "cel-go")
	require.NotContains(t, light, "yaml")
	// An insurer's verifier reaches no network.
	for p := range strings.FieldsSeq(deps(module + "/certify/attest")) {
		require.False(t, p == "net" || strings.HasPrefix(p, "net/http") || p == "crypto/tls" || p == "crypto/x509", p)
	}
}

// The top level holds what a newcomer expects there, and nothing else.
func TestTopLevel(t *testing.T) {
	known := []string{"finding", "norm", "score", "certify", "cmd", "examples", "testdata",
		"go.mod", "go.sum", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"}
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		require.Contains(t, known, e.Name())
		found = append(found, e.Name())
	}
	require.ElementsMatch(t, known, found)
}

// A file is short enough to be read in one sitting.
func TestFilesAreShort(t *testing.T) {
	for _, f := range goFiles(t) {
		data, err := os.ReadFile(f.name)
		require.NoError(t, err)
		if lines := strings.Count(string(data), "\n"); lines > 600 {
			t.Errorf("%s has %d lines", f.name, lines)
		}
	}
}
