package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// TrendSVG writes the trend as a picture of its own: a bar a month, the
// threshold as a line, and the months that count marked. It takes light and
// dark from whoever shows it, loads nothing and runs nothing.
func (r *Report) TrendSVG(w io.Writer) error {
	var b bytes.Buffer
	r.drawTrend(&b, true)
	_, err := w.Write(b.Bytes())
	return err
}

// The trend's measures, in units of the picture.
const (
	trendWidth  = 480
	trendHeight = 236
	plotLeft    = 46
	plotRight   = trendWidth - 6
	plotTop     = 28
	plotBottom  = 184
)

// pictureStyle are the colours of pictures that stand alone.
const pictureStyle = `<style>.km-bar{fill:#b45309}.km-pass{fill:#15803d}.km-ink{fill:#1f2937}.km-soft{fill:#4b5563}.km-grid{stroke:#d1d5db}.km-line{stroke:#1f2937}` +
	`@media(prefers-color-scheme:dark){.km-bar{fill:#fbbf24}.km-pass{fill:#4ade80}.km-ink{fill:#f3f4f6}.km-soft{fill:#d1d5db}.km-grid{stroke:#4b5563}.km-line{stroke:#f3f4f6}}</style>`

// drawTrend draws into b. The picture is drawn at whole numbers only, so that
// it is the same everywhere.
func (r *Report) drawTrend(b *bytes.Buffer, alone bool) {
	first, last := r.trend[0].month, r.trend[len(r.trend)-1].month
	label := fmt.Sprintf(r.trendLabel, r.monthName(first), r.monthName(last))
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui,sans-serif" font-size="12">`,
		trendWidth, trendHeight, escaped(label))
	if alone {
		b.WriteString(pictureStyle)
	}
	fmt.Fprintf(b, `<title>%s</title>`, escaped(label))
	for _, p := range []ruling.Points{0, 2500, 5000, 7500, ruling.Whole} {
		y := height(p)
		fmt.Fprintf(b, `<line class="km-grid" x1="%d" y1="%d" x2="%d" y2="%d"/><text class="km-soft" x="%d" y="%d" text-anchor="end">%s</text>`,
			plotLeft, y, plotRight, y, plotLeft-8, y+4, escaped(r.percent(p)))
	}
	step := (plotRight - plotLeft) / TrendMonths
	for i, c := range r.trend {
		x := plotLeft + i*step
		class := "km-bar"
		if c.qualifies() {
			class = "km-pass"
		}
		top := plotBottom
		if p, scored := c.points(); scored {
			top = height(p)
			fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="3"/>`, class, x+5, top, step-10, plotBottom-top)
		}
		fmt.Fprintf(b, `<text class="km-ink" x="%d" y="%d" text-anchor="middle" font-size="10">%s</text>`, x+step/2, top-5, escaped(c.score(r)))
		fmt.Fprintf(b, `<text class="km-soft" x="%d" y="%d" text-anchor="middle">%s</text>`, x+step/2, plotBottom+18, escaped(r.texts.short[c.month.Month()-1]))
		if i == 0 || c.month.Month() == 1 {
			fmt.Fprintf(b, `<text class="km-soft" x="%d" y="%d" text-anchor="middle">%d</text>`, x+step/2, plotBottom+34, c.month.Year())
		}
		if mark := r.mark(c); mark != "" {
			fmt.Fprintf(b, `<text class="km-ink" x="%d" y="%d" text-anchor="middle">%s</text>`, x+step/2, plotBottom+51, mark)
		}
	}
	y := height(r.card.Threshold)
	fmt.Fprintf(b, `<line class="km-line" x1="%d" y1="%d" x2="%d" y2="%d" stroke-width="2" stroke-dasharray="6 4"/><text class="km-ink" x="%d" y="%d" text-anchor="end" font-weight="600">%s %s</text></svg>`,
		plotLeft, y, plotRight, y, plotRight, 14, escaped(r.threshold), escaped(r.percent(r.card.Threshold)))
}

// height is where an amount lies in the plot, rounded towards the bottom.
func height(p ruling.Points) int {
	return plotBottom - int(min(max(p, 0), ruling.Whole))*(plotBottom-plotTop)/int(ruling.Whole)
}

// escaped is a text as it may stand in a picture, between tags and in quotes.
func escaped(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(clean(s))) //nolint:errcheck // a builder takes everything
	return b.String()
}

// Badge writes a small picture for a web page: the mark's name beside the phase
// or, without progress, the score.
func (r *Report) Badge(w io.Writer) error {
	value, colour := r.score(r.card.Score), "#b45309"
	if r.card.Qualifies {
		colour = "#15803d"
	}
	if r.progress != nil {
		value, colour = r.phaseOnBadge()
	}
	var b bytes.Buffer
	draw(&b, r.badge, value, colour)
	_, err := w.Write(b.Bytes())
	return err
}

func (r *Report) phaseOnBadge() (value, colour string) {
	p := r.progress
	value, known := r.badgePhases[p.Phase]
	if !known {
		value = clean(p.Phase)
	}
	if strings.Contains(value, "%d") {
		value = fmt.Sprintf(value, p.N, p.Of)
	}
	switch p.Phase {
	case "certified":
		return value, "#15803d"
	case "at_risk":
		return value, "#b45309"
	case "suspended", "expired", "withdrawn":
		return value, "#b91c1c"
	}
	return value, "#1d4ed8"
}

// draw makes two boxes with a text each, as wide as the texts are made to be.
func draw(b *bytes.Buffer, label, value, colour string) {
	left, right := 7*columns(label)+14, 7*columns(value)+14
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="22" viewBox="0 0 %[1]d 22" role="img" aria-label="%[2]s: %[3]s" font-family="system-ui,sans-serif" font-size="12">`+
		`<title>%[2]s: %[3]s</title><rect width="%[1]d" height="22" rx="4" fill="#374151"/><path fill="%[4]s" d="M%[5]d 0h%[6]da4 4 0 0 1 4 4v14a4 4 0 0 1-4 4H%[5]dz"/>`+
		`<text x="%[7]d" y="15" fill="#fff" text-anchor="middle" textLength="%[8]d" lengthAdjust="spacingAndGlyphs">%[2]s</text>`+
		`<text x="%[9]d" y="15" fill="#fff" text-anchor="middle" font-weight="600" textLength="%[10]d" lengthAdjust="spacingAndGlyphs">%[3]s</text></svg>`,
		left+right, escaped(label), escaped(value), colour, left, right-4, left/2, left-14, left+right/2, right-14)
}

// mark is the sign under a month.
func (r *Report) mark(c trendMonth) string {
	switch {
	case r.counts(c.month):
		return "★"
	case c.qualifies():
		return "✓"
	}
	return ""
}
