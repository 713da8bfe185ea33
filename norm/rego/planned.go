package rego

import (
	"context"
	"fmt"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
)

// lowered is a criterion as nodes of a plan, or why it is not.
type lowered struct {
	rules  map[string]*plan.Node // by name; where a rule is undefined the value is absent
	place  string
	reason string
}

// lower translates what the criteria ask for, as far as a plan can hold it.
func (p *program) lower(pol *policy) []lowered {
	all := make([]lowered, len(p.source.Criteria))
	l := &lowering{compiler: pol.compiler, doc: p.doc, lists: pol.lists, facts: map[string]*meaning{}, sizes: map[*plan.Node]int{}}
	for i, a := range p.source.Criteria {
		l.left = maxStatements
		all[i] = l.criterion(pol, p.packages[a.Package].ast.Package.Path, pol.criteria[i])
		if bounds := pol.bounds[i]; all[i].reason == "" && (bounds == nil || slices.ContainsFunc(bounds, func(c cost) bool { return c.text > 0 })) {
			all[i] = lowered{reason: "what its rules take at most can't be told"}
		}
	}
	return all
}

// lists are those that rules see, by name.
func (p *program) lists() map[string]*record.List {
	lists := map[string]*record.List{}
	for _, l := range record.Lists {
		lists[l.Name] = l
	}
	for name, declared := range p.source.Types {
		types := map[string]record.Type{}
		for field, word := range declared {
			types[field] = customTypes[shape(word)]
		}
		lists["custom."+name] = record.Custom(name, types)
	}
	return lists
}

var customTypes = map[shape]record.Type{text: record.TextField, number: record.NumberField, boolean: record.BoolField, instant: record.DateField}

// criterion translates the rules of one criterion's package.
func (l *lowering) criterion(pol *policy, path ast.Ref, c criterion) (made lowered) {
	var asked *ast.Location
	defer func() {
		switch r := recover().(type) {
		case nil:
		case refusal:
			if r.at == nil || r.at.File == "" {
				r.at = asked
			}
			made = lowered{reason: r.reason, place: pol.place(r.at)}
		default:
			made = lowered{reason: fmt.Sprintf("the plan fails on it: %v", r), place: pol.place(asked)}
		}
	}()
	made.rules = map[string]*plan.Node{}
	for _, name := range meanings {
		q, ok := c[name]
		if !ok {
			continue
		}
		asked = q.at
		made.rules[name] = l.answer(q.at, name, l.rule(q.at, path.Append(ast.StringTerm(name))))
	}
	return made
}

// answer is the node of a rule that the norm gives a meaning.
func (l *lowering) answer(at *ast.Location, name string, m meaning) *plan.Node {
	switch {
	case name == norm.RuleEvidence:
		if m.records == nil || m.records.of == something || m.has != nil {
			l.refuse(at, "evidence is made of something else than records")
		}
		return l.witness(at, m.records)
	case name == norm.RuleShare && (m.node == nil || m.shape != number), name != norm.RuleShare && (m.node == nil || m.shape != boolean):
		l.refuse(at, "%s is of another type", name)
	case m.has == nil:
		return m.node
	}
	return l.op(at, plan.If, m.has, m.node, constant(record.Value{Kind: record.None}))
}

// inPlan are the criteria in a norm's plan.
type inPlan struct {
	*policy
	criteria []*planned
	lists    []*record.List
	sizes    []*plan.Condition // how many records each of the lists has
}

// planned is a criterion in a plan.
type planned struct {
	*policy
	asked    criterion
	rules    []plannedRule   // applies, measured, met and share, as far as there are; nil if OPA judges it
	evidence *plan.Condition // or nil
	certain  bool            // which records are evidence can't fail: nothing around them is asked
	most     []plannedCost   // what OPA would take
	reason   string          // why it is not in the plan
}

type plannedRule struct {
	name string
	*plan.Condition
}

// plannedCost is a cost with the lists by their number.
type plannedCost struct {
	cost
	lists []int
}

// Plan adds the criteria to the conditions that a norm judges in one pass. The
// first function answers like [norm.Policy.Judge] with what the pass came to,
// with at most so many keys of evidence each, all if keys is negative; what
// the plan does not hold, and what fails in it, is asked of OPA. The second
// tells why OPA judges a criterion, by its index in [norm.Source.Criteria],
// and the place of what stands in the way, such as website.rego:3:5; both are
// empty for one that the plan holds.
func (p *policy) Plan(b *plan.Builder) (
	judge func(ctx context.Context, pass *plan.Pass, month func() *finding.Month, period finding.Period, keys int) ([]norm.Answer, error),
	beyond func(criterion int) (place, reason string),
) {
	in := &inPlan{policy: p}
	for i := range p.criteria {
		c := &planned{policy: p, asked: p.criteria[i], reason: p.lowered[i].reason}
		in.criteria = append(in.criteria, c)
		if c.reason != "" {
			continue
		}
		if err := in.add(b, c, i); err != nil {
			c.rules, c.reason = nil, err.Error()
		}
	}
	return in.judge, in.beyond
}

func (p *inPlan) add(b *plan.Builder, c *planned, i int) error {
	for _, cost := range p.bounds[i] {
		most := plannedCost{cost: cost}
		for _, l := range cost.loops {
			at, err := p.size(b, l)
			if err != nil {
				return err
			}
			most.lists = append(most.lists, at)
		}
		c.most = append(c.most, most)
	}
	for _, name := range []string{norm.RuleApplies, norm.RuleMeasured, norm.RuleMet, norm.RuleShare, norm.RuleEvidence} {
		node := p.lowered[i].rules[name]
		if node == nil {
			continue
		}
		condition, err := b.Add(node)
		if err != nil {
			return err
		}
		if name == norm.RuleEvidence {
			c.evidence, c.certain = condition, node.Op == plan.Exists
		} else {
			c.rules = append(c.rules, plannedRule{name, condition})
		}
	}
	return nil
}

// size is the number of the list among those that are counted.
func (p *inPlan) size(b *plan.Builder, l *record.List) (int, error) {
	if at := slices.Index(p.lists, l); at >= 0 {
		return at, nil
	}
	c, err := b.Add(&plan.Node{Op: plan.Count, Through: &plan.Through{List: l}})
	p.lists, p.sizes = append(p.lists, l), append(p.sizes, c)
	return len(p.lists) - 1, err
}

func (p *inPlan) beyond(i int) (place, reason string) {
	c := p.criteria[i]
	if place = p.lowered[i].place; c.reason != "" && place == "" {
		for _, name := range []string{norm.RuleMet, norm.RuleShare} {
			if q, ok := c.asked[name]; ok && place == "" {
				place = p.place(q.at)
			}
		}
	}
	return place, c.reason
}

func (p *inPlan) judge(ctx context.Context, pass *plan.Pass, month func() *finding.Month, period finding.Period, keys int) ([]norm.Answer, error) {
	counts := make([]float64, len(p.sizes))
	for i, c := range p.sizes {
		counts[i] = float64(c.Value(pass).N)
	}
	rows := pass.Rows()
	texts, budget := float64(rows.Texts()), float64(Budget(rows.Count(), len(p.criteria)))
	fits := func(i int) bool { return p.criteria[i].rules != nil && p.criteria[i].steps(counts, texts) <= budget }
	answers, err := p.policy.judge(ctx, month, period, fits, func(i int) (norm.Answer, bool) { return p.criteria[i].guarded(pass, keys) })
	for i := range answers {
		if a := &answers[i]; keys >= 0 && len(a.Evidence) > keys { // OPA gives all
			a.Evidence, a.More = a.Evidence[:keys:keys], len(a.Evidence)-keys
		}
	}
	return answers, err
}

// steps is [costs.in] with what the pass counted.
func (c *planned) steps(counts []float64, texts float64) float64 {
	total := 0.0
	for _, most := range c.most {
		n := most.cost.steps
		for _, l := range most.lists {
			n *= counts[l]
		}
		for range most.texts {
			n *= texts
		}
		total += n
	}
	return total
}

// fits tells whether OPA could judge the criterion in this month, if it were
// the only one: then it is judged without being charged, whatever judges it.
func (p *policy) fits(i int, m sizes) bool {
	return p.lowered[i].reason == "" && p.bounds[i].in(m) <= float64(Budget(m.records(), len(p.criteria)))
}

// guarded is answer; where the plan itself fails OPA has to.
func (c *planned) guarded(pass *plan.Pass, keys int) (a norm.Answer, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	return c.answer(pass, keys)
}

// answer decides the criterion as [run.answer] does; false if OPA has to.
func (c *planned) answer(pass *plan.Pass, keys int) (a norm.Answer, ok bool) {
	for _, r := range c.rules {
		rule, v := r.name, r.Value(pass)
		switch {
		case v.Kind == record.Fault:
			return a, false
		case v.Kind == record.None:
			return norm.Answer{Rule: rule, Reason: c.where(c.asked[rule].at, rule+" is undefined")}, true
		case rule == norm.RuleApplies && v.False():
			return norm.Answer{Outcome: ruling.NotApplicable, Rule: rule}, true
		case rule == norm.RuleMeasured && v.False():
			return norm.Answer{Rule: rule, Reason: norm.NotMeasured}, true
		case rule == norm.RuleMet && v.True():
			return c.shown(norm.Answer{Outcome: ruling.Met, Share: ruling.Whole, Rule: rule}, pass, keys)
		case rule == norm.RuleMet:
			a = norm.Answer{Outcome: ruling.Unmet, Rule: rule}
		case rule == norm.RuleShare && v.N >= 0 && v.N < int64(ruling.Whole):
			a = norm.Answer{Outcome: ruling.Unmet, Share: ruling.Points(v.N), Rule: rule}
		case rule == norm.RuleShare && v.N == int64(ruling.Whole) && a.Rule != norm.RuleMet:
			a = norm.Answer{Outcome: ruling.Met, Share: ruling.Whole, Rule: rule}
		case rule == norm.RuleShare:
			return a, false // its reason is OPA's
		}
	}
	return c.shown(a, pass, keys)
}

// shown adds the records that the package points at.
func (c *planned) shown(a norm.Answer, pass *plan.Pass, keys int) (norm.Answer, bool) {
	if c.evidence == nil {
		return a, true
	}
	if !c.certain && c.evidence.Value(pass).Kind == record.Fault {
		return a, false
	}
	found := c.evidence.Decide(pass, true, keys)
	a.Evidence, a.More = found.Keys, found.Count-len(found.Keys)
	return a, true
}
