package rego

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// policy is a compiled set of modules. What it holds never changes.
type policy struct {
	doc      *document
	compiler *ast.Compiler
	builtins map[string]builtin
	criteria []criterion
	uses     map[string]bool
	logic    string
	texts    map[string]string // of the modules, for places
	lists    map[string]*record.List
	lowered  []lowered // the criteria as far as a plan can hold them
	bounds   []costs   // what OPA takes at most for each; nil if nobody can tell
	fails    []bool    // whether something may fail in it, or have two values
	longest  int       // the longest text in modules and parameters
}

// criterion are the queries for the rules of a criterion's package, by rule.
type criterion map[string]question

// question is a query for one rule, and where that rule stands.
type question struct {
	body ast.Body
	at   *ast.Location
}

// prepare makes the queries for the rules that the package has.
func (p *program) prepare(c *ast.Compiler, m *module) criterion {
	all := criterion{}
	for _, name := range meanings {
		r := m.rules[ast.Var(name)]
		if r == nil {
			continue
		}
		path := m.ast.Package.Path.Append(ast.StringTerm(name))
		query := ast.NewBody(ast.Equality.Expr(ast.VarTerm("answer"), ast.NewTerm(path)))
		body, err := c.QueryCompiler().Compile(query)
		if err != nil { // it names a rule that compiled
			p.wrongForm(m, r, "", "the rule can't be asked for: %v", err)
			continue
		}
		all[name] = question{body, r.first.Location}
	}
	return all
}

// Has tells whether the criterion's package has the rule.
func (p *policy) Has(criterion int, rule string) bool {
	_, ok := p.criteria[criterion][rule]
	return ok
}

// Uses tells whether a rule reads the parameter or custom type.
func (p *policy) Uses(name string) bool { return p.uses[name] }

// Logic is the modules without layout and comments, by package.
func (p *policy) Logic() string { return p.logic }

// Judge answers for each criterion. All of them share one budget, so that a
// norm can't cost more by having more criteria; those that a plan can hold
// don't count towards it, as long as each by itself would fit in it.
func (p *policy) Judge(ctx context.Context, m *finding.Month, period finding.Period) ([]norm.Answer, error) {
	size := p.sizesOf(m, period)
	return p.judge(ctx, func() *finding.Month { return m }, period, func(i int) bool { return p.fits(i, size) }, nil)
}

// judge asks OPA, but for the criteria that fit and are known already.
func (p *policy) judge(ctx context.Context, month func() *finding.Month, period finding.Period, fits func(criterion int) bool, known func(criterion int) (norm.Answer, bool)) ([]norm.Answer, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	answers := make([]norm.Answer, len(p.criteria))
	var charged, uncharged []int // of those that OPA judges
	for i := range p.criteria {
		if !fits(i) {
			charged = append(charged, i)
			continue
		}
		a, done := norm.Answer{}, false
		if known != nil {
			a, done = known(i)
		}
		if answers[i] = a; !done {
			uncharged = append(uncharged, i)
		}
	}
	if len(charged)+len(uncharged) == 0 {
		return answers, ctx.Err()
	}
	r, err := p.run(ctx, month(), period) // with the document that rules see, once for all
	if err != nil {
		return nil, err
	}
	defer r.store.Abort(ctx, r.txn)
	return answers, r.all(answers, charged, uncharged)
}

// all lets OPA answer. Steps are counted only where they may be too many.
func (r *run) all(answers []norm.Answer, charged, uncharged []int) error {
	r.metered = !r.enough(charged)
	for i, of := range [][]int{charged, uncharged} {
		if i == 1 {
			r.metered = false
		}
		for _, c := range of {
			r.shared = !r.metered && !r.policy.fails[c]
			answers[c] = r.answer(r.policy.criteria[c])
			if err := r.ctx.Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// enough tells whether the criteria together can't take more steps than are
// allowed.
func (r *run) enough(criteria []int) bool {
	size, total := r.policy.sizesOf(r.month.source, r.period), 0.0
	for _, c := range criteria {
		if r.policy.bounds[c] == nil {
			return false
		}
		total += r.policy.bounds[c].in(size)
	}
	return total <= float64(r.budget)
}

func (p *policy) run(ctx context.Context, m *finding.Month, period finding.Period) (*run, error) {
	r := &run{ctx: ctx, policy: p, month: p.doc.view(m, period, p.uses), period: period, budget: Budget(m.Count(), len(p.criteria)), metered: true, cache: topdown.NewVirtualCache(),
		patterns: map[string]*regexp.Regexp{}, builtins: map[string]*topdown.Builtin{}, store: inmem.New()}
	for name, b := range p.builtins {
		r.builtins["keurmerk."+name] = b.asTopdown(name, r)
	}
	r.left = r.budget
	txn, err := r.store.NewTransaction(ctx)
	if err != nil {
		return nil, fmt.Errorf("no transaction on an empty store: %w", err)
	}
	r.txn = txn
	return r, nil
}

// run is the judging of one month.
type run struct {
	ctx      context.Context
	policy   *policy
	month    *month
	period   finding.Period
	metered  bool // steps are counted: they may be too many
	shared   bool // what was worked out for a rule before is used
	cache    topdown.VirtualCache
	store    storage.Store
	txn      storage.Transaction
	builtins map[string]*topdown.Builtin
	patterns map[string]*regexp.Regexp
	budget   int64 // steps
	left     int64
	events   int
	place    *ast.Location
}

// answer decides one criterion in the order in which CEL's rules count.
func (r *run) answer(c criterion) norm.Answer {
	if applies, failed := r.truth(c, norm.RuleApplies, true); failed != "" {
		return norm.Answer{Rule: norm.RuleApplies, Reason: failed}
	} else if !applies {
		return norm.Answer{Outcome: ruling.NotApplicable, Rule: norm.RuleApplies}
	}
	if measured, failed := r.truth(c, norm.RuleMeasured, true); failed != "" {
		return norm.Answer{Rule: norm.RuleMeasured, Reason: failed}
	} else if !measured {
		return norm.Answer{Rule: norm.RuleMeasured, Reason: norm.NotMeasured}
	}
	a := r.condition(c)
	if a.Outcome != ruling.Unknown {
		r.evidence(c, &a)
	}
	return a
}

// condition is met, or share, or met first and share of what is not met.
func (r *run) condition(c criterion) norm.Answer {
	if _, ok := c[norm.RuleMet]; !ok {
		return r.share(c[norm.RuleShare])
	}
	met, failed := r.truth(c, norm.RuleMet, false)
	switch q, partial := c[norm.RuleShare]; {
	case failed != "":
		return norm.Answer{Rule: norm.RuleMet, Reason: failed}
	case met:
		return norm.Answer{Rule: norm.RuleMet, Outcome: ruling.Met, Share: ruling.Whole}
	case partial:
		a := r.share(q)
		if a.Outcome == ruling.Met {
			return norm.Answer{Rule: norm.RuleShare, Reason: r.where(q.at, "the share is full, but met is false")}
		}
		return a
	}
	return norm.Answer{Rule: norm.RuleMet, Outcome: ruling.Unmet}
}

func (r *run) share(q question) norm.Answer {
	a := norm.Answer{Rule: norm.RuleShare}
	v, failed := r.ask(q, norm.RuleShare)
	if failed != "" {
		a.Reason = failed
		return a
	}
	n, err := whole(ast.NewTerm(v))
	switch {
	case err != nil:
		a.Reason = r.where(q.at, "share is no whole number")
	case n < 0 || n > int64(ruling.Whole):
		a.Reason = r.where(q.at, fmt.Sprintf("the share is %d, outside 0 to %d", n, ruling.Whole))
	case n == int64(ruling.Whole):
		a.Outcome, a.Share = ruling.Met, ruling.Whole
	default:
		a.Outcome, a.Share = ruling.Unmet, ruling.Points(n)
	}
	return a
}

// truth asks a rule that may not be there.
func (r *run) truth(c criterion, name string, otherwise bool) (is bool, failed string) {
	q, ok := c[name]
	if !ok {
		return otherwise, ""
	}
	v, failed := r.ask(q, name)
	if failed != "" {
		return false, failed
	}
	b, ok := v.(ast.Boolean)
	if !ok {
		return false, r.where(q.at, name+" is "+aValue(ast.NewTerm(v))+", not true or false")
	}
	return bool(b), ""
}

// evidence is the records, or keys of records, that the package points at.
func (r *run) evidence(c criterion, a *norm.Answer) {
	q, ok := c[norm.RuleEvidence]
	if !ok {
		return
	}
	v, failed := r.ask(q, norm.RuleEvidence)
	if failed != "" {
		*a = norm.Answer{Rule: norm.RuleEvidence, Reason: failed}
		return
	}
	var keys []ruling.Key
	err := errors.New("evidence is " + aValue(ast.NewTerm(v)) + ", not a set or list")
	if l, ok := v.(interface {
		Iter(func(*ast.Term) error) error
	}); ok {
		err = l.Iter(func(t *ast.Term) error {
			key, err := r.keyOf(t)
			keys = append(keys, key)
			return err
		})
	}
	if err != nil {
		*a = norm.Answer{Rule: norm.RuleEvidence, Reason: r.where(q.at, err.Error())}
		return
	}
	slices.SortFunc(keys, func(a, b ruling.Key) int { return slices.Compare(a, b) })
	a.Evidence = slices.CompactFunc(keys, slices.Equal[ruling.Key])
}

// keyOf is the key of a record, or the key itself, of a record of the month.
func (r *run) keyOf(t *ast.Term) (ruling.Key, error) {
	if o, ok := t.Value.(ast.Object); ok {
		if t = o.Get(ast.StringTerm("key")); t == nil {
			return nil, errors.New("evidence holds something that is no record of the month")
		}
	}
	l, ok := t.Value.(*ast.Array)
	if !ok {
		return nil, fmt.Errorf("evidence holds %s, not a record or its key", aValue(t))
	}
	var key ruling.Key
	err := l.Iter(func(t *ast.Term) error {
		s, ok := t.Value.(ast.String)
		if !ok {
			return fmt.Errorf("a key in evidence holds %s, not only texts", aValue(t))
		}
		key = append(key, string(s))
		return nil
	})
	if err == nil && !r.month.has(key) {
		err = errors.New("evidence holds a key that is of no record of the month")
	}
	return key, err
}

// where puts the place in the module before what failed.
func (p *policy) where(l *ast.Location, what string) string {
	if l == nil {
		return what
	}
	return p.place(l) + ": " + what
}

func (r *run) where(l *ast.Location, what string) string { return r.policy.where(l, what) }

// place is the place in a module, such as website.rego:3:5.
func (p *policy) place(l *ast.Location) string {
	if l == nil {
		return ""
	}
	line, column := placeIn(p.texts[l.File], l.Offset)
	return fmt.Sprintf("%s:%d:%d", l.File, line, column)
}

// placeIn gives line and column, from 1, of a byte; columns count characters.
func placeIn(text string, offset int) (line, column int) {
	before := text[:min(max(offset, 0), len(text))]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}
