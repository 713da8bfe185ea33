package lint_test

import (
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/lint"
	"github.com/stretchr/testify/require"
)

// What is alike, and what looks like it and is not.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b  string
		alike bool
	}{
		{"company.active", "company.active", true},
		{"company.active", "!(!company.active)", true},
		{"company.active", "!company.active", false},
		{"company.active", "true", false},
		{"vulnerabilities.exists(v, v.severity >= HIGH)", "vulnerabilities.exists(w, w.severity > MEDIUM)", true},
		{"vulnerabilities.exists(v, v.severity >= CRITICAL)", "vulnerabilities.exists(v, v.severity > CRITICAL)", false},
		{"vulnerabilities.exists(v, v.severity > UNKNOWN)", "vulnerabilities.exists(v, false)", true},
		{"!vulnerabilities.exists(v, !v.open || v.open && v.severity >= HIGH)", "!vulnerabilities.exists(v, !v.open || v.severity >= HIGH)", true},
		{"questionnaires.all(q, q.score >= params.p || q.score == 71)", "questionnaires.all(q, q.score > 69)", true},
		{"questionnaires.all(q, q.score >= params.p || q.score == 69)", "questionnaires.all(q, q.score > 69)", false},
		{"computers.exists(c, c.os == 'a' && c.os != 'b')", "computers.exists(c, c.os == 'a')", true},
		{"computers.exists(c, has(c.os) && c.os == 'a')", "computers.exists(c, c.os == 'a')", false},  // without an os the one is false, the other fails
		{"courses.exists(c, c.days_offered <= 5)", "courses.exists(c, !(c.days_offered > 5))", false}, // nobody knows when
		{"computers.exists(c, c.seen > c.retired || c.active)", "computers.exists(c, c.active || c.seen > c.retired)", true},
		{"computers.exists(c, c.seen > c.retired)", "computers.exists(c, c.seen >= c.retired)", false},
		{"computers.filter(c, c.active && true).size() > 3", "computers.filter(c, c.active).size() > 3", true},
		{"computers.filter(c, c.active).size() > 3", "computers.filter(c, c.active).size() >= 3", false},
		{"computers.exists(c, c.active)", "websites.exists(c, c.active)", false},
		{"computers.exists(c, websites.exists(w, w.id == c.id && w.fresh || w.id == c.id && !w.fresh))", "computers.exists(c, websites.exists(w, w.id == c.id))", true},
	} {
		s, err := expr.NewScope(nil, map[string]expr.FieldType{"p": expr.Number})
		require.NoError(t, err)
		compile := func(text string) *expr.Expr {
			e, faults := s.Compile(text, expr.Truth)
			require.Empty(t, faults, text)
			return e
		}
		cells, alike := lint.Alike(s, map[string]any{"p": int64(70)}, compile(c.a), compile(c.b))
		require.Equal(t, c.alike, alike, "%s, %s", c.a, c.b)
		_, mirrored := lint.Alike(s, map[string]any{"p": int64(70)}, compile(c.b), compile(c.a))
		require.Equal(t, alike, mirrored, "%s, %s", c.b, c.a)
		require.True(t, !alike || c.a == c.b || cells > 0, c.a)
	}
}
