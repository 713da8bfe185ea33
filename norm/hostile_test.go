package norm_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// Norms from a stranger: each is refused with a code and a place, or judged
// within its budget. None takes long; a test that hangs has found one.
func TestHostileNorms(t *testing.T) {
	quoted := func(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
	for name, c := range map[string]struct{ when, code string }{
		"string doubling":   {`["a"].map(x, x + x).map(x, x + x)[0] == "a"`, "KM-CEL-SUBSET"},
		"format doubling":   {`"%s%s".format(["a", "a"]) == "a"`, "KM-CEL-SUBSET"},
		"list equality":     {`[1].map(a, [a, a]) == [1].map(a, [a, a])`, "KM-TYPE"},
		"list in list":      {`[1] in [[1]]`, "KM-TYPE"},
		"record equality":   {`websites.all(w, websites.all(v, v == w))`, "KM-TYPE"},
		"three deep":        {`websites.all(a, websites.all(b, websites.all(c, true)))`, "KM-CEL-NESTING"},
		"map literal":       {`{"a": 1} == {"a": 1}`, "KM-CEL-SUBSET"},
		"nested literals":   {strings.Repeat("[", 300) + strings.Repeat("]", 300) + ".size() > 0", "KM-CEL-SIZE"},
		"parentheses":       {strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500), "KM-CEL-SIZE"},
		"negations":         {strings.Repeat("!", 3000) + "true", ""},
		"node flood":        {"true" + strings.Repeat("||true", 600), ""},
		"long":              {strings.Repeat(" ", 4001), "KM-CEL-EMPTY"},
		"too long":          {"true" + strings.Repeat(" ", 4001), "KM-CEL-SIZE"},
		"map chain":         {"[1]" + strings.Repeat(".map(a,[a,a])", 200) + ".size() > 0", ""},
		"pattern":           {`company.name.matches("(a*)*(a*)*((a{20}){20}){20}")`, "KM-CEL-PATTERN"},
		"counted pattern":   {`company.name.matches("a{1000}")`, "KM-CEL-PATTERN"},
		"dynamic pattern":   {`company.name.matches(company.id)`, "KM-CEL-PATTERN"},
		"pattern in a loop": {`vulnerabilities.all(v, !v.title.matches("(x|y)*z"))`, ""},
		"float":             {`1.0 < 2.0`, "KM-CEL-SUBSET"},
		"division":          {`1 / 0 == 0`, "KM-CEL-SUBSET"},
		"bytes":             {`b"a" == b"a"`, "KM-CEL-SUBSET"},
		"null":              {`null == null`, "KM-CEL-SUBSET"},
		"type":              {`type(company) == type(company)`, "KM-CEL-SUBSET"},
		"hidden variable":   {"@end > company.enrolled", "KM-CEL-SYNTAX"},
		"empty":             {"", "KM-CEL-EMPTY"},
		"no bool":           {"company.name", "KM-TYPE"},
	} {
		t.Run(name, func(t *testing.T) {
			text := with(quoted(c.when), "")
			n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
			if c.code == "" && err == nil {
				_, err = n.Judge(context.Background(), month())
				require.NoError(t, err)
				return
			}
			var faults norm.Faults
			require.ErrorAs(t, err, &faults)
			if c.code != "" {
				require.True(t, slices.ContainsFunc(faults, func(f norm.Fault) bool { return f.Code == c.code }), err)
			}
			require.Equal(t, 12, faults[0].Line)
		})
	}
}
