package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// block is a block of the README: fenced with its language, or a command of
// one indented line.
type block struct{ language, text string }

func readme(t testing.TB) []block {
	data, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	return blocksOf(t, string(data))
}

func blocksOf(t testing.TB, text string) []block {
	var blocks []block
	open := false
	for line := range strings.Lines(text) {
		switch command, indented := strings.CutPrefix(line, "    "); {
		case strings.HasPrefix(line, "```") && !open:
			open = true
			blocks = append(blocks, block{language: strings.TrimSpace(line[3:])})
		case strings.HasPrefix(line, "```"):
			open = false
		case open:
			blocks[len(blocks)-1].text += line
		case indented:
			blocks = append(blocks, block{"sh", strings.TrimSpace(command)})
		}
	}
	require.NotEmpty(t, blocks)
	return blocks
}

func readmeNorm(t testing.TB) string {
	for _, b := range readme(t) {
		if b.language == "yaml" {
			return b.text
		}
	}
	t.Fatal("the README shows no norm")
	return ""
}

// Every block of the README is what it says it is.
func TestReadme(t *testing.T) {
	ci, err := os.ReadFile(filepath.Join(root, ".ci", "run"))
	require.NoError(t, err)
	ran := map[string]int{}
	for _, b := range readme(t) {
		ran[b.language]++
		switch b.language {
		case "sh":
			readmeCommand(t, b.text, string(ci))
		case "go":
			source, err := os.ReadFile(filepath.Join(root, "examples", "score", "main.go"))
			require.NoError(t, err)
			require.True(t, strings.HasSuffix(string(source), b.text), "the README's program is examples/score")
		case "yaml":
			_, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(b.text)}}, "norm.yaml")
			require.NoError(t, err)
		case "text":
			checkFault(t, b.text)
		default:
			t.Errorf("a block of %q, which nothing checks", b.language)
		}
	}
	require.Equal(t, map[string]int{"sh": 8, "go": 1, "yaml": 1, "text": 1}, ran)
}

// readmeCommand runs a command as printed. The tests and the benchmarks can't
// run themselves: the checks before a change lands run those.
func readmeCommand(t *testing.T, command, ci string) {
	words := strings.Fields(command)
	switch {
	case strings.HasPrefix(command, "go test"):
		wanted := command
		if strings.Contains(command, "-bench") {
			wanted = "-bench ."
		}
		require.Contains(t, ci, wanted)
	case strings.HasPrefix(command, "go run ./cmd/keurmerk "):
		args := words[3:]
		for i, a := range args {
			if strings.HasPrefix(a, "norm/") {
				args[i] = filepath.Join(root, a)
			}
		}
		code, _, stderr := call(t, nil, args...)
		require.Zero(t, code, "%s: %s", command, stderr)
	default:
		c := exec.Command(words[0], words[1:]...)
		c.Dir = root
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s: %s", command, out)
		require.NotEmpty(t, out)
	}
}

// checkFault sees that the fault which the README shows is what is printed for
// its norm with that misspelling.
func checkFault(t *testing.T, shown string) {
	short := "when: {none: vulnerabilities, where: it.open && it.severity >= HIGH}"
	long := "when:\n      none: vulnerabilities\n      where: it.severty >= HIGH"
	faulty := strings.Replace(readmeNorm(t), short, long, 1)
	require.NotEqual(t, readmeNorm(t), faulty)
	_, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(faulty)}}, "norm.yaml")
	require.EqualError(t, err, strings.TrimRight(shown, "\n"))
}
