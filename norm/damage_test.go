package norm_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// damage spoils a text in one of the ways in which files get spoilt.
func damage(r *rand.Rand, text string) string {
	lines := strings.SplitAfter(text, "\n")
	at, other := r.IntN(len(lines)), r.IntN(len(lines))
	byteAt := r.IntN(len(text) + 1)
	signs := []string{"'", `"`, ":", ": ", "-", "[", "]", "{", "}", "\t", " ", "#", "&", "*", "!", "|", ">", "@", "%", "`", "\n", "\r", "é", "😀", "\u202e", "\x00", "\xff", "?", ",", "=", "(", ")", "..", "<<: *a", "---\n", "\\"}
	switch r.IntN(9) {
	case 0: // a byte flipped
		if byteAt < len(text) {
			return text[:byteAt] + string([]byte{text[byteAt] ^ 1<<r.IntN(8)}) + text[byteAt+1:]
		}
	case 1: // a line lost
		lines[at] = ""
	case 2: // a line twice
		lines[at] += lines[at]
	case 3: // two lines changed over
		lines[at], lines[other] = lines[other], lines[at]
	case 4: // cut off
		return text[:byteAt]
	case 5: // indented more
		lines[at] = strings.Repeat(" ", 1+r.IntN(4)) + lines[at]
	case 6: // indented less
		lines[at] = lines[at][min(r.IntN(4), len(lines[at])-len(strings.TrimLeft(lines[at], " "))):]
	default: // something typed in, or out
		end := min(byteAt+r.IntN(3), len(text))
		return text[:byteAt] + signs[r.IntN(len(signs))] + text[end:]
	}
	return strings.Join(lines, "")
}

// However a norm is damaged, nothing panics, nothing takes long, and each
// fault has a place on a character of the file.
func TestDamagedNorms(t *testing.T) {
	sources := []string{minimal, with("\n      count: computers\n      where: >-\n        it.fresh &&\n\n        it.active\n      more_than: 5", "let:\n  a: 'company.name == \"it''s\"'\n")}
	for _, pattern := range []string{"cyberkeurmerk/norm.yaml", "testdata/faults/*.yaml"} {
		names, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			sources = append(sources, string(data))
		}
	}
	refused := 0
	for seed := range uint64(cases(t, 400, 20_000)) {
		r := rand.New(rand.NewPCG(seed, 2))
		text := sources[r.IntN(len(sources))]
		for range 1 + r.IntN(3) {
			text = damage(r, text)
		}
		start := time.Now()
		n, faults, err := norm.Check(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
		require.NoError(t, err)
		require.Less(t, time.Since(start), time.Second, "seed %d", seed)
		if n != nil {
			_, err := n.Judge(context.Background(), month())
			_ = err // whatever it is, it did not panic
			continue
		}
		refused++
		require.True(t, faults.Failed(), "seed %d", seed)
		lines := strings.Split(text, "\n")
		for _, f := range faults {
			require.NotEqual(t, "KM-INTERNAL", f.Code, "seed %d: %v", seed, f)
			require.True(t, within(lines, f.Line, f.Column) && within(lines, f.EndLine, f.EndColumn), "seed %d: %v ends %d:%d", seed, f, f.EndLine, f.EndColumn)
			require.True(t, f.Line < f.EndLine || f.Line == f.EndLine && f.Column <= f.EndColumn, "seed %d: %v", seed, f)
			require.NotEmpty(t, f.Message)
		}
	}
	require.Positive(t, refused)
}

// within tells whether the place is one of a character of the file; of an
// empty line it is the first.
func within(lines []string, line, column int) bool {
	return line >= 1 && line <= len(lines) && column >= 1 && column <= max(1, utf8.RuneCountInString(strings.TrimSuffix(lines[line-1], "\r")))
}
