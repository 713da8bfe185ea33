package attest

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// mutated are the files whose conditions are disabled in turn: all that decide
// about what others wrote.
var mutated = []string{"arithmetic.go", "bundle.go", "canonical.go", "certificate.go", "dates.go", "ed25519.go", "envelope.go",
	"holder.go", "log.go", "logged.go", "months.go", "root.go", "scorecard.go", "status.go", "trust.go", "verify.go"}

// guards are the tests that must notice.
const guards = "^Test(Attacks|Honest|HonestVariants|Doubt|PinnedRoot|UnusableTrust|Wycheproof|SmallOrder|MerkleProofs|SignedNotes|DSSE|Parsers|ReportJSON|Issue|Rules|Words)$"

// mutant is one condition that is replaced by a constant.
type mutant struct {
	place string // file, function and condition
	to    bool
}

// Each condition of the verifier is disabled in turn, and a test must notice.
// All mutants are in one program, which is told which one to be; a first run
// tells which cases a mutant makes a difference to at all, so that only those
// are run.
func TestMutants(t *testing.T) {
	if os.Getenv("KEURMERK_SLOW") == "" {
		t.Skip("SKIPPED: the mutation run; KEURMERK_SLOW=1 runs it")
	}
	program, mutants := mutantProgram(t)
	require.Greater(t, len(mutants), 150)
	trace := filepath.Join(t.TempDir(), "trace")
	require.NoError(t, runMutant(program, guards, "KEURMERK_TRACE="+trace), "the tests pass as long as nothing is disabled")
	cases := map[int][]string{}
	text, err := os.ReadFile(trace)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &cases))
	survived := make([]bool, len(mutants))
	var group sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range next {
				survived[i] = survives(program, i, cases[i])
			}
		})
	}
	for i := range mutants {
		next <- i
	}
	close(next)
	group.Wait()
	found := map[string]bool{}
	for i, m := range mutants {
		if !survived[i] {
			continue
		}
		found[m.place] = true
		if explained[m.place] == "" {
			t.Errorf("nothing notices when this is %v (%d cases): %s", m.to, len(cases[i]), m.place)
		}
	}
	for place := range explained {
		if !found[place] {
			t.Errorf("a test notices this, so it needs no explanation: %s", place)
		}
	}
	t.Logf("%d mutants, %d explained, all others noticed", len(mutants), len(found))
}

// survives runs the cases to which the mutant makes a difference: a few at
// first, then all.
func survives(program string, n int, cases []string) bool {
	as := fmt.Sprintf("KEURMERK_MUTANT=%d", n)
	for _, some := range [][]string{cases[:min(len(cases), 8)], cases} {
		if len(some) == 0 {
			return true
		}
		tests, subtests := map[string]bool{}, map[string]bool{}
		for _, c := range some {
			test, sub, _ := strings.Cut(c, "/")
			tests["^"+test+"$"] = true
			if sub != "" {
				subtests["^"+regexp.QuoteMeta(sub)+"$"] = true
			}
		}
		pattern := strings.Join(slices.Sorted(maps.Keys(tests)), "|")
		if len(subtests) > 0 {
			pattern = "(" + pattern + ")/(" + strings.Join(slices.Sorted(maps.Keys(subtests)), "|") + ")"
		}
		if len(some) > 100 {
			pattern = guards
		}
		if runMutant(program, pattern, as) != nil {
			return false
		}
	}
	return true
}

// runMutant runs tests of the program; an error says that they noticed.
func runMutant(program, pattern, env string) error {
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	c := exec.CommandContext(ctx, program, "-test.run", pattern, "-test.failfast")
	c.Env = append(os.Environ(), "KEURMERK_SLOW=", env)
	return c.Run()
}

// mutantProgram builds the tests with every condition behind a switch.
func mutantProgram(t *testing.T) (string, []mutant) {
	folder := t.TempDir()
	here, err := os.Getwd()
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	write := func(name, text string) {
		path := filepath.Join(folder, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		overlay.Replace[filepath.Join(here, name)] = path
	}
	var mutants []mutant
	for _, name := range mutated {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		text, more := mutate(t, name, string(source), len(mutants))
		mutants = append(mutants, more...)
		write(name, text)
	}
	write("mutant_switch_test.go", switchTest)
	write("mutant_switch.go", switchCode)
	text, err := json.Marshal(overlay)
	require.NoError(t, err)
	file := filepath.Join(folder, "overlay.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	program := filepath.Join(folder, "attest.test")
	out, err := exec.Command("go", "test", "-c", "-vet=off", "-overlay", file, "-o", program, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program, mutants
}

// switchCode is what conditions are put behind.
const switchCode = `package attest

var mutantNow func(n int, to, value bool) bool

func mutantIs(n int, to, value bool) bool {
	if mutantNow == nil {
		return value
	}
	return mutantNow(n, to, value)
}
`

// switchTest decides which mutant the program is, or writes down which cases
// each would make a difference to.
const switchTest = `package attest

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"
)

func TestMain(m *testing.M) {
	number, err := strconv.Atoi(os.Getenv("KEURMERK_MUTANT"))
	trace, name := map[int][]string{}, ""
	file := os.Getenv("KEURMERK_TRACE")
	onCase = func(c string) { name = c }
	mutantNow = func(n int, to, value bool) bool {
		if err == nil && n == number {
			return to
		}
		if file != "" && value != to && !slices.Contains(trace[n], name) {
			trace[n] = append(trace[n], name)
		}
		return value
	}
	code := m.Run()
	if file != "" {
		text, err := json.Marshal(trace)
		if err != nil || os.WriteFile(file, text, 0o600) != nil {
			code = 2
		}
	}
	os.Exit(code)
}
`

// mutate puts every condition of a file behind a switch: of an if or a case
// without a tag the whole (false) and its operands, of a must its operands. An
// operand of && becomes true, of || false: as if it were not there.
func mutate(t *testing.T, name, source string, first int) (string, []mutant) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, 0)
	require.NoError(t, err)
	var mutants []mutant
	insert := map[int][]string{} // by offset
	function := ""
	at := func(p token.Pos) int { return set.Position(p).Offset }
	add := func(e ast.Expr, to bool) {
		text := strings.Join(strings.Fields(source[at(e.Pos()):at(e.End())]), " ")
		open := fmt.Sprintf("mutantIs(%d, %v, ", first+len(mutants), to)
		mutants = append(mutants, mutant{fmt.Sprintf("%s %s: %s", name, function, text), to})
		insert[at(e.Pos())] = append(insert[at(e.Pos())], open)
		insert[at(e.End())] = append([]string{")"}, insert[at(e.End())]...)
	}
	var operands func(e ast.Expr, to bool)
	operands = func(e ast.Expr, to bool) {
		switch x := e.(type) {
		case *ast.ParenExpr:
			operands(x.X, to)
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR {
				operands(x.X, x.Op == token.LAND)
				operands(x.Y, x.Op == token.LAND)
				return
			}
			add(e, to)
		default:
			add(e, to)
		}
	}
	condition := func(e ast.Expr) {
		if text := source[at(e.Pos()):at(e.End())]; text == "err != nil" || text == "err == nil" {
			add(e, strings.Contains(text, "=="))
			return
		}
		if b, ok := e.(*ast.BinaryExpr); ok && (b.Op == token.LAND || b.Op == token.LOR) {
			add(e, false)
		}
		operands(e, false)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl:
			function = x.Name.Name
		case *ast.IfStmt:
			condition(x.Cond)
		case *ast.SwitchStmt:
			if x.Tag == nil {
				for _, c := range x.Body.List {
					for _, e := range c.(*ast.CaseClause).List {
						condition(e)
					}
				}
			}
		case *ast.CallExpr:
			called := source[at(x.Fun.Pos()):at(x.Fun.End())]
			if (called == "must" || strings.HasSuffix(called, ".must")) && len(x.Args) > 1 {
				if id, ok := x.Args[0].(*ast.Ident); !ok || id.Name != "false" {
					operands(x.Args[0], true)
				}
			}
		}
		return true
	})
	var out strings.Builder
	last := 0
	offsets := make([]int, 0, len(insert))
	for o := range insert {
		offsets = append(offsets, o)
	}
	slices.Sort(offsets)
	for _, o := range offsets {
		out.WriteString(source[last:o])
		for _, s := range insert[o] {
			out.WriteString(s)
		}
		last = o
	}
	out.WriteString(source[last:])
	return out.String(), mutants
}

// explained are the conditions that nothing can notice, and why.
var explained = map[string]string{
	// A second check says the same.
	"holder.go subject: len(d.card.Subject) != 1":                    "a scorecard with another number of subjects breaks its rule in step 4",
	"canonical.go UnmarshalJSON: data[0] != '\"'":                    "what is left is no instant for UnmarshalText",
	"logged.go open: proof.Index >= head.Size":                       "tlog.CheckRecord refuses it in other words",
	"logged.go checkpoint: s.Name == log.name && s.Hash == log.hash": "the log's signature is 64 bytes, so it has no time of a witness",
	"logged.go checkpoint: s.Name == log.name":                       "two keys share a hash once in 2^32",
	"logged.go checkpoint: s.Hash == log.hash":                       "no witness bears the log's name in these cases, and note.Open tells keys of one name apart",
	"logged.go checkpoint: len(sig) < 4":                             "note.Open refuses such a line",
	"log.go Extends: older.Size == c.Size":                           "tlog.CheckTree knows that a tree continues itself",
	"log.go EntryOf: err == nil":                                     "what rests under a certificate decodes, or its digest is made up",
	"months.go run: terms.Term == TermRenewed":                       "fewer months than asked for are refused for every term",
	"log.go decimal: err != nil":                                     "what is no number is not written as one again",
	"log.go ParseCheckpoint: err != nil":                             "a size that can't be read is 0, and its hash another",
	"log.go parseNoteKey: err != nil":                                "what is not base64 is not 33 bytes",
	"log.go EntryOf: err != nil":                                     "without scorecards that it names, there is no entry",
	"envelope.go Sign: err != nil":                                   "an envelope without a payload is refused",
	"envelope.go decodeSame: err != nil":                             "what was not read in full is not written as it was",
	"canonical.go decodeCanonical: err != nil":                       "what was not read in full is not written as it was",
	"canonical.go UnmarshalText: err != nil":                         "what is no time is not written as it was",
	// An error that is passed on, though nothing here brings it about: what
	// could was refused before.
	"arithmetic.go same: err != nil":            "results are encodable",
	"bundle.go check: err != nil":               "Rotate checks the envelope of a root again",
	"canonical.go encodeCanonical: err != nil":  "canonicalizing what was just encoded",
	"certificate.go NewCertificate: err != nil": "a zone that does not load breaks a rule",
	"certificate.go close: err != nil":          "a zone that does not load breaks a rule",
	"dates.go awardDates: err != nil":           "a zone that does not load breaks a rule",
	"dates.go cardDates: err != nil":            "a zone that does not load breaks a rule",
	"dates.go termDates: err != nil":            "a zone that does not load breaks a rule",
	"envelope.go DecodeEnvelope: err != nil":    "an envelope that was not read is empty, and refused",
	"log.go ParseProof: err != nil":             "what is not base64 is not 32 bytes",
	"logged.go checkpoint: err != nil":          "keys are checked when the root is read",
	"logged.go open: err != nil":                "an entry of a document that was read is a record",
	"root.go Rotate: err != nil":                "envelopes are checked when the bundle is read",
	"trust.go DecodeNorm: err != nil":           "a norm that can't be read breaks its rules",
}
