package report

import (
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/disclosure"
	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Export is what may be shown to anyone: tables of counts and amounts in which
// everything is hidden that tells of too few companies.
//
// There is one table of states, by the months that the first mark took; for each
// criterion the open cohort by month; and policy-years, premiums, claims and what
// they incurred by score. Goals are left out, since they split the same companies
// once more, and so is the fixed cohort, since what the open one has more is a
// small group.
type Export struct {
	Norm   string
	AsOf   time.Time
	Zone   *time.Location
	Rule   disclosure.Rule
	Tables []ExportTable

	// Of policies and claims, if there are any: the months of exposure, both
	// included, and the day by which claims are valued.
	From, Until finding.YearMonth
	Valued      book.Day

	titles map[string]string
}

// ExportTable is a table and what it is about.
type ExportTable struct {
	About     string // states, criterion, policyYears, premiums, claims, incurred
	Criterion string // its id
	*disclosure.Published
}

// Export hides what the rule calls unsafe, and whatever would give it away.
func (r *Report) Export(rule disclosure.Rule) (*Export, error) {
	e := &Export{Norm: r.Norm, AsOf: r.AsOf, Zone: r.Zone, Rule: rule, titles: r.Titles}
	about := [][]ExportTable{{{About: "states"}}}
	tables := [][]disclosure.Table{{r.stateCells()}}
	if r.Trend != nil {
		for i := range r.Trend.Criteria {
			c := &r.Trend.Criteria[i]
			about = append(about, []ExportTable{{About: "criterion", Criterion: c.ID}})
			tables = append(tables, []disclosure.Table{r.criterionCells(c)})
		}
	}
	if r.Experience != nil && r.Experience.Total.Companies > 0 {
		e.From, e.Until, e.Valued = r.Experience.From, r.Experience.Until, r.Experience.Valued
		years, premiums, claims, incurred := r.experienceCells()
		about = append(about, []ExportTable{{About: "policyYears"}, {About: "premiums"}}, []ExportTable{{About: "claims"}, {About: "incurred"}})
		tables = append(tables, []disclosure.Table{years, premiums}, []disclosure.Table{claims, incurred})
	}
	for i, group := range about {
		shown, err := disclosure.Protect(rule, tables[i]...)
		if err != nil {
			return nil, err
		}
		for j := range group {
			group[j].Published = shown[j]
			e.Tables = append(e.Tables, group[j])
		}
	}
	return e, nil
}

// spans are the ranges of months by which the way to the first mark is told,
// each up to and with its bound; the last has none.
var spans = []int{9, 18}

// The groups of states in which companies are told: states that few are in
// stand together, so that less need be hidden.
const (
	onTheWay  = "on_the_way" // to a first mark
	dropped   = "dropped"    // left without one
	certified = "certified"
	atRisk    = "at_risk"
	lost      = "lost" // had a mark: suspended, expired, withdrawn, on the way to another, or left
)

// groups are in the order of the table.
var groups = []string{onTheWay, dropped, certified, atRisk, lost}

func groupOf(phase certify.Phase, marked bool) string {
	switch {
	case !marked && phase == certify.Left:
		return dropped
	case !marked:
		return onTheWay
	case phase == certify.Certified:
		return certified
	case phase == certify.AtRisk:
		return atRisk
	}
	return lost
}

// stateCells counts companies by group of states and by the months that their
// first mark took. One table holds both, since two that each split the same
// companies could be set against each other.
func (r *Report) stateCells() disclosure.Table {
	t := disclosure.Table{Name: "states", Rows: groups}
	from := 0
	for _, until := range spans {
		t.Columns = append(t.Columns, fmt.Sprintf("%d-%d", from, until))
		from = until + 1
	}
	t.Columns = append(t.Columns, fmt.Sprintf("%d-", from), "none")
	none := len(t.Columns) - 1
	for _, group := range groups {
		cells := make([]disclosure.Cell, len(t.Columns))
		for j := range cells {
			cells[j].Never = (j == none) != (group == onTheWay || group == dropped)
		}
		t.Cells = append(t.Cells, cells)
	}
	for i, o := range r.Durations.Observations {
		column := none
		if o.Event == portfolio.Marked {
			column, _ = slices.BinarySearch(spans, o.Time)
		}
		t.Cells[slices.Index(groups, groupOf(r.Durations.Phases[i], o.Event == portfolio.Marked))][column].Ones++
	}
	return t
}

// criterionCells counts the open cohort. A card without the criterion counts as
// one to which it does not apply, so that every criterion's months have the same
// totals. Where it applied to everyone all along, nothing is said of that.
func (r *Report) criterionCells(c *portfolio.CriterionTrend) disclosure.Table {
	t := disclosure.Table{Name: c.ID, Columns: []string{"met", "notMet"}, ColumnsDiffer: true}
	everywhere := true
	for j, m := range c.Months {
		without := r.Trend.Cards[j] - m.Open.Applies()
		everywhere = everywhere && without == 0
		t.Rows = append(t.Rows, m.Month.String())
		t.Cells = append(t.Cells, []disclosure.Cell{{Ones: m.Open.Met}, {Ones: m.Open.Unmet + m.Open.Unknown}, {Ones: without}})
	}
	if everywhere {
		for j := range t.Cells {
			t.Cells[j] = t.Cells[j][:2]
		}
		return t
	}
	t.Columns = append(t.Columns, "notApplicable")
	return t
}

// experienceCells gives policy-years in thousandths and money in hundredths. A
// band in which nobody ever was is left out.
// What goes by the same policies is hidden at the same places, and so is what
// goes by the same claims.
func (r *Report) experienceCells() (years, premiums, claims, incurred disclosure.Table) {
	tables := []*disclosure.Table{&years, &premiums, &claims, &incurred}
	for k, name := range []string{"policyYears", "premiums", "claims", "incurred"} {
		tables[k].Name, tables[k].Columns = name, []string{"sum"}
	}
	for _, row := range r.Experience.Rows {
		if len(row.Parts) == 0 {
			continue
		}
		cells := make([]disclosure.Cell, len(tables))
		for _, part := range row.Parts {
			for k, value := range []int64{int64(part.Exposure.Years() * 1000), int64(part.Premium), int64(part.Claims), int64(part.Incurred)} {
				cells[k].Parts = append(cells[k].Parts, disclosure.Contribution{Of: part.Company, Value: value})
			}
		}
		for k, t := range tables {
			t.Rows = append(t.Rows, row.Band.String())
			t.Cells = append(t.Cells, []disclosure.Cell{cells[k]})
		}
	}
	return years, premiums, claims, incurred
}

type exportJSON struct {
	AsOf       time.Time   `json:"asOf"`
	Norm       string      `json:"norm"`
	Disclosure ruleJSON    `json:"disclosure"`
	Exposure   *windowJSON `json:"exposure"`
	Tables     []tableJSON `json:"tables"`
}

type windowJSON struct {
	From   finding.YearMonth `json:"from"`
	Until  finding.YearMonth `json:"until"`
	Valued string            `json:"valued"`
}

type ruleJSON struct {
	K       int  `json:"k"`
	N       int  `json:"n"`
	Percent int  `json:"percent"`
	Zeros   bool `json:"zeros"`
}

type tableJSON struct {
	About     string     `json:"about"`
	Criterion string     `json:"criterion,omitempty"`
	Rows      []string   `json:"rows"`
	Columns   []string   `json:"columns"`
	Cells     [][]*int64 `json:"cells"`
	Totals    []*int64   `json:"totals"`
	Sums      []*int64   `json:"sums"`
	Total     *int64     `json:"total"`
}

// JSON writes the tables as one line, described by export.schema.json: cells by
// row and column, totals by row, sums by column where rows add up, and the
// total; null is hidden. Policy-years are thousandths, money is hundredths.
func (e *Export) JSON(w io.Writer) error {
	out := exportJSON{AsOf: e.AsOf, Norm: e.Norm, Disclosure: ruleJSON(e.Rule), Tables: []tableJSON{}}
	if e.From != 0 {
		out.Exposure = &windowJSON{e.From, e.Until, e.Valued.String()}
	}
	for _, t := range e.Tables {
		table := tableJSON{About: t.About, Criterion: t.Criterion, Rows: t.Rows, Columns: t.Columns, Cells: [][]*int64{}, Totals: []*int64{}, Sums: []*int64{}}
		last, right := len(t.Rows), len(t.Columns)
		for i := range t.Rows {
			var row []*int64
			for j := range t.Columns {
				row = append(row, shownOrNull(t.Cells[i][j]))
			}
			table.Cells = append(table.Cells, row)
			table.Totals = append(table.Totals, shownOrNull(t.Cells[i][right]))
		}
		if !t.ColumnsDiffer {
			for j := range t.Columns {
				table.Sums = append(table.Sums, shownOrNull(t.Cells[last][j]))
			}
			table.Total = shownOrNull(t.Cells[last][right])
		}
		out.Tables = append(out.Tables, table)
	}
	return writeJSON(w, out)
}

func shownOrNull(s disclosure.Shown) *int64 {
	if s.Hidden {
		return nil
	}
	return &s.Value
}
