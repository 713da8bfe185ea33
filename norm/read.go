package norm

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// reader turns YAML nodes into values, strictly, and keeps every fault.
type reader struct {
	*source.Document
	files     *files
	engines   []Engine
	asking    []asking
	blind     bool // something that modules see could not be read
	languages []string

	decoded     int                 // bytes of the tests' months so far
	compiled    int                 // bytes of the expressions so far
	at          *yaml.Node          // the expression that was compiled last
	anyLanguage bool                // the norm's languages could not be read
	anyID       bool                // the id of some criterion could not be read
	unread      map[string]bool     // parameters that could not be read
	named       map[string]*located // the named values read so far

	// Of a variant, and of the norms behind it:
	chain     []string // names of the files that led here
	inherited *reader  // of the base, for its fixtures
	bases     Faults   // of the base's file
}

// members are a mapping's values by key, with the keys for places.
type members struct {
	node   *yaml.Node
	shape  *shape.Mapping // nil if the keys are free
	values map[string]*yaml.Node
	order  []*yaml.Node // the keys, in order
}

// key is the key of that name; nil if there is none.
func (m *members) key(name string) *yaml.Node {
	for _, key := range m.order {
		if key.Value == name {
			return key
		}
	}
	return nil
}

// mapping reads a mapping with known keys; a missing required key is a fault
// at the mapping. It returns nil if the node is no mapping.
func (r *reader) mapping(n *yaml.Node, what string, required, optional []string) *members {
	m := r.anyMapping(n, what)
	if m == nil {
		return nil
	}
	known := slices.Concat(required, optional)
	for i, key := range m.order {
		if !slices.Contains(known, key.Value) && !r.decimalComma(m, i) {
			m.order[i] = r.unknownKey(m, key, what, known)
		}
	}
	for _, key := range required {
		if m.values[key] == nil {
			r.missing(m, "KM-MISSING-KEY", missingHints[key], "%s needs the key %q", what, key)
		}
	}
	return m
}

var decimals = regexp.MustCompile(`^[0-9]+ ?%?$`)

// decimalComma reports a number such as 12,5% in brackets, where YAML ends a
// value at the comma and takes the rest for a key.
func (r *reader) decimalComma(m *members, i int) bool {
	key := m.order[i]
	if i == 0 || m.node.Style&yaml.FlowStyle == 0 || !decimals.MatchString(key.Value) || m.values[key.Value].Value != "" {
		return false
	}
	before := m.values[m.order[i-1].Value]
	if before.Kind != yaml.ScalarNode || !wholePlain.MatchString(before.Value) {
		return false
	}
	start, _ := r.Extent(before)
	_, end := r.Extent(key)
	r.ReportAt(start, end, "KM-NUMBER", fmt.Sprintf("write %s.%s", before.Value, key.Value), "between brackets a comma ends the value")
	r.Spoil(before)
	r.Spoil(key)
	return true
}

// unknownKey reports a key. What it stands for is read as what was meant, so
// that nothing is reported only because the key is misspelt.
func (r *reader) unknownKey(m *members, key *yaml.Node, what string, known []string) *yaml.Node {
	if r.Full() {
		return key
	}
	near := diag.Nearest(key.Value, known)
	hint := ""
	if near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	r.Report(key, "KM-UNKNOWN-KEY", hint, "%s has no key %q", what, key.Value)
	if near == "" || m.values[near] != nil {
		return key
	}
	m.values[near] = m.values[key.Value]
	meant := *key
	meant.Value = near
	r.Spoil(&meant)
	return &meant
}

// missing reports what a mapping lacks where it begins: at its first key, or
// at its bracket.
func (r *reader) missing(m *members, code, hint, format string, args ...any) {
	start := r.Offset(m.node.Line, m.node.Column)
	end := start + 1
	if m.node.Style&yaml.FlowStyle == 0 && len(m.node.Content) > 0 {
		start, end = r.Extent(m.node.Content[0])
	}
	r.ReportAt(start, end, code, hint, format, args...)
}

// missingHints say what to type for a key that is missing.
var missingHints = map[string]string{
	"keurmerk": "write keurmerk: 1", "id": "write id: and a name of its own", "version": `write version: "1"`,
	"title": "write title: with a text in each language", "languages": "write languages: [nl, en]",
	"effective": "write effective: {from: 2026-01}", "from": "write from: 2026-01", "timezone": "write timezone: Europe/Amsterdam",
	"score": "write score: {threshold: 80%}", "threshold": "write threshold: 80%", "weight": "write weight: 10%",
	"criteria": "copy one from the reference norm", "certification": "write certification: {months: 6, close_day: 6}",
	"months": "write months: 6", "close_day": "write close_day: 6", "value": "write value: and the number",
	"name": "write name: and what the test shows", "month": "write month: 2026-01", "expect": "write expect: {score: 100%}",
}

// shaped reads a mapping whose keys the shape of a norm knows.
func (r *reader) shaped(n *yaml.Node, s *shape.Mapping) *members {
	m := r.mapping(n, s.What, s.Required(), s.Optional())
	if m != nil {
		m.shape = s
	}
	return m
}

// word reads the word at a key of the shape; empty if none is given.
func (r *reader) word(m *members, key string) string {
	if m.values[key] == nil {
		return ""
	}
	return r.choice(m.values[key], key, m.shape.Key(key).Words...)
}

// number reads the whole number at a key of the shape; without the key or the
// mapping it is what stands for it.
func (r *reader) number(m *members, key string, otherwise int) int {
	if m == nil || m.values[key] == nil {
		return otherwise
	}
	k := m.shape.Key(key)
	return r.whole(m.values[key], key, k.Least, k.Most)
}

// anyMapping reads a mapping whose keys are free.
func (r *reader) anyMapping(n *yaml.Node, what string) *members {
	if r.Bad(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.Report(n, "KM-KIND", "", "%s must be a mapping of keys and values", what)
		return nil
	}
	m := &members{node: n, values: map[string]*yaml.Node{}}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || m.values[key.Value] != nil {
			continue // reported when the document was vetted
		}
		m.order = append(m.order, key)
		m.values[key.Value] = value
	}
	return m
}

// atMost reads a mapping whose keys are free but not many; what the others
// say is not read.
func (r *reader) atMost(most int, n *yaml.Node, what string) *members {
	m := r.anyMapping(n, what)
	if m != nil && len(m.order) > most {
		r.Report(m.order[most], "KM-LIMIT", "", "%s has at most %d keys", what, most)
		m.order = m.order[:most]
	}
	return m
}

// Bounds of what a norm can declare, some ten times what a large one needs.
const (
	maxNames      = 200 // under let
	maxParameters = 1000
	maxTypes      = 100
	maxFields     = 100 // of one type
)

// sequence reads a list.
func (r *reader) sequence(n *yaml.Node, what string) []*yaml.Node {
	if r.Bad(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		r.Report(n, "KM-KIND", "put each item on a line of its own after a dash", "%s must be a list", what)
		return nil
	}
	return n.Content
}

// scalar gives the text of a scalar, however it is written.
func (r *reader) scalar(n *yaml.Node, what string) (string, bool) {
	if r.Bad(n) {
		return "", false
	}
	if n.Kind != yaml.ScalarNode {
		r.Report(n, "KM-KIND", "", "%s must be a single value", what)
		return "", false
	}
	return n.Value, true
}

// Plain values that YAML, or one of its readers, takes for something else
// than text.
var (
	likeBool   = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null|~|)$`)
	likeNumber = regexp.MustCompile(`^[-+.]?[0-9][0-9_.,:eE+-]*%?$|^[-+]?\.(?i:inf|nan)$|^0[xob][0-9a-fA-F_]+$`)
	wholePlain = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

func plain(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) == 0
}

// text reads a text: not empty, and quoted where YAML would read it as
// something else.
func (r *reader) text(n *yaml.Node, what string) (string, bool) {
	s, ok := r.scalar(n, what)
	switch {
	case !ok:
		return "", false
	case plain(n) && (likeBool.MatchString(s) || likeNumber.MatchString(s)):
		if s == "" {
			r.Report(n, "KM-EMPTY-VALUE", "", "%s is empty", what)
		} else {
			r.Report(n, "KM-QUOTE", fmt.Sprintf("write %q", s), "%s is a text, but %s without quotes is read as something else", what, s)
		}
		return "", false
	case strings.TrimSpace(s) == "":
		r.Report(n, "KM-EMPTY-VALUE", "", "%s is empty", what)
		return "", false
	}
	return s, true
}

// choice reads one of the words.
func (r *reader) choice(n *yaml.Node, what string, words ...string) string {
	s, ok := r.scalar(n, what)
	if !ok {
		return ""
	}
	if !slices.Contains(words, s) {
		hint := diag.DidYouMean(s, words)
		if hint == "" {
			hint = "write " + strings.Join(words, " or ")
		}
		r.Report(n, "KM-WORD", hint, "%s can't be %q", what, s)
		return ""
	}
	return s
}

// whole reads a whole number between least and most.
func (r *reader) whole(n *yaml.Node, what string, least, most int) int {
	s, ok := r.scalar(n, what)
	if !ok {
		return least
	}
	v, err := strconv.Atoi(s)
	switch {
	case !plain(n) && err == nil:
		r.Report(n, "KM-NUMBER", "leave out the quotes", "%s is a number, not a text", what)
	case !wholePlain.MatchString(s) || err != nil:
		r.Report(n, "KM-NUMBER", tidyNumber(s), "%s must be a whole number, not %q", what, s)
	case v < least || v > most:
		r.Report(n, "KM-NUMBER", fmt.Sprintf("write %d to %d", least, most), "%s can't be %d", what, v)
	default:
		return v
	}
	return least
}

// tidyNumber is the hint for a number in another shape.
func tidyNumber(s string) string {
	digits := strings.TrimLeft(strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+"), "0")
	if wholePlain.MatchString(digits) {
		return "write " + digits
	}
	return ""
}

// percent reads a percentage up to most.
func (r *reader) percent(n *yaml.Node, what string, most ruling.Points) (ruling.Points, bool) {
	s, ok := r.scalar(n, what)
	if !ok {
		return 0, false
	}
	p, err := ruling.ParsePercent(s)
	if err != nil {
		hint := ""
		fixed := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(strings.ReplaceAll(s, ",", ".")), "%")) + "%"
		if _, err := ruling.ParsePercent(fixed); err == nil {
			hint = "write " + fixed
		}
		r.Report(n, "KM-PERCENT", hint, "%s must be a percentage with at most two decimals, such as 12.5%%", what)
		return 0, false
	}
	if p > most {
		r.Report(n, "KM-PERCENT", fmt.Sprintf("write %v or less", most), "%s can't be more than %v", what, most)
		return 0, false
	}
	return p, true
}

// boolean reads true or false.
func (r *reader) boolean(n *yaml.Node, what string) bool {
	s, ok := r.scalar(n, what)
	if !ok {
		return false
	}
	if plain(n) && (s == "true" || s == "false") {
		return s == "true"
	}
	hint := "write true or false"
	switch strings.ToLower(s) {
	case "yes", "y", "on", "ja", "true":
		hint = "write true"
	case "no", "n", "off", "nee", "false":
		hint = "write false"
	}
	r.Report(n, "KM-BOOL", hint, "%s must be true or false, not %q", what, s)
	return false
}

// month reads a calendar month such as 2026-11.
func (r *reader) month(n *yaml.Node, what string) finding.YearMonth {
	s, ok := r.scalar(n, what)
	if !ok {
		return 0
	}
	m, err := finding.ParseMonth(s)
	if err != nil {
		r.Report(n, "KM-MONTH", tidyMonth(s), "%s must be a month such as 2026-11, not %q", what, s)
	}
	return m
}

var monthParts = regexp.MustCompile(`^([0-9]{4})[-/ ]?([0-9]{1,2})([-/ ][0-9]{1,2})?$|^([0-9]{1,2})[-/ ]([0-9]{4})$`)

// tidyMonth is the hint for a month in another shape.
func tidyMonth(s string) string {
	parts := monthParts.FindStringSubmatch(s)
	if parts == nil {
		return ""
	}
	fixed := fmt.Sprintf("%s-%02s", parts[1]+parts[5], parts[2]+parts[4])
	if _, err := finding.ParseMonth(fixed); err != nil {
		return ""
	}
	return "write " + fixed
}

var idShape = regexp.MustCompile(shape.IDShape)

// id reads an identifier: lower-case letters, digits and hyphens.
func (r *reader) id(n *yaml.Node, what string) (string, bool) {
	s, ok := r.text(n, what)
	if ok && !idShape.MatchString(s) {
		hint := ""
		if fixed := strings.ToLower(strings.NewReplacer("_", "-", " ", "-").Replace(s)); idShape.MatchString(fixed) {
			hint = "write " + fixed
		}
		r.Report(n, "KM-ID", hint, "%s %q must be lower-case letters, digits and hyphens, and start with a letter", what, s)
		return "", false
	}
	return s, ok
}

var nameShape = regexp.MustCompile(shape.NameShape)

// name checks a name that expressions use.
func (r *reader) name(key *yaml.Node, what string) bool {
	if !nameShape.MatchString(key.Value) {
		r.Report(key, "KM-NAME", "", "%s %q must be lower-case letters, digits and underscores, and start with a letter", what, key.Value)
		return false
	}
	if slices.Contains(literals, key.Value) {
		r.Report(key, "KM-NAME", "choose another name", "%s can't be called %q, which means something else in a condition", what, key.Value)
		return false
	}
	return true
}

// literals are the words that no name and no field can be, in CEL; reserved
// those that no name of a named value can be besides.
var (
	literals = []string{"true", "false", "null", "in"}
	reserved = []string{"as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
		"namespace", "package", "return", "var", "void", "while"}
)

// texts reads a text in each of the norm's languages. A norm in one language
// may write the text itself.
func (r *reader) texts(n *yaml.Node, what string) Texts {
	if r.Bad(n) {
		return nil
	}
	if n.Kind == yaml.ScalarNode && len(r.languages) == 1 {
		s, _ := r.text(n, what)
		return Texts{r.languages[0]: s}
	}
	if n.Kind != yaml.MappingNode {
		r.Report(n, "KM-LANGUAGE", "write "+everyLanguage(r.languages), "%s must be written in each of the norm's languages", what)
		return nil
	}
	m := r.anyMapping(n, what)
	if m == nil {
		return nil
	}
	texts := Texts{}
	for _, key := range m.order {
		if !slices.Contains(r.languages, key.Value) && !r.anyLanguage {
			r.Report(key, "KM-LANGUAGE", diag.DidYouMean(key.Value, r.languages), "%q is not among the norm's languages", key.Value)
			continue
		}
		texts[key.Value], _ = r.text(m.values[key.Value], what+" in "+key.Value)
	}
	for _, language := range r.languages {
		if m.values[language] == nil && !r.anyLanguage {
			start, end := r.Extent(n)
			r.ReportAt(start, end, "KM-LANGUAGE", fmt.Sprintf("add %s: and the text", language), "%s is missing in %q", what, language)
		}
	}
	return texts
}

// everyLanguage is what a text looks like: {nl: …, en: …}.
func everyLanguage(languages []string) string {
	return "{" + strings.Join(languages, ": …, ") + ": …}"
}
