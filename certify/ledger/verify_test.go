package ledger_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func failed(line string) string { return strings.Replace(line, `"pass"`, `"fail"`, 1) }

// written are the lines of a ledger to which an entry of each of the companies
// was appended.
func written(t testing.TB, companies ...string) []string {
	name := filepath.Join(t.TempDir(), "l.jsonl")
	l := open(t, name)
	for i, company := range companies {
		require.NoError(t, l.Append(t.Context(), entry(company, i)))
	}
	require.NoError(t, l.Close())
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	lines := strings.SplitAfter(string(data), "\n")
	return lines[:len(lines)-1]
}

// A line that is changed, missing or moved is reported with its place, also if
// it is the last of its company.
func TestTampering(t *testing.T) {
	line := written(t, "a", "b", "a", "c", "a")
	other := written(t, "a", "b", "a", "a")
	folder := t.TempDir()
	for what, c := range map[string]struct {
		lines   []string
		at      int
		company string
		says    string
		alsoAt  []int // places of further faults
	}{
		"changed":                     {[]string{line[0], line[1], failed(line[2]), line[3], line[4]}, 3, "a", `company "a": entry 2 is not as it was written`, nil},
		"first changed":               {[]string{failed(line[0]), line[1], line[2], line[3], line[4]}, 1, "a", "entry 1 is not as it was written", nil},
		"two changed":                 {[]string{failed(line[0]), line[1], failed(line[2]), line[3], line[4]}, 1, "a", "entry 1 is not", []int{3}},
		"last of its company changed": {[]string{line[0], failed(line[1]), line[2], line[3], line[4]}, 2, "b", "not as it was written, or", nil},
		"a space put in":              {[]string{line[0], line[1], " " + line[2], line[3], line[4]}, 3, "a", "not as it was written", nil},
		"given to another":            {[]string{line[0], line[1], strings.Replace(line[2], `"a"`, `"b"`, 1), line[3], line[4]}, 3, "b", `company "b"`, []int{4, 5}},
		"missing":                     {[]string{line[0], line[1], line[3], line[4]}, 3, "c", `company "a": entry 2, which stood before this line, is missing`, []int{4}},
		"last of its company missing": {[]string{line[0], line[2], line[3], line[4]}, 2, "a", "stood before this one is missing", nil},
		"first gone":                  {line[1:], 1, "b", `company "a": entry 1, which stood before this line, is missing`, []int{2}},
		"companies swapped":           {[]string{line[0], line[2], line[1], line[3], line[4]}, 2, "a", "followed what is line 3 now", []int{3, 4}},
		"swapped":                     {[]string{line[0], line[1], line[4], line[3], line[2]}, 3, "a", "followed what is line 4 now", []int{4, 5}},
		"twice":                       {[]string{line[0], line[1], line[1], line[2], line[3], line[4]}, 3, "b", "followed what is line 1 now", nil},
		"of another ledger":           {[]string{line[0], line[1], other[3], line[2], line[3], line[4]}, 3, "a", "", []int{4}},
		"another ledger behind it":    {append(slices.Clone(line), other...), 6, "a", "first of a ledger", []int{7, 8}},
		"no JSON":                     {[]string{line[0], "x\n", line[2], line[3], line[4]}, 2, "", "can't be read", nil},
		"blank":                       {[]string{line[0], "\n", line[1], line[2]}, 2, "", "can't be read", []int{3}},
		"no sequence":                 {[]string{line[0], strings.Replace(line[1], `,"sequence":1`, "", 1), line[2]}, 2, "b", "no sequence", nil},
		"zeros":                       {[]string{line[0], "\x00\x00\x00\n", line[2]}, 2, "", "can't be read", nil},
	} {
		t.Run(what, func(t *testing.T) {
			text := strings.Join(c.lines, "")
			tampered := filepath.Join(folder, strings.ReplaceAll(what, " ", "-")+".jsonl")
			require.NoError(t, os.WriteFile(tampered, []byte(text), 0o600))
			_, err := ledger.Open(tampered)
			var corrupt *ledger.CorruptError
			require.ErrorAs(t, err, &corrupt)
			require.ErrorContains(t, err, fmt.Sprintf("%s:%d: ", tampered, c.at))
			require.ErrorContains(t, err, c.says)
			require.Equal(t, c.at, corrupt.Line)
			require.Equal(t, c.company, corrupt.Company)

			report, err := ledger.Verify(strings.NewReader(text))
			require.NoError(t, err)
			var places []int
			for _, f := range report.Faults {
				places = append(places, f.Line)
			}
			require.Equal(t, append([]int{c.at}, c.alsoAt...), places, "%v", report.Faults)
			require.False(t, report.Whole())
			require.Equal(t, len(c.lines), report.Lines)
		})
	}
}

// Whatever is done to lines before the last, it is noticed, and not after the
// first line behind it. (Of a ledger from which just the end is gone, nobody
// can tell: see TestKeptDigest.)
func TestAnyTampering(t *testing.T) {
	line := written(t, "a", "b", "a", "c", "a", "b", "d", "a", "c", "b", "a", "a")
	rapid.Check(t, func(t *rapid.T) {
		lines := slices.Clone(line)
		i := rapid.IntRange(0, len(lines)-2).Draw(t, "line")
		first := i
		switch rapid.IntRange(0, 4).Draw(t, "what") {
		case 0:
			at := rapid.IntRange(0, len(lines[i])-1).Draw(t, "byte")
			changed := []byte(lines[i])
			changed[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
			lines[i] = string(changed)
		case 1:
			lines = slices.Delete(lines, i, i+1)
		case 2:
			j := rapid.IntRange(i+1, len(lines)-1).Draw(t, "with")
			lines[i], lines[j] = lines[j], lines[i]
		case 3:
			from := rapid.IntRange(0, len(lines)-1).Draw(t, "from")
			lines = slices.Insert(lines, i, lines[from])
			if i == from { // then it is the second that is too many
				first++
			}
		case 4:
			at := rapid.IntRange(0, len(lines[i])).Draw(t, "byte")
			lines[i] = lines[i][:at] + rapid.StringN(1, 5, -1).Draw(t, "text") + lines[i][at:]
		}
		report, err := ledger.Verify(strings.NewReader(strings.Join(lines, "")))
		require.NoError(t, err)
		require.NotEmpty(t, report.Faults)
		require.GreaterOrEqual(t, report.Faults[0].Line, first, "%v", report.Faults) // one line less at most
		require.LessOrEqual(t, report.Faults[0].Line, first+2, "%v", report.Faults)
	})
}

// What is gone at the end, or was written anew with all its digests, is told
// by a digest that was kept elsewhere.
func TestKeptDigest(t *testing.T) {
	line := written(t, "a", "b", "a")
	report, err := ledger.Verify(strings.NewReader(strings.Join(line, "")))
	require.NoError(t, err)
	require.True(t, report.Whole())
	require.Equal(t, 2, report.Companies)
	kept := report.Last
	require.Equal(t, ledger.Digest([]byte(strings.TrimSuffix(line[2], "\n"))), kept)
	for text, has := range map[string]bool{
		strings.Join(line, ""):                           true,
		strings.Join(line[:2], ""):                       false,
		line[0] + line[1] + failed(line[2]):              false,
		strings.Join(written(t, "a", "b", "a", "a"), ""): true,
		strings.Join(written(t, "a", "c", "a", "a"), ""): false,
		"": false,
	} {
		report, err := ledger.Verify(strings.NewReader(text))
		require.NoError(t, err)
		require.True(t, report.Whole())
		require.Equal(t, has, report.Has(kept), text)
		require.False(t, report.Has(""))
		require.False(t, report.Has("sha256:x"))
	}
}
