package impact

import (
	"bytes"
	"io"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/go-json-experiment/json"
)

// JSON writes a line for each company, in order of id, and a last line with
// the totals, as impact.schema.json beside this file describes them:
//
//	{"type":"company","company","judged","months":[…],"mark":{…}}
//	{"type":"total","a":{…},"b":{…},"asOf",…,"criteria":[…]}
//
// Amounts are points: integers, 10000 is 100 %. A month that comes out alike
// is counted, not listed.
func (r *Report) JSON(w io.Writer) error {
	var b bytes.Buffer
	line := func(v any) error {
		data, err := json.Marshal(v, json.Deterministic(true))
		if err == nil {
			b.Write(append(data, '\n'))
		}
		return err
	}
	for _, c := range r.Companies {
		if err := line(companyLine(c)); err != nil {
			return err
		}
	}
	if err := line(totalLine(r)); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

type companyJSON struct {
	Type    string      `json:"type"`
	Company string      `json:"company"`
	Judged  int         `json:"judged"`
	Months  []monthJSON `json:"months"`
	Mark    markJSON    `json:"mark"`
}

type monthJSON struct {
	Month    finding.YearMonth `json:"month"`
	A        resultJSON        `json:"a"`
	B        resultJSON        `json:"b"`
	Delta    ruling.Points     `json:"delta"`
	Shift    ruling.Points     `json:"shift"`
	Criteria []changeJSON      `json:"criteria"`
}

type resultJSON struct {
	Score     *ruling.Points  `json:"score"`
	Qualifies bool            `json:"qualifies"`
	Counts    certify.Outcome `json:"counts"`
	Effective bool            `json:"effective"`
}

type changeJSON struct {
	ID    string        `json:"id"`
	A     *string       `json:"a"`
	B     *string       `json:"b"`
	Delta ruling.Points `json:"delta"`
}

type markJSON struct {
	A     standingJSON `json:"a"`
	B     standingJSON `json:"b"`
	Spans []spanJSON   `json:"spans"`
}

type standingJSON struct {
	Phase certify.Phase      `json:"phase"`
	N     int                `json:"n"`
	Of    int                `json:"of"`
	Valid bool               `json:"valid"`
	Award *finding.YearMonth `json:"award"`
}

type spanJSON struct {
	From  finding.YearMonth `json:"from"`
	Until finding.YearMonth `json:"until"`
	Valid string            `json:"valid"` // under which of the two: a or b
}

func companyLine(c Company) companyJSON {
	out := companyJSON{"company", c.ID, c.Judged, []monthJSON{}, markJSON{standingLine(c.Mark.A), standingLine(c.Mark.B), []spanJSON{}}}
	for _, m := range c.Months {
		month := monthJSON{m.Month, resultJSON(m.A), resultJSON(m.B), m.Delta(), m.Shift, []changeJSON{}}
		for _, k := range m.Changes {
			month.Criteria = append(month.Criteria, changeJSON{k.Criterion, wordOrNull(k.A), wordOrNull(k.B), k.Delta})
		}
		out.Months = append(out.Months, month)
	}
	for _, s := range c.Mark.Spans {
		out.Mark.Spans = append(out.Mark.Spans, spanJSON{s.From, s.Until, map[bool]string{false: "a", true: "b"}[s.Gained]})
	}
	return out
}

func standingLine(s Standing) standingJSON {
	return standingJSON{s.Phase, s.N, s.Of, s.Valid, monthOrNull(s.Award)}
}

func wordOrNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func monthOrNull(m finding.YearMonth) *finding.YearMonth {
	if m == 0 {
		return nil
	}
	return &m
}

type totalJSON struct {
	Type      string             `json:"type"`
	A         sideJSON           `json:"a"`
	B         sideJSON           `json:"b"`
	From      *finding.YearMonth `json:"from"`
	Until     *finding.YearMonth `json:"until"`
	AsOf      *string            `json:"asOf"`
	Companies int                `json:"companies"`
	Months    int                `json:"months"`
	Differ    int                `json:"differ"`
	Gained    int                `json:"gained"`
	Lost      int                `json:"lost"`
	Delta     ruling.Points      `json:"delta"`
	Qualify   int                `json:"qualify"`
	Fail      int                `json:"disqualify"`
	Marks     marksJSON          `json:"marks"`
	Criteria  []criterionJSON    `json:"criteria"`
}

type sideJSON struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	Logic   string `json:"logic"`
	Outside int    `json:"outside"`
	NoScore int    `json:"noScore"`
}

type marksJSON struct {
	A      int `json:"a"`
	B      int `json:"b"`
	Gained int `json:"gained"`
	Lost   int `json:"lost"`
}

type criterionJSON struct {
	ID        string         `json:"id"`
	A         *ruling.Points `json:"a"`
	B         *ruling.Points `json:"b"`
	Gained    int            `json:"gained"`
	Lost      int            `json:"lost"`
	Companies int            `json:"companies"`
	Delta     ruling.Points  `json:"delta"`
	Flips     []flipJSON     `json:"flips"`
}

type flipJSON struct {
	A      *string `json:"a"`
	B      *string `json:"b"`
	Months int     `json:"months"`
}

func totalLine(r *Report) totalJSON {
	t := r.Total
	out := totalJSON{Type: "total", A: sideJSON{r.A.ID, r.A.Version, r.A.Digest, r.A.Logic, t.OutsideA, t.NoScoreA},
		B:    sideJSON{r.B.ID, r.B.Version, r.B.Digest, r.B.Logic, t.OutsideB, t.NoScoreB},
		From: monthOrNull(t.From), Until: monthOrNull(t.Until), Companies: t.Companies, Months: t.Months, Differ: t.Differ,
		Gained: t.Gained, Lost: t.Lost, Delta: t.Delta, Qualify: t.Qualify, Fail: t.Disqualify,
		Marks: marksJSON{t.MarksA, t.MarksB, t.MarksGained, t.MarksLost}, Criteria: []criterionJSON{}}
	if !r.AsOf.IsZero() {
		out.AsOf = new(r.AsOf.UTC().Format("2006-01-02T15:04:05Z07:00"))
	}
	for _, k := range r.Criteria {
		line := criterionJSON{k.ID, k.A, k.B, k.Gained, k.Lost, k.Companies, k.Delta, []flipJSON{}}
		for _, f := range k.Flips {
			line.Flips = append(line.Flips, flipJSON{wordOrNull(f.A), wordOrNull(f.B), f.Months})
		}
		out.Criteria = append(out.Criteria, line)
	}
	return out
}
