package card

import (
	"strconv"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/go-json-experiment/json/jsontext"
)

// Append writes the card behind out, as [Card.MarshalJSON] does: members in the
// order of the type, integers only, no white space. The error is for what no
// card can hold: a month or an outcome that is none, a text that is not UTF-8.
func (c *Card) Append(out []byte) ([]byte, error) {
	w := &writer{out: out}
	w.text(`{"company":`, c.Company)
	month, err := c.Month.MarshalText()
	w.fail(err)
	w.text(`,"month":`, string(month))
	w.text(`,"norm":{"id":`, c.Norm.ID)
	w.text(`,"version":`, c.Norm.Version)
	w.text(`,"digest":`, c.Norm.Digest)
	w.bool(`,"effective":`, c.Norm.Effective)
	if c.Norm.Status != "" {
		w.text(`,"status":`, c.Norm.Status)
	}
	w.text(`},"findings":{"digest":`, c.Findings.Digest)
	w.number(`,"count":`, c.Findings.Count)
	w.text(`},"engine":`, c.Engine)
	w.number(`,"earned":`, int(c.Earned))
	w.number(`,"applicable":`, int(c.Applicable))
	w.optional(`,"score":`, c.Score)
	w.optional(`,"waived":`, c.Waived)
	w.number(`,"threshold":`, int(c.Threshold))
	w.number(`,"measured":`, int(c.Measured))
	w.bool(`,"qualifies":`, c.Qualifies)
	appendList(w, `,"waivers":`, c.Waivers, (*writer).waiver)
	appendList(w, `,"criteria":`, c.Criteria, (*writer).criterion)
	w.raw("}")
	return w.out, w.err
}

// writer appends JSON and keeps the first error.
type writer struct {
	out []byte
	err error
}

func (w *writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *writer) raw(s string) { w.out = append(w.out, s...) }

func (w *writer) text(name, s string) {
	w.raw(name)
	out, err := jsontext.AppendQuote(w.out, s)
	w.fail(err)
	w.out = out
}

func (w *writer) number(name string, n int) {
	w.raw(name)
	w.out = strconv.AppendInt(w.out, int64(n), 10)
}

func (w *writer) optional(name string, p *ruling.Points) {
	if p == nil {
		w.raw(name)
		w.raw("null")
		return
	}
	w.number(name, int(*p))
}

func (w *writer) bool(name string, b bool) {
	w.raw(name)
	w.out = strconv.AppendBool(w.out, b)
}

func appendList[T any](w *writer, name string, list []T, write func(w *writer, item *T)) {
	w.raw(name)
	w.raw("[")
	for i := range list {
		if i > 0 {
			w.raw(",")
		}
		write(w, &list[i])
	}
	w.raw("]")
}

func (w *writer) item(s *string) { w.text("", *s) }

func (w *writer) key(k *ruling.Key) { appendList(w, "", *k, (*writer).item) }

func (w *writer) waiver(v *Waiver) {
	w.text(`{"criterion":`, v.Criterion)
	w.text(`,"reason":`, v.Reason)
	w.text(`,"who":`, v.Who)
	w.text(`,"from":`, v.From)
	w.text(`,"until":`, v.Until)
	if len(v.Key) > 0 {
		appendList(w, `,"key":`, v.Key, (*writer).item)
	}
	w.text(`,"state":`, v.State)
	w.raw("}")
}

func (w *writer) criterion(c *Criterion) {
	outcome, err := c.Outcome.MarshalText()
	w.fail(err)
	w.text(`{"id":`, c.ID)
	w.number(`,"weight":`, int(c.Weight))
	w.number(`,"points":`, int(c.Points))
	w.text(`,"outcome":`, string(outcome))
	w.bool(`,"vacuous":`, c.Vacuous)
	w.text(`,"reason":`, c.Reason)
	w.number(`,"evidence":{"count":`, c.Evidence.Count)
	appendList(w, `,"keys":`, c.Evidence.Keys, (*writer).key)
	w.raw("}}")
}
