package rego

import (
	"context"
	"fmt"

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
	costs  []cost
	place  string
	reason string
}

// lower translates what the criteria ask for, as far as a plan can hold it.
func (p *program) lower(pol *policy) []lowered {
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
	all := make([]lowered, len(p.source.Criteria))
	for i, a := range p.source.Criteria {
		l := &lowering{compiler: pol.compiler, doc: p.doc, lists: lists, facts: map[string]*fact{}, sizes: map[*plan.Node]int{}, left: maxStatements}
		all[i] = l.criterion(pol, p.packages[a.Package].ast.Package.Path, pol.criteria[i])
	}
	return all
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
		f := l.rule(q.at, path.Append(ast.StringTerm(name)))
		made.rules[name] = l.answer(q.at, name, f.meaning)
		made.costs = append(append(made.costs, f.total()...), cost{steps: ruleSteps})
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
	sizes    map[*record.List]*plan.Condition // how many records the lists have
}

// planned is a criterion in a plan; its rules are nil if OPA judges it.
type planned struct {
	*policy
	asked  criterion
	rules  map[string]*plan.Condition
	reason string // why it is not, if the plan has no room for it
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
	in := &inPlan{p, make([]*planned, len(p.criteria)), map[*record.List]*plan.Condition{}}
	for i := range p.criteria {
		in.criteria[i] = in.add(b, i)
	}
	return in.judge, in.beyond
}

func (p *inPlan) add(b *plan.Builder, i int) *planned {
	made := &planned{p.policy, p.policy.criteria[i], nil, p.lowered[i].reason}
	if made.reason != "" {
		return made
	}
	rules := map[string]*plan.Condition{}
	for _, name := range meanings {
		node := p.lowered[i].rules[name]
		if node == nil {
			continue
		}
		var err error
		if rules[name], err = b.Add(node); err != nil {
			made.reason = err.Error()
			return made
		}
	}
	for _, c := range p.lowered[i].costs {
		for _, l := range c.loops {
			if p.sizes[l] != nil {
				continue
			}
			var err error
			if p.sizes[l], err = b.Add(&plan.Node{Op: plan.Count, Through: &plan.Through{List: l}}); err != nil {
				made.reason = err.Error()
				return made
			}
		}
	}
	made.rules = rules
	return made
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
	rows := pass.Rows()
	fits := func(i int) bool {
		return p.criteria[i].rules != nil && p.fits(i, sizes{rows.Count, rows.Texts, func(l *record.List) int { return int(p.sizes[l].Value(pass).N) }})
	}
	answers, err := p.policy.judge(ctx, month, period, fits, func(i int) (norm.Answer, bool) { return p.criteria[i].guarded(pass, keys) })
	for i := range answers {
		if a := &answers[i]; keys >= 0 && len(a.Evidence) > keys { // OPA gives all
			a.Evidence, a.More = a.Evidence[:keys:keys], len(a.Evidence)-keys
		}
	}
	return answers, err
}

// fits tells whether OPA could judge the criterion in this month, if it were
// the only one: then it is judged without being charged, whatever judges it.
func (p *policy) fits(i int, m sizes) bool {
	return p.lowered[i].reason == "" && steps(p.lowered[i].costs, m) <= float64(Budget(m.records(), len(p.criteria)))
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
	for _, rule := range []string{norm.RuleApplies, norm.RuleMeasured, norm.RuleMet, norm.RuleShare} {
		condition := c.rules[rule]
		if condition == nil {
			continue
		}
		v := condition.Value(pass)
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
			return c.evidence(norm.Answer{Outcome: ruling.Met, Share: ruling.Whole, Rule: rule}, pass, keys)
		case rule == norm.RuleMet:
			a = norm.Answer{Outcome: ruling.Unmet, Rule: rule}
		case rule == norm.RuleShare && v.N >= 0 && v.N < int64(ruling.Whole):
			a = norm.Answer{Outcome: ruling.Unmet, Share: ruling.Points(v.N), Rule: rule}
		case rule == norm.RuleShare && v.N == int64(ruling.Whole) && c.rules[norm.RuleMet] == nil:
			a = norm.Answer{Outcome: ruling.Met, Share: ruling.Whole, Rule: rule}
		case rule == norm.RuleShare:
			return a, false // its reason is OPA's
		}
	}
	return c.evidence(a, pass, keys)
}

// evidence finds the records that the package points at.
func (c *planned) evidence(a norm.Answer, pass *plan.Pass, keys int) (norm.Answer, bool) {
	condition := c.rules[norm.RuleEvidence]
	if condition == nil {
		return a, true
	}
	if condition.Value(pass).Kind == record.Fault {
		return a, false
	}
	found := condition.Decide(pass, true, keys)
	a.Evidence, a.More = found.Keys, found.Count-len(found.Keys)
	return a, true
}
