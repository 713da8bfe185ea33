package norm

import (
	"context"
	"errors"
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// ZoneError says that a document is about months of another time zone.
type ZoneError struct{ Norm, Document string }

// Error names both zones.
func (e *ZoneError) Error() string {
	return fmt.Sprintf("the norm is for %s, the document for %s", e.Norm, e.Document)
}

// CustomError says that a custom record is not as the norm declares it.
type CustomError struct {
	Type, ID, Field string // ID and Field are empty if the type as a whole is wrong
	Reason          string
}

// Error names the record and the field.
func (e *CustomError) Error() string {
	switch {
	case e.ID == "":
		return fmt.Sprintf("custom %s: %s", e.Type, e.Reason)
	case e.Field == "":
		return fmt.Sprintf("custom %s %q: %s", e.Type, e.ID, e.Reason)
	}
	return fmt.Sprintf("custom %s %q: field %s: %s", e.Type, e.ID, e.Field, e.Reason)
}

// Judge gives the verdict of each criterion on the month, in the norm's order.
//
// The document may be as a product built it: it is checked, merged and sorted
// first, on a copy. The error is that of [finding.Month.Normal], a
// [*ZoneError], a [*CustomError], or ctx's if it ended; a failing expression
// is no error but an unknown outcome with its reason.
func (n *Norm) Judge(ctx context.Context, m *finding.Month) ([]ruling.Verdict, error) {
	p, err := Pack(m)
	if err != nil {
		return nil, err
	}
	return n.JudgePacked(ctx, p, -1)
}

// JudgePacked is [Norm.Judge] for a month that was packed before, and for
// those who need not see all evidence: each verdict has the first so many keys
// and the number of others in More; all, if keys is negative. The error is a
// [*ZoneError], a [*CustomError], or ctx's.
func (n *Norm) JudgePacked(ctx context.Context, p *Packed, keys int) ([]ruling.Verdict, error) {
	if zone := p.period.Zone.String(); zone != n.zone {
		return nil, &ZoneError{n.zone, zone}
	}
	if err := n.checkCustom(p.month, p.period); err != nil {
		return nil, err
	}
	j := &judging{norm: n, ctx: ctx, month: p, keys: keys}
	if j.pass = n.pass(p.rows); j.pass != nil {
		defer j.pass.Done()
	}
	return j.verdicts()
}

// verdicts judges all criteria.
func (j *judging) verdicts() ([]ruling.Verdict, error) {
	n := j.norm
	var answers []Answer
	if n.policy != nil {
		var err error
		if answers, err = n.ask(j); err != nil {
			return nil, err
		}
	}
	verdicts := make([]ruling.Verdict, len(n.criteria))
	for i := range n.criteria {
		verdicts[i] = n.criteria[i].decide(answers, j, &n.planned.criteria[i])
		if err := j.ctx.Err(); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

// judge decides one criterion: first whether it applies, then whether there
// was anything to judge by, then the condition.
func (c *criterion) judge(j *judging, p *plannedCriterion) ruling.Verdict {
	v := c.verdict()
	if !c.applicable(&v, j, p) || !c.measurable(&v, j, p) {
		return v
	}
	if c.share != nil {
		c.partial(&v, j, p)
	} else {
		c.whole(&v, j, p)
	}
	if c.evidence != nil && v.Outcome != ruling.Unknown {
		c.explicit(&v, j)
	}
	return v
}

func (c *criterion) verdict() ruling.Verdict {
	return ruling.Verdict{Criterion: c.ID, Weight: c.Weight, Required: c.Required}
}

// applicable tells whether the criterion applies; if not, the verdict is made.
func (c *criterion) applicable(v *ruling.Verdict, j *judging, p *plannedCriterion) bool {
	applies, err := j.truth(c.applies, p.applies, true)
	if err != nil {
		v.Reason = err.Error()
	} else if !applies {
		v.Outcome = ruling.NotApplicable
	}
	return applies && err == nil
}

// measurable tells whether there was anything to judge by; if not, the verdict
// is made.
func (c *criterion) measurable(v *ruling.Verdict, j *judging, p *plannedCriterion) bool {
	measured, err := j.truth(c.measured, p.measured, true)
	if err != nil {
		v.Reason = err.Error()
	} else if !measured {
		v.Reason = NotMeasured
	}
	return measured && err == nil
}

// NotMeasured is the reason of a criterion whose measured is false.
const NotMeasured = "not measured"

// whole judges a criterion that is met or not.
func (c *criterion) whole(v *ruling.Verdict, j *judging, p *plannedCriterion) {
	met, err := j.truth(c.when, p.when, false)
	if err != nil {
		v.Reason = err.Error()
		return
	}
	v.Outcome = ruling.Unmet
	if met {
		v.Outcome, v.Share = ruling.Met, ruling.Whole
	}
	decided := j.decide(c.when, p.when, met)
	v.Vacuous = decided.Vacuous
	if c.evidence == nil {
		v.Evidence, v.More = decided.Keys, decided.Count-len(decided.Keys)
	}
}

// partial judges a criterion that can be met in part.
func (c *criterion) partial(v *ruling.Verdict, j *judging, p *plannedCriterion) {
	share, err := j.number(c.share, p.share)
	switch {
	case err != nil:
		v.Reason = c.share.reason(err)
	case share < 0 || share > int64(ruling.Whole):
		v.Reason = fmt.Sprintf("%s: the share is %d, outside 0 to %d", c.share.place(0), share, ruling.Whole)
	case share == int64(ruling.Whole):
		v.Outcome, v.Share = ruling.Met, ruling.Whole
	default:
		v.Outcome, v.Share = ruling.Unmet, ruling.Points(share)
	}
}

// explicit takes the evidence that the norm itself points at.
func (c *criterion) explicit(v *ruling.Verdict, j *judging) {
	keys, err := c.evidence.Keys(j.facts())
	if err != nil {
		*v = ruling.Verdict{Criterion: v.Criterion, Weight: v.Weight, Required: v.Required, Reason: c.evidence.reason(err)}
		return
	}
	v.Evidence = sortedKeys(keys)
	j.cut(v)
}

// cut leaves as much evidence as is asked for.
func (j *judging) cut(v *ruling.Verdict) {
	if j.keys >= 0 && len(v.Evidence) > j.keys {
		v.Evidence, v.More = v.Evidence[:j.keys:j.keys], len(v.Evidence)-j.keys
	}
}

// reason puts the place in the file before what failed: in the expression, or
// in the named value that it uses.
func (l *located) reason(err error) string {
	let, from := "", 0
	if failure, ok := errors.AsType[*expr.Failure](err); ok {
		let, from = failure.Let, failure.From
	}
	return fmt.Sprintf("%s: %v", l.placeOf(let, from), err)
}

// placeOf is [located.place] in the expression, or in the named value.
func (l *located) placeOf(let string, from int) string {
	if named := l.lets[let]; named != nil {
		l = named
	}
	return l.place(from)
}

// checkCustom holds the month's custom records against the norm's types.
func (n *Norm) checkCustom(m *finding.Month, period finding.Period) error {
	for _, name := range sortedNames(m.Custom) {
		declared, ok := n.types[name]
		if !ok {
			return &CustomError{Type: name, Reason: "the norm declares no such type"}
		}
		for _, record := range m.Custom[name] {
			for _, field := range sortedNames(record.Fields) {
				if reason := misfit(record.Fields[field], declared[field], period); reason != "" {
					return &CustomError{name, record.ID, field, reason}
				}
			}
		}
	}
	return nil
}

// misfit says why a value is not of the declared type; empty if it is.
func misfit(v finding.Value, declared expr.FieldType, period finding.Period) string {
	switch kind := v.Kind(); declared {
	case expr.Text:
		if kind != finding.KindText {
			return "is not a text"
		}
	case expr.Number:
		if kind != finding.KindNumber {
			return "is not a whole number"
		}
	case expr.Bool:
		if kind != finding.KindBool {
			return "is not true or false"
		}
	case expr.Date:
		if kind != finding.KindText {
			return "is not a date"
		}
		if _, err := period.ParseInstant(v.Text()); err != nil {
			return err.Error()
		}
	default:
		return "the norm declares no such field"
	}
	return ""
}
