package norm

import (
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// What a panic of the library, of one that it uses or of an engine becomes: a
// fault of the norm, so that the norm of a stranger can't stop its caller.
const (
	internalCode    = "KM-INTERNAL"
	internalMessage = "the library itself failed on this norm: %v"
	internalHint    = "report this with the norm, and write the condition in another way"
)

// parse is [source.Parse], which never panics.
func parse(f *source.File) (d *source.Document) {
	defer func() {
		if cause := recover(); cause != nil {
			d = &source.Document{File: f, Faults: diag.Faults{f.Fault(0, 0, internalCode, internalHint, internalMessage, cause)}}
		}
	}()
	return source.Parse(f)
}

// guarded does its work without ever panicking. What fails is reported at the
// expression that was compiled last.
func (r *reader) guarded(work func()) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		at := r.Root
		if r.at != nil {
			at = r.at
		}
		start, end := r.Extent(at)
		r.ReportAt(start, end, internalCode, internalHint, internalMessage, cause)
		r.Faults.Sort()
	}()
	work()
}

// internalReason is that of a criterion on which the library itself failed.
const internalReason = "the library itself failed on this criterion: report this with the norm and the month"

// decide judges the criterion without ever panicking.
func (c *criterion) decide(answers []Answer, j *judging, p *plannedCriterion) (v ruling.Verdict) {
	defer func() {
		if recover() != nil {
			v = ruling.Verdict{Criterion: c.ID, Weight: c.Weight, Required: c.Required, Reason: internalReason}
		}
	}()
	if c.byModule {
		return c.judgeBy(answers[c.asked], j, p)
	}
	return c.judge(j, p)
}

// ask lets the modules answer without ever panicking.
func (n *Norm) ask(j *judging) (answers []Answer, err error) {
	defer func() {
		if recover() == nil {
			return
		}
		answers = make([]Answer, len(n.criteria)) // as many as can be asked for, or more
		for i := range answers {
			answers[i].Reason = internalReason
		}
	}()
	return j.answers()
}

// pass goes through the month once, without ever panicking: nil, and all is
// evaluated record by record.
func (n *Norm) pass(rows *plan.Rows) (p *plan.Pass) {
	if n.plain {
		return nil
	}
	defer func() {
		if recover() != nil {
			p = nil
		}
	}()
	return n.planned.plan.Pass(rows)
}
