package report

import (
	"bytes"
	_ "embed" // the page
	"html/template"
	"io"
)

// pageText is the page: one file, without scripts and without anything that
// would have to be fetched.
//
//go:embed page.html.tmpl
var pageText string

// page is parsed once; it never changes.
var page = template.Must(template.New("page").Parse(pageText))

// HTML writes the report as one self-contained page: no script, no style sheet,
// picture or font from elsewhere; it prints on A4 and follows the reader's
// choice of light or dark. html/template escapes every text.
func (r *Report) HTML(w io.Writer) error {
	var b bytes.Buffer
	if err := page.Execute(&b, view{r}); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// view is what the page asks of a report.
type view struct{ r *Report }

// Lang is the page's language.
func (v view) Lang() string { return v.r.language }

// Question is the page's heading.
func (v view) Question() string { return v.r.asked() }

// Heading says who, when, and under which norm.
func (v view) Heading() []string { return v.r.heading }

// Verdict is the answer.
func (v view) Verdict() string { return v.r.verdict() }

// Remarks qualify the answer.
func (v view) Remarks() []string { return v.r.remarks }

// Good tells whether the month counts.
func (v view) Good() bool { return v.r.card.Qualifies }

// Score is the large figure.
func (v view) Score() string { return v.r.score(v.r.card.Score) }

// ScoreLabel is what the figure is.
func (v view) ScoreLabel() string { return v.r.scoreLabel }

// Threshold is what it is held against, as words.
func (v view) Threshold() string { return v.r.threshold + " " + v.r.percent(v.r.card.Threshold) }

// Gauge is the score's bar, in points.
func (v view) Gauge() int {
	if v.r.card.Score == nil {
		return 0
	}
	return int(*v.r.card.Score)
}

// Mark is where the threshold stands on the bar, in points.
func (v view) Mark() int { return int(v.r.card.Threshold) }

// Sections are the parts of the page.
func (v view) Sections() []sectionView {
	all := make([]sectionView, len(v.r.sections))
	for i := range v.r.sections {
		all[i] = sectionView{v.r, &v.r.sections[i]}
	}
	return all
}

// About is the heading of the foot.
func (v view) About() string { return v.r.texts.about }

// Foot is what the report rests on.
func (v view) Foot() []string { return v.r.foot }

// sectionView is a part of the page.
type sectionView struct {
	r *Report
	s *section
}

// ID names the heading.
func (v sectionView) ID() string { return v.s.id }

// Title is the heading.
func (v sectionView) Title() string { return v.s.title }

// Said are its sentences.
func (v sectionView) Said() []string { return v.s.said }

// Picture is the trend, drawn; its texts are escaped.
func (v sectionView) Picture() template.HTML {
	if !v.s.trend {
		return ""
	}
	var b bytes.Buffer
	v.r.drawTrend(&b, false)
	return template.HTML(b.String())
}

// Steps tells of each step whether it has been taken.
func (v sectionView) Steps() []bool {
	if v.s.steps == nil || v.s.steps.of > maxSteps {
		return nil
	}
	taken := make([]bool, v.s.steps.of)
	for i := range v.s.steps.n {
		taken[i] = true
	}
	return taken
}

// maxSteps is how many steps are drawn; a norm that asks for more months has
// them in words only.
const maxSteps = 36

// Tips are grouped by audience.
func (v sectionView) Tips() []tipView {
	var all []tipView
	for _, t := range v.s.tips {
		all = append(all, tipView{t.audience, t.items})
	}
	return all
}

type tipView struct {
	Audience string
	Items    []string
}

// Table is the section's table; nil if it has none.
func (v sectionView) Table() *tableView {
	if v.s.table == nil {
		return nil
	}
	t := &tableView{Head: v.s.table.head, Total: v.s.table.total, Kind: v.s.id}
	for _, row := range v.s.table.rows {
		var cells []cellView
		for i, c := range row.cells {
			cells = append(cells, cellView{c.text, c.notes, v.s.table.head[i]})
		}
		t.Rows = append(t.Rows, cells)
	}
	return t
}

type tableView struct {
	Kind  string
	Head  []string
	Rows  [][]cellView
	Total []string
}

type cellView struct {
	Text  string
	Notes []string
	Head  string
}
