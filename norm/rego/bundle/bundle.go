// Package bundle writes a norm as a bundle for Open Policy Agent, so that an
// OPA that is there already judges months as this library does. It takes a
// stock OPA of version 1: the policy uses no function of ours.
//
// [Make] translates the norm, [Bundle.Write] writes the archive:
//
//	b, err := bundle.Make(n)
//	err = b.Sign(key, "scheme-2026") // optional
//	err = b.Write(file)
//
// OPA then answers for a month document (see package finding) as its input:
//
//	$ opa eval --bundle bundle.tar.gz --input month.json data.keurmerk.score
//	{"company":"kvk:30123456","month":"2026-11","norm":{"id":"cyberkeurmerk-kvo-b",…},"earned":7000,
//	 "applicable":10000,"score":7000,"threshold":8000,"measured":10000,"qualifies":false,"criteria":[
//	 {"id":"website-high","weight":2000,"points":0,"outcome":"unmet","vacuous":false,"reason":"","evidence":{"count":1,"keys":[…]}},…]}
//
// The members are those of a scorecard; waivers and the digest of the findings
// are left out. A document that breaks a rule of the format, or
// is about another zone, gets {"error":…,"faults":[…]} and no score.
//
// The policy is meant to be read: each criterion is a package of its own, and
// each condition two sets of rules, for when it is true and for when it is
// false. What fails (a field that is not there, an overflow) is neither, so
// that the criterion is unknown, as it is in the library.
//
// Criteria in Rego come along with their modules, in their own packages; the
// operators and functions that they use are replaced by ones that a stock OPA
// has. In one thing such a criterion differs from the library's: a failure
// that OPA would take for false ends the query with an error, so that there is
// no answer instead of an unknown criterion.
//
// Visits of records are bounded as in the library. Its second bound, on the
// steps of all conditions of a month together, nobody counts here, so that a
// month is judged that the library finds too costly: of the reference norm
// and of any norm that doesn't go through pairs of records there is none.
//
// Dates after 2261, months after that year and e-mail addresses in the place
// of pseudonyms are refused; the library can be told to allow the last.
package bundle

import (
	"embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// Bundle is the files of an OPA bundle.
type Bundle struct {
	files     []File // by name
	roots     []string
	signature []byte // of .signatures.json, if signed
}

// File is one file of a bundle.
type File struct {
	Name string // from the bundle's top, with slashes
	Data []byte
}

//go:embed policy/*.rego
var policy embed.FS

// Make translates the norm. The error is an [*UnsupportedError] if a part of it
// can't be part of a bundle.
func Make(n *norm.Norm) (*Bundle, error) {
	b := &Bundle{roots: []string{"keurmerk"}}
	for _, name := range []string{"cel", "document", "score"} {
		text, err := policy.ReadFile("policy/" + name + ".rego")
		if err != nil {
			return nil, err
		}
		b.add("keurmerk/"+name+".rego", string(text))
	}
	parts := map[string][]norm.Part{}
	for _, p := range n.Parts() {
		parts[p.Criterion] = append(parts[p.Criterion], p)
	}
	lets := map[string]*expr.Expr{}
	for _, p := range parts[""] {
		lets[p.Key] = p.Expr
	}
	named, err := letsFile(parts[""], lets)
	if err != nil {
		return nil, err
	}
	b.add("keurmerk/lets.rego", named)
	if err := b.modules(n); err != nil {
		return nil, err
	}
	lines := map[string][]string{}
	for _, c := range n.Criteria() {
		var rules strings.Builder
		if i := slices.IndexFunc(n.Source().Criteria, func(a norm.Asked) bool { return a.Criterion == c.ID }); i >= 0 {
			asked, names := asking(n, i)
			rules.WriteString(asked)
			lines[c.ID] = names
		}
		for _, p := range parts[c.ID] {
			if err := writePart(&rules, newTranslator(lets, p.Key), p); err != nil {
				return nil, err
			}
			lines[c.ID] = append(lines[c.ID], p.Key)
		}
		b.add("keurmerk/criteria/"+c.ID+".rego", criterionFile(c, rules.String()))
	}
	for _, file := range []struct {
		name    string
		content any
	}{{".manifest", manifest(n, b.roots)}, {"data.json", data(n, lines)}} {
		text, err := json.MarshalIndent(file.content, "", "  ")
		if err != nil {
			return nil, err
		}
		b.add(file.name, string(text)+"\n")
	}
	slices.SortFunc(b.files, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	return b, nil
}

// UnsupportedError says that a part of the norm can't be part of a bundle.
type UnsupportedError struct {
	Part   string // a module's name, or a criterion and its key
	Reason string
}

// Error names the part and the reason.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s can't be part of a bundle: %s", e.Part, e.Reason)
}

// Files are the files of the bundle by name, the signature last if there is
// one.
func (b *Bundle) Files() []File {
	files := slices.Clone(b.files)
	if b.signature != nil {
		files = append(files, File{signatureName, b.signature})
	}
	return files
}

func (b *Bundle) add(name, text string) {
	b.files = append(b.files, File{name, []byte(text)})
}

// letsFile has a rule for each named value.
func letsFile(parts []norm.Part, lets map[string]*expr.Expr) (string, error) {
	var rules strings.Builder
	for _, p := range parts {
		if err := writePart(&rules, newTranslator(lets, ruleName(p.Key)), p); err != nil {
			return "", err
		}
	}
	return "# The values that the norm names, for all its conditions.\npackage keurmerk.lets\n" + imports(rules.String()) + rules.String(), nil
}

// criterionFile has a rule for each part of a criterion.
func criterionFile(c norm.Criterion, rules string) string {
	return fmt.Sprintf("# %s: %s\npackage %s\n%s%s", c.ID, oneLine(c.Title.In("en")), dot("keurmerk.criteria", c.ID), imports(rules), rules)
}

// imports names what the rules use of the rest of the policy.
func imports(rules string) string {
	var code, b strings.Builder
	for line := range strings.Lines(rules) {
		if !strings.HasPrefix(line, "#") {
			code.WriteString(texts.ReplaceAllString(line, ""))
		}
	}
	for _, name := range []string{"cel", "document", "lets", "params"} {
		if regexp.MustCompile(`(^|[^.\w])` + name + `\b`).MatchString(code.String()) {
			b.WriteString("import data.keurmerk." + name + "\n")
		}
	}
	if b.Len() > 0 {
		return "\n" + b.String()
	}
	return ""
}

func newTranslator(lets map[string]*expr.Expr, name string) *translator {
	return &translator{lets: lets, name: name, formulas: map[asked]formula{}, calls: map[*expr.Node]string{},
		costs: map[*expr.Expr]cost{}, lengths: map[deep]cost{}, traits: map[trait]bool{}}
}

// writePart writes an expression of the norm as it stands there, as a comment,
// and as rules.
func writePart(b *strings.Builder, t *translator, p norm.Part) error {
	b.WriteString("\n")
	for line := range strings.Lines(source(p)) {
		fmt.Fprintf(b, "# %s\n", strings.TrimRight(line, "\r\n"))
	}
	var limit body
	if p.Criterion != "" {
		limit = t.budget(p.Expr.Root())
	}
	rules := t.part(p.Expr.Root(), limit)
	switch {
	case p.Criterion != "" && p.Key == "when":
		rules = append(rules, t.decided(p.Expr.Root())...)
	case p.Criterion != "" && p.Key == "evidence":
		rules = t.keys(p.Expr.Root(), limit)
	}
	if t.tooLarge() {
		return &UnsupportedError{p.Criterion + ": " + p.Key, "it goes through too much to be translated; say it with fewer choices and names in each other"}
	}
	b.WriteString(strings.Join(append(rules, t.rules...), "\n\n") + "\n")
	return nil
}

// source is the expression as its author wrote it.
func source(p norm.Part) string {
	f := p.Form
	if f == nil {
		return p.Key + ": " + plainLines(p.Expr.Text)
	}
	text := fmt.Sprintf("%s: %s %s", p.Key, f.Name, f.List)
	if f.Than != "" {
		text += " " + f.Than + " " + f.Limit
	}
	if f.Where != "" {
		text += ", where " + plainLines(f.Where)
	}
	return text
}

// plainLines keeps what would end a comment from ending it.
func plainLines(s string) string {
	return strings.NewReplacer("\r", " ", "\u2028", " ", "\u2029", " ", "\u0085", " ").Replace(strings.TrimSpace(s))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// keys gives the rule for the keys of the records that a criterion points at.
func (t *translator) keys(n *expr.Node, limit body) []string {
	b := append(slices.Clone(limit), "found := "+t.value(n), fmt.Sprintf("keys := [%s | some record in found]", keyOf(n.Type, "record")))
	return clauses("evidence := keys", []body{b})
}

// part gives the rules of a whole expression.
func (t *translator) part(n *expr.Node, limit body) []string {
	if isBool(n) {
		return t.either(t.name, n, limit)
	}
	return clauses(t.name+" := "+t.value(n), []body{limit})
}
