package norm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Names that use names double what they stand for at every step; looking for
// warnings ends all the same, without any.
func TestWarningsOfDoubledNames(t *testing.T) {
	var lets strings.Builder
	lets.WriteString("let:\n  a0: vulnerabilities.exists(v, v.open)\n")
	for i := range 60 {
		fmt.Fprintf(&lets, "  a%d: a%d && a%d\n", i+1, i, i)
	}
	_, faults := warned(t, with("a60", lets.String()))
	require.Empty(t, faults)
}

// Hundreds of criteria that each have to be tried end within the effort that
// there is for one norm. Where it lasts the first are warned of.
func TestWarningsAreBounded(t *testing.T) {
	const many = 400
	for name, c := range map[string]struct{ condition, code string }{
		"counts":  {`'vulnerabilities.filter(v, v.open && v.title == "x%d").size() > %[1]d'`, ""},
		"nested":  {`'vulnerabilities.all(v, vulnerabilities.exists(w, w.id == v.id && v.open && w.title != "x%d"))'`, "KM-VACUOUS"},
		"forms":   {`{every: employees, where: 'it.active || it.id == "x%d"'}`, "KM-VACUOUS"},
		"numbers": {`{count: employees, where: 'it.active || it.id == "x%d"', at_most: %[1]d}`, "KM-VACUOUS"},
	} {
		t.Run(name, func(t *testing.T) {
			var all []string
			for i := range many {
				all = append(all, "when: "+fmt.Sprintf(c.condition, i))
			}
			_, faults := warned(t, strings.ReplaceAll(criteria("", all...), "weight: 0%", "weight: 0.25%"))
			found := 0
			for _, f := range faults {
				if f.Code == c.code {
					found++
				}
			}
			require.True(t, found > 0 || c.code == "")
		})
	}
}
