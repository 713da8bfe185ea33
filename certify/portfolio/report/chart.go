package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/experience"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/survival"
)

// chart is a drawing as shapes of SVG. Lines differ in their dashes and fields
// in their shade, so that colour alone tells nothing.
type chart struct {
	Title         string
	Width, Height int
	Fields        []shape // filled
	Lines         []shape
	Labels        []label
	Legend        []shape // its Text beside a piece of the line or field
}

// shape is a path with the class that gives it its looks.
type shape struct{ Path, Class, Text string }

// IsLine tells a line from a field.
func (s shape) IsLine() bool { return strings.HasPrefix(s.Class, "line") }

// label is a text; Anchor is start, middle or end.
type label struct {
	X, Y   string
	Anchor string
	Text   string
}

// frame maps figures to places: x from 0 to most, y from 0 to top.
type frame struct {
	*chart
	left, right, above, below float64 // of the field in which is drawn
	most, top                 float64
}

func newFrame(title string, width, height int, most, top float64) frame {
	c := &chart{Title: title, Width: width, Height: height}
	f := frame{c, 46, float64(width) - 12, 12, float64(height) - 26, most, top}
	c.Lines = append(c.Lines, shape{Path: fmt.Sprintf("M%s %sV%sH%s", place(f.left), place(f.above), place(f.below), place(f.right)), Class: "axis"})
	return f
}

func place(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

func (f *frame) x(v float64) float64 {
	if !(f.most > 0) {
		return f.left
	}
	return f.left + (f.right-f.left)*v/f.most
}

func (f *frame) y(v float64) float64 {
	if !(f.top > 0) {
		return f.below
	}
	return f.below - (f.below-f.above)*v/f.top
}

// rise labels the upright axis at its ends.
func (f *frame) rise(zero, top string) {
	f.Labels = append(f.Labels, label{place(f.left - 4), place(f.below), "end", zero}, label{place(f.left - 4), place(f.above + 8), "end", top})
}

// along labels the other axis at its ends.
func (f *frame) along(first, last string) {
	f.Labels = append(f.Labels, label{place(f.left), place(f.below + 16), "start", first}, label{place(f.right), place(f.below + 16), "end", last})
}

func (f *frame) legend(class, text string) {
	f.Legend = append(f.Legend, shape{Class: class, Text: text})
}

// closesChart stacks the companies at each close.
func closesChart(w *words, closes []portfolio.Close) *chart {
	top := 0
	for _, c := range closes {
		n := grouped(c)
		top = max(top, n[0]+n[1]+n[2])
	}
	f := newFrame(w.closes, 640, 220, float64(len(closes)), float64(top))
	classes := [3]string{"field a", "field b", "field c"}
	for i, c := range closes {
		from := 0.0
		for k, n := range grouped(c) {
			if n > 0 {
				f.Fields = append(f.Fields, shape{Class: classes[k], Path: fmt.Sprintf("M%s %sH%sV%sH%sZ", place(f.x(float64(i)+0.1)), place(f.y(from)),
					place(f.x(float64(i)+0.9)), place(f.y(from+float64(n))), place(f.x(float64(i)+0.1)))})
			}
			from += float64(n)
		}
	}
	f.rise("0", strconv.Itoa(top))
	f.along(w.monthName(closes[0].Month), w.monthName(closes[len(closes)-1].Month))
	for k, text := range []string{w.valid, w.underWay, w.lost} {
		f.legend(classes[k], text)
	}
	return f.chart
}

// trendChart draws the share that met a criterion, of both cohorts.
func trendChart(w *words, title string, c *portfolio.CriterionTrend) *chart {
	f := newFrame(title, 320, 160, float64(len(c.Months)-1), 1)
	for k, class := range []string{"line a", "line b"} {
		path, pen := "", "M"
		for i, m := range c.Months {
			o := m.Fixed
			if k == 1 {
				o = m.Open
			}
			share, in := o.Share()
			if !in.Known {
				pen = "M" // a gap, not a zero
				continue
			}
			path += pen + place(f.x(float64(i))) + " " + place(f.y(share))
			pen = "L"
		}
		if path != "" {
			f.Lines = append(f.Lines, shape{Path: path, Class: class})
		}
	}
	f.rise("0%", "100%")
	f.along(w.monthName(c.Months[0].Month), w.monthName(c.Months[len(c.Months)-1].Month))
	f.legend("line a", w.fixed)
	f.legend("line b", w.open)
	return f.chart
}

// durationsChart draws who has the mark and who left without it, in steps,
// with the interval around the first.
func durationsChart(w *words, d *portfolio.Durations) *chart {
	last := d.Mark[len(d.Mark)-1].Time
	f := newFrame(w.durations, 640, 240, float64(last), 1)
	if band := f.band(d.Mark); band != "" {
		f.Fields = append(f.Fields, shape{Path: band, Class: "field band"})
	}
	for k, curve := range []survival.Curve{d.Mark, d.Left} {
		var path strings.Builder
		path.WriteString("M" + place(f.x(0)) + " " + place(f.y(0)))
		for _, p := range curve {
			path.WriteString("H" + place(f.x(float64(p.Time))) + "V" + place(f.y(p.Estimate)))
		}
		class, text := "line a", w.marked
		if k == 1 {
			class, text = "line b", w.left
		}
		f.Lines = append(f.Lines, shape{Path: path.String(), Class: class})
		f.legend(class, text)
	}
	f.rise("0%", "100%")
	f.along("0", fmt.Sprintf("%d", last))
	return f.chart
}

// band is the field between the bounds of a curve's intervals.
func (f *frame) band(c survival.Curve) string {
	var up, down string
	for i, p := range c {
		if !p.Interval.Known {
			continue
		}
		until := p.Time
		if i+1 < len(c) {
			until = c[i+1].Time
		}
		from, to := place(f.x(float64(p.Time))), place(f.x(float64(until)))
		pen := "L"
		if up == "" {
			pen = "M"
		}
		up += fmt.Sprintf("%s%s %sH%s", pen, from, place(f.y(p.Interval.High)), to)
		down = fmt.Sprintf("L%s %sH%s", to, place(f.y(p.Interval.Low)), from) + down
	}
	if up == "" {
		return ""
	}
	return up + down + "Z"
}

// frequencyChart draws each band's claim frequency as a point in its interval;
// nil if none is estimable.
func frequencyChart(w *words, e *experience.Experience) *chart {
	most, rows := 0.0, 0
	for i := range e.Rows {
		if rate := e.Rows[i].Frequency; rate.Known {
			rows++
			most = max(most, rate.Interval.High)
		}
	}
	if rows == 0 {
		return nil
	}
	f := newFrame(w.frequency, 640, 60+28*rows, most, float64(rows))
	row := rows
	for i := range e.Rows {
		rate := e.Rows[i].Frequency
		if !rate.Known {
			continue
		}
		row--
		y := f.y(float64(row) + 0.35)
		f.Lines = append(f.Lines,
			shape{Class: "line a", Path: fmt.Sprintf("M%s %sH%s", place(f.x(rate.Interval.Low)), place(y), place(f.x(rate.Interval.High)))},
			shape{Class: "dot", Path: fmt.Sprintf("M%s %sv8", place(f.x(rate.Value)), place(y-4))})
		f.Labels = append(f.Labels, label{place(f.left + 6), place(y - 7), "start", w.band(e.Rows[i].Band)})
	}
	f.along("0", w.number(most, 3))
	return f.chart
}
