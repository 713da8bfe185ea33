// Package mutate changes a norm, one thing at a time: a weight, a limit, a
// comparison, a word, a condition left out. A change that none of the norm's
// tests notices is something that they do not test.
//
// [Mutants] lists the changes as edits of the norm's files, [Mutant.Apply]
// gives the files with one of them made, to be loaded like any norm:
//
//	mutants, err := mutate.Mutants(fsys, "norm.yaml", n)
//	for _, m := range mutants {
//		changed, err := norm.Load(m.Apply(fsys), "norm.yaml")
//		…
//	}
//
// Package normtest (under certify) runs the norm's tests on each.
package mutate

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// Mutant is a norm with one thing changed. Lines and columns count from 1,
// columns in characters; the place is that of the first edit.
type Mutant struct {
	Kind      Kind
	Criterion string // the criterion, the named value or the parameter it is about; may be empty
	File      string // as in the file system
	Line      int
	Column    int
	What      string // the change: "it.severity >= HIGH: HIGH becomes CRITICAL"
	Test      string // what a test must have to notice it
	Edits     []Edit
}

// Kind groups mutants by what they change.
type Kind string

// The kinds of mutants.
const (
	Weights       Kind = "weights"
	Dropped       Kind = "dropped"
	Required      Kind = "required"
	Scoring       Kind = "scoring"
	Effective     Kind = "effective"
	Parameters    Kind = "parameters"
	Certification Kind = "certification"
	Comparison    Kind = "comparison"
	Constant      Kind = "constant"
	Logic         Kind = "logic"
	Form          Kind = "form"
	Module        Kind = "module"
)

// Edit replaces bytes of a file.
type Edit struct {
	File       string
	Start, End int
	New        string
}

// Mutants lists the changes of a norm that was loaded from the file, in the
// order of the file. The error is about reading it.
func Mutants(fsys fs.FS, name string, n *norm.Norm) ([]Mutant, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	b := &breeder{Document: source.Parse(source.New(name, string(data))), norm: n, dir: path.Dir(name), seen: map[string]bool{}}
	if b.Root == nil {
		return nil, b.Faults
	}
	b.all()
	slices.SortStableFunc(b.mutants, func(a, b Mutant) int {
		if a.File != b.File {
			return 0 // modules were added after the norm file
		}
		return cmp.Compare(a.Edits[0].Start, b.Edits[0].Start)
	})
	return b.mutants, nil
}

// breeder makes the mutants of one norm.
type breeder struct {
	*source.Document
	norm    *norm.Norm
	dir     string
	mutants []Mutant
	seen    map[string]bool // edits, as text
}

func (b *breeder) all() {
	criteria := b.criteria()
	b.weights(criteria)
	for i, c := range criteria {
		b.dropped(criteria, i)
		b.required(c)
		b.form(c)
	}
	b.scoring()
	b.effective()
	b.parameters()
	b.tailored()
	b.certification()
	for _, p := range b.norm.Parts() {
		if p.Key != "evidence" && p.File.Name == b.Name { // evidence decides nothing; a variant's base is pinned
			b.expression(p)
		}
	}
	for _, m := range b.norm.Source().Modules {
		b.module(source.New(path.Join(b.dir, m.Name), m.Text))
	}
}

// add keeps a mutant of edits to the norm file.
func (b *breeder) add(kind Kind, about, what, test string, edits ...Edit) {
	b.addIn(b.File, kind, about, what, test, edits...)
}

func (b *breeder) addIn(f *source.File, kind Kind, about, what, test string, edits ...Edit) {
	for i := range edits {
		edits[i].File = f.Name
	}
	same := fmt.Sprint(edits)
	if b.seen[same] {
		return
	}
	b.seen[same] = true
	line, column := f.Place(edits[0].Start)
	b.mutants = append(b.mutants, Mutant{kind, about, f.Name, line, column, what, test, edits})
}

// replace is the edit that writes another scalar in place of the node.
func (b *breeder) replace(n *yaml.Node, text string) Edit {
	start, end := b.Extent(n)
	return Edit{Start: start, End: end, New: text}
}

// member is the value of a key in a mapping, and the key; nil if it has none.
func member(m *yaml.Node, name string) (value, key *yaml.Node) {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i+1], m.Content[i]
		}
	}
	return nil, nil
}

// at goes down from the top by keys.
func (b *breeder) at(keys ...string) *yaml.Node {
	n := b.Root
	for _, key := range keys {
		n, _ = member(n, key)
	}
	return n
}

// criterion is a criterion as it stands in the file.
type criterion struct {
	norm.Criterion
	node, weight *yaml.Node
}

func (b *breeder) criteria() []criterion {
	list := b.at("criteria")
	if list == nil {
		return nil
	}
	var all []criterion
	for i, c := range b.norm.Criteria() {
		if i >= len(list.Content) {
			break
		}
		if weight, _ := member(list.Content[i], "weight"); weight != nil {
			all = append(all, criterion{c, list.Content[i], weight})
		}
	}
	return all
}

// weightStep is how much of a weight is moved: 1 %.
const weightStep ruling.Points = 100

// weights moves some weight from each criterion to the next, the last being
// followed by the first.
func (b *breeder) weights(criteria []criterion) {
	for i, from := range criteria {
		to := criteria[(i+1)%len(criteria)]
		step := min(weightStep, from.Weight)
		if len(criteria) < 2 || step == 0 {
			continue
		}
		b.add(Weights, from.ID, fmt.Sprintf("%v of the weight moves from %s to %s", step, from.ID, to.ID),
			fmt.Sprintf("a month in which one of %s and %s is met and the other is not, with its score", from.ID, to.ID),
			b.replace(from.weight, (from.Weight-step).String()), b.replace(to.weight, (to.Weight+step).String()))
	}
}

// dropped takes all its weight from a criterion. It stays, so that the tests
// that name it can be read.
func (b *breeder) dropped(criteria []criterion, i int) {
	c := criteria[i]
	if len(criteria) < 2 || c.Weight == 0 {
		return
	}
	to := criteria[(i+1)%len(criteria)]
	edits := []Edit{b.replace(c.weight, "0%"), b.replace(to.weight, (to.Weight + c.Weight).String())}
	if required, _ := member(c.node, "required"); required != nil && c.Required {
		edits = append(edits, b.replace(required, "false"))
	}
	b.add(Dropped, c.ID, fmt.Sprintf("%s no longer counts; its weight goes to %s", c.ID, to.ID),
		fmt.Sprintf("a month in which only %s is unmet, with its score", c.ID), edits...)
}

func (b *breeder) required(c criterion) {
	test := fmt.Sprintf("a month that reaches the threshold with %s unmet, with counts_as", c.ID)
	if v, _ := member(c.node, "required"); v != nil {
		b.add(Required, c.ID, fmt.Sprintf("required: %t becomes %t", c.Required, !c.Required), test, b.replace(v, fmt.Sprint(!c.Required)))
		return
	}
	_, end := b.Extent(c.weight)
	text := ", required: true"
	if c.node.Style&yaml.FlowStyle == 0 {
		text = "\n" + strings.Repeat(" ", max(0, c.node.Column-1)) + "required: true"
	}
	b.add(Required, c.ID, fmt.Sprintf("%s becomes required", c.ID), test, Edit{Start: end, End: end, New: text})
}

func (b *breeder) scoring() {
	if v := b.at("score", "threshold"); v != nil {
		b.percent(Scoring, v, "threshold", "a history of months at the threshold, and one of months just under it")
	}
	b.other(Scoring, b.at("score", "unknown"), "unknown", "a month with an unknown criterion, with its score", "zero", "refuse")
	b.other(Scoring, b.at("score", "not_applicable"), "not_applicable", "a month with a criterion that does not apply, with its score", "redistribute", "earn")
}

// percent moves a percentage by 1 % either way.
func (b *breeder) percent(kind Kind, v *yaml.Node, name, test string) {
	p, err := ruling.ParsePercent(v.Value)
	if err != nil {
		return
	}
	for _, to := range []ruling.Points{p - 100, p + 100} {
		if to >= 0 && to <= ruling.Whole {
			b.add(kind, "", fmt.Sprintf("%s: %v becomes %v", name, p, to), test, b.replace(v, to.String()))
		}
	}
}

// other puts the other one of two words.
func (b *breeder) other(kind Kind, v *yaml.Node, name, test, one, two string) {
	if v == nil {
		return
	}
	to := one
	if v.Value == one {
		to = two
	}
	b.add(kind, "", fmt.Sprintf("%s: %s becomes %s", name, v.Value, to), test, b.replace(v, to))
}

func (b *breeder) effective() {
	for _, key := range []string{"from", "until"} {
		v := b.at("effective", key)
		if v == nil {
			continue
		}
		m, err := finding.ParseMonth(v.Value)
		if err != nil {
			continue
		}
		for _, to := range []finding.YearMonth{m - 1, m + 1} {
			b.add(Effective, "", fmt.Sprintf("effective %s: %v becomes %v", key, m, to),
				fmt.Sprintf("a history of scores such as 100%% around %v", m), b.replace(v, to.String()))
		}
	}
}

func (b *breeder) parameters() {
	for _, p := range b.norm.Parameters() {
		v := b.at("parameters", p.Name, "value")
		if v == nil {
			continue
		}
		test := fmt.Sprintf("months on either side of %s", p.Name)
		switch value := p.Value.(type) {
		case int64:
			for _, to := range []int64{value - 1, value + 1} {
				b.add(Parameters, p.Name, fmt.Sprintf("%s: %d becomes %d", p.Name, value, to), test, b.replace(v, fmt.Sprint(to)))
			}
		case bool:
			b.add(Parameters, p.Name, fmt.Sprintf("%s: %t becomes %t", p.Name, value, !value), test, b.replace(v, fmt.Sprint(!value)))
		case string:
			to := value + "~"
			b.add(Parameters, p.Name, fmt.Sprintf("%s: %q becomes %q", p.Name, value, to), test, b.replace(v, fmt.Sprintf("%q", to)))
		}
	}
}

// tailored moves what a variant sets otherwise than its base. What would
// loosen the base is refused when it is loaded.
func (b *breeder) tailored() {
	list := b.at("tailor")
	if list == nil {
		return
	}
	for _, item := range list.Content {
		set, _ := member(item, "set")
		v, _ := member(item, "to")
		if set == nil || v == nil {
			continue
		}
		parameter, isParameter := strings.CutPrefix(set.Value, "parameters.")
		if !isParameter {
			b.percent(Scoring, v, set.Value, "a history of months at the threshold, and one of months just under it")
		} else if number, err := strconv.Atoi(v.Value); err == nil {
			for _, to := range []int{number - 1, number + 1} {
				b.add(Parameters, parameter, fmt.Sprintf("%s: %d becomes %d", set.Value, number, to), "months on either side of "+parameter, b.replace(v, strconv.Itoa(to)))
			}
		}
	}
}

// certificationTests says, by key, what notices a change of a number in the
// certification block.
var certificationTests = map[string]string{
	"months":             "a history that earns the mark with no month to spare (certified_in)",
	"of":                 "a history with one month short of a full run in the window",
	"close_day":          "a history that says where it stands (at) on the close day and on the day before",
	"min_measured":       "histories of months measured just enough and just too little, such as 100%@90% and 100%@89%",
	"floor":              "a history of a holder with a month at the floor, and one just under it",
	"award":              "a history that earns the mark without a grant",
	"excused.max":        "a history with one excused month more than is honoured",
	"excused.window":     "histories with two excused months as far apart as the window, and one month nearer",
	"grace.months":       "a history of a holder with as many bad months running as grace allows, and with one more",
	"grace.budget":       "a history of a holder with as many bad months as the budget allows, none next to another, and with one more",
	"grace.window":       "histories of a holder whose bad months just fit the window, and just don't",
	"suspension.restore": "a history of a suspended holder that passes once too few, and often enough",
	"suspension.max":     "a history of a holder that stays suspended to the last month, and one month longer",
	"validity.months":    "a history of a holder up to the end of the term (valid_through)",
	"validity.renew":     "histories of a term with just enough passes, and with one too few",
	"validity.restore":   "histories of an expired mark that is won back in the last month, and one month too late",
	"re_earn":            "a history that loses the mark and earns it again",
	"corrections":        "a history with a score recorded at the end of the correction window, and one a day later",
}

func (b *breeder) certification() {
	c := b.at("certification")
	if c == nil {
		return
	}
	for i := 0; i+1 < len(c.Content); i += 2 {
		key, v := c.Content[i].Value, c.Content[i+1]
		if v.Kind == yaml.MappingNode {
			for j := 0; j+1 < len(v.Content); j += 2 {
				b.term(key+"."+v.Content[j].Value, v.Content[j+1])
			}
			continue
		}
		b.term(key, v)
	}
}

// term changes one number or word of the certification block.
func (b *breeder) term(name string, v *yaml.Node) {
	test := certificationTests[name]
	var number int
	switch {
	case name == "min_measured" || name == "floor":
		b.percent(Certification, v, name, test)
	case name == "award":
		b.other(Certification, v, name, test, "automatic", "review")
	case name == "knock_out":
		b.knockOut(v)
	case v.Kind == yaml.ScalarNode:
		if _, err := fmt.Sscanf(v.Value, "%d", &number); err != nil {
			return
		}
		for _, to := range []int{number - 1, number + 1} {
			b.add(Certification, "", fmt.Sprintf("%s: %d becomes %d", name, number, to), test, b.replace(v, fmt.Sprint(to)))
		}
	}
}

// knockOut takes each criterion from the list; another takes its place if
// there is one in the list, as a list is hard to cut in any style.
func (b *breeder) knockOut(v *yaml.Node) {
	for _, item := range v.Content {
		for _, c := range b.norm.Criteria() {
			if !slices.ContainsFunc(v.Content, func(n *yaml.Node) bool { return n.Value == c.ID }) {
				b.add(Certification, item.Value, fmt.Sprintf("knock_out: %s becomes %s", item.Value, c.ID),
					fmt.Sprintf("a month in which only %s is unmet, with counts_as: severe", item.Value), b.replace(item, c.ID))
				break
			}
		}
	}
}
