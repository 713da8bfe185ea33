package diag_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/stretchr/testify/require"
)

func ExampleFault() {
	fmt.Println(diag.Fault{
		File: "norm.yaml", Line: 31, Column: 15, EndLine: 31, EndColumn: 21, Severity: diag.Error,
		Code: "KM-UNKNOWN-FIELD", Message: `Vulnerability has no field "severty"`, Hint: `did you mean "severity"?`,
		Source: "    where: it.severty >= HIGH",
	})
	// Output:
	// norm.yaml:31:15: error: Vulnerability has no field "severty"; did you mean "severity"?
	//   31 |     where: it.severty >= HIGH
	//      |               ^~~~~~~
}

// The caret stands under the span however wide a terminal shows what is
// before it, and nothing in the line can move the cursor.
func TestCaret(t *testing.T) {
	for name, c := range map[string]struct {
		source, want string
		column, end  int
	}{
		"narrow":         {"ab cd", "     |    ^~", 4, 5},
		"wide":           {"你好 cd", "     |      ^~", 4, 5},
		"emoji":          {"😀 cd", "     |    ^~", 3, 4},
		"combining":      {"e\u0301 cd", "     |   ^~", 4, 5},
		"narrow emoji":   {"✅⚡ cd", "     |      ^~", 4, 5},
		"joined":         {"e\ufe0f\u0301 cd", "     |   ^~", 5, 6},
		"zero width":     {"a\u200db cd", "     |     ^~", 5, 6}, // shown as a character of its own
		"Hangul":         {"한 \u1112\u1161 cd", "     |       ^~", 6, 7},
		"tab":            {"\tcd", "     |  ^~", 2, 3},
		"past the end":   {"ab", "     |   ^", 3, 3},
		"up to line end": {"ab cd", "     |    ^~", 4, 99},
	} {
		t.Run(name, func(t *testing.T) {
			f := diag.Fault{File: "f", Line: 10, Column: c.column, EndLine: 10, EndColumn: c.end, Source: c.source}
			require.Contains(t, f.String(), "\n"+c.want)
		})
	}
	hostile := diag.Fault{File: "f\x1b[2J", Line: 1, Column: 1, EndLine: 1, EndColumn: 1, Message: "x\u202ey\r", Source: "\x1b[31m\u200b"}
	for _, r := range hostile.String() {
		require.True(t, r == '\n' || r >= ' ' && r != '\u202e' && r != '\u200b', "%q", r)
	}
}

// Of a long line only what stands around the span is printed.
func TestLongLine(t *testing.T) {
	f := diag.Fault{File: "f", Line: 1, Column: 500_001, EndLine: 1, EndColumn: 500_002, Source: strings.Repeat("x", 500_000) + "ab" + strings.Repeat("y", 500_000)}
	require.Less(t, len(f.String()), 1000)
	require.Contains(t, f.String(), "f:1:500001: ")
	lines := strings.Split(f.String(), "\n")
	require.Equal(t, strings.Index(lines[1], "ab"), strings.Index(lines[2], "^~"))
}

func TestNearest(t *testing.T) {
	words := []string{"severity", "status", "sources", "open", "days_open"}
	for name, want := range map[string]string{
		"severty": "severity", "Severity": "severity", "sevreity": "severity", "staus": "status",
		"opne": "open", "dayopen": "days_open", "colour": "", "x": "", "": "",
	} {
		require.Equal(t, want, diag.Nearest(name, words), name)
	}
}

func TestFaultsSortAndFail(t *testing.T) {
	faults := diag.Faults{
		{File: "b", Line: 1, Severity: diag.Warning}, {File: "a", Line: 2, Column: 9}, {File: "a", Line: 2, Column: 3}, {File: "a", Line: 1},
	}
	faults.Sort()
	require.Equal(t, []int{1, 2, 2, 1}, []int{faults[0].Line, faults[1].Line, faults[2].Line, faults[3].Line})
	require.Equal(t, 3, faults[1].Column)
	require.False(t, faults.Failed())
	faults[0].Severity = diag.Error
	require.True(t, faults.Failed())
}
