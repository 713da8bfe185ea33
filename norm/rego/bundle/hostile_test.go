package bundle_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/stretchr/testify/require"
)

// named writes a norm whose names stand in each other.
func named(lets []string, when string) string {
	var b strings.Builder
	b.WriteString(strings.Replace(typed, "types:\n  backup: {tested: date, size: number, default: bool, note: text}\n", "let:\n", 1))
	text := b.String()
	at := strings.Index(text, "let:\n") + len("let:\n")
	var names strings.Builder
	for i, let := range lets {
		fmt.Fprintf(&names, "  l%d: %q\n", i, let)
	}
	return strings.Replace(text[:at]+names.String()+text[at:], `"custom.backup.all(b, b.size > 0)"`, fmt.Sprintf("%q", when), 1)
}

// A norm that would double the work at each step is translated, or refused in
// words, in a moment.
func TestHostileNorms(t *testing.T) {
	chain := func(first, next string) []string {
		lets := []string{first}
		for i := range 40 {
			lets = append(lets, strings.ReplaceAll(next, "L", fmt.Sprintf("l%d", i)))
		}
		return lets
	}
	condition := "company.active"
	for range 20 {
		condition = "((" + condition + ") ? company.active : company.id == 'a')"
	}
	for name, text := range map[string]string{
		"and":     named(chain("computers.exists(c, c.active)", "L && L"), "l40"),
		"or":      named(chain("computers.exists(c, c.active)", "L || !L"), "l40"),
		"numbers": named(chain("computers.size()", "L + L"), "l40 > 0"),
		"through": named(chain("computers.exists(c, c.active)", "computers.exists(c, L && L) || employees.exists(e, L)"), "l40"),
		"choice":  named(chain("computers.exists(c, c.active)", "L ? L : L"), "l40"),
		"nested":  named([]string{"true"}, condition),
	} {
		t.Run(name, func(t *testing.T) {
			n := load(t, text)
			began := time.Now()
			b, err := bundle.Make(n)
			require.Less(t, time.Since(began), 3*time.Second)
			if err != nil {
				require.ErrorContains(t, err, "goes through too much")
				return
			}
			size := 0
			for _, f := range b.Files() {
				size += len(f.Data)
			}
			require.Less(t, size, 4<<20)
		})
	}
}
