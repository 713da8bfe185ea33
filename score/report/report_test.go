package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

func reference(t testing.TB) *norm.Norm {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	return n
}

// made is what a report is made of.
type made struct {
	norm    *norm.Norm
	cards   []*card.Card
	options report.Options
}

func (m made) report(t testing.TB) *report.Report {
	r := report.New(m.norm, m.cards, m.options)
	require.NotNil(t, r)
	return r
}

// with is the same for another reader or language.
func (m made) with(language string, reader report.Reader) made {
	m.options.Language, m.options.Reader = language, reader
	return m
}

// mixed is a company with a little of everything: months that count and that
// don't, waivers of every state, what was not measured, progress and advice.
func mixed(t testing.TB) made {
	n := reference(t)
	day := func(month time.Month) time.Time { return time.Date(2026, month, 10, 12, 0, 0, 0, time.UTC) }
	m := made{norm: n}
	var last *finding.Month
	for month := time.January; month <= time.November; month++ {
		doc := &finding.Month{Company: finding.Company{ID: "kvk:1", Enrolled: day(time.January)}, Month: finding.MonthOf(2026, month),
			Websites:  []finding.Website{{ID: "www.korenaar.example", Scanned: day(month)}},
			Employees: []finding.Employee{{ID: "e-1", Enrolled: day(time.January)}},
			Courses:   []finding.Course{{ID: "c", Offered: day(time.January)}}}
		if month > time.June && month < time.November {
			for i := range 6 {
				doc.Computers = append(doc.Computers, finding.Computer{ID: fmt.Sprint("pc-", i), Seen: day(month)})
				doc.Employees = append(doc.Employees, finding.Employee{ID: fmt.Sprint("f-", i), Enrolled: day(time.January)})
			}
		}
		if month == time.November {
			for _, id := range []string{"a", "b", "c", "d", "e", "f", "g"} {
				doc.Vulnerabilities = append(doc.Vulnerabilities, finding.Vulnerability{ID: "X-" + id, AssetType: finding.AssetWebsite,
					Asset: "www.korenaar.example", Severity: finding.SeverityMedium, Title: "t"})
			}
		}
		c, err := score.Judge(context.Background(), n, doc,
			score.Waiver{Criterion: "computers", Reason: "verhuizing", Who: "KVO", From: "2026-11", Until: "2026-12"},
			score.Waiver{Criterion: "website-any", Reason: "oude site", Who: "KVO", From: "2026-11", Until: "2026-11-15", Key: ruling.Key{"website", "www.korenaar.example", "X-a"}},
			score.Waiver{Criterion: "enrolled", Reason: "zekerheid", Who: "KVO", From: "2026-01", Until: "2026-12"})
		require.NoError(t, err)
		m.cards = append(m.cards, c)
		last = doc
	}
	advice, err := score.Advise(context.Background(), n, last)
	require.NoError(t, err)
	m.options = report.Options{Language: "nl", Name: "Bakkerij De Korenaar", Advice: advice,
		Progress: &report.Progress{Phase: "building", N: 4, Of: 6, ToGo: 6, Earliest: "2027-06-06",
			Counts:  []finding.YearMonth{finding.MonthOf(2026, 7), finding.MonthOf(2026, 8), finding.MonthOf(2026, 9), finding.MonthOf(2026, 10)},
			Reached: &report.Prospect{Phase: "building", ToGo: 1, Earliest: "2027-01-06"}, Missed: &report.Prospect{Phase: "building", ToGo: 6, Earliest: "2027-06-06"}}}
	return m
}

// formats are all ways of writing a report, by the ending of their files.
var formats = map[string]func(*report.Report, io.Writer) error{
	"txt":       func(r *report.Report, w io.Writer) error { return r.Text(w, report.Style{}) },
	"color.txt": func(r *report.Report, w io.Writer) error { return r.Text(w, report.Style{Width: 60, Color: true}) },
	"md":        (*report.Report).Markdown,
	"html":      (*report.Report).HTML,
	"trend.svg": (*report.Report).TrendSVG,
	"badge.svg": (*report.Report).Badge,
}

func write(t testing.TB, r *report.Report, format string) string {
	var b bytes.Buffer
	require.NoError(t, formats[format](r, &b))
	return b.String()
}

// The reports are what they were, in every format and language and for every
// reader; -update writes them anew, to be looked at.
func TestGolden(t *testing.T) {
	m := mixed(t)
	for _, language := range []string{"nl", "en"} {
		for _, reader := range []report.Reader{report.Company, report.Insurer, report.Programme} {
			for format := range formats {
				name := "report." + language + "." + format
				if reader != report.Company {
					name = string(reader) + "." + language + "." + format
				}
				if reader != report.Company && format != "md" && format != "html" {
					continue
				}
				got := write(t, m.with(language, reader).report(t), format)
				file := filepath.Join("testdata", name)
				if *update {
					require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				}
				want, err := os.ReadFile(file)
				require.NoError(t, err)
				require.Equal(t, string(want), got, name)
				require.Equal(t, got, write(t, m.with(language, reader).report(t), format), "the same bytes on every run")
			}
		}
	}
}

// No line is wider than asked for, whatever is in it.
func TestWidth(t *testing.T) {
	m := mixed(t)
	m.options.Name = strings.Repeat("lang", 60) + " 漢字かな交じり文 " + strings.Repeat("汉", 90)
	for _, width := range []int{0, 10, 40, 55, 80, 132} {
		for _, language := range []string{"nl", "en"} {
			var b bytes.Buffer
			require.NoError(t, m.with(language, report.Company).report(t).Text(&b, report.Style{Width: width}))
			most := max(width, 40)
			if width == 0 {
				most = 80
			}
			for line := range strings.Lines(b.String()) {
				cells := 0
				for _, c := range strings.TrimSuffix(line, "\n") {
					cells++
					if c >= 0x3000 && c < 0xa000 {
						cells++
					}
				}
				require.LessOrEqual(t, cells, most, line)
			}
			require.NotContains(t, b.String(), "\x1b", "no colour unless asked for")
		}
	}
	require.Contains(t, write(t, m.report(t), "color.txt"), "\x1b[1m")
}

func TestNoCards(t *testing.T) {
	require.Nil(t, report.New(reference(t), nil, report.Options{}))
}

// A month without a score says so, and never shows one.
func TestNoScore(t *testing.T) {
	m := mixed(t)
	last := *m.cards[len(m.cards)-1]
	last.Score = nil
	m.cards[len(m.cards)-1] = &last
	for format := range formats {
		out := write(t, m.report(t), format)
		require.NotContains(t, out, "U scoort", format)
		if format == "txt" || format == "html" || format == "md" {
			require.Contains(t, out, "Er is geen score", format)
		}
	}
}

// What is just below the threshold is never shown as having reached it.
func TestNeverRoundsUp(t *testing.T) {
	m := mixed(t)
	last := *m.cards[len(m.cards)-1]
	last.Score, last.Qualifies = new(ruling.Points(7999)), false
	m.cards[len(m.cards)-1] = &last
	m.options.Progress = nil
	for format := range formats {
		require.Contains(t, write(t, m.report(t), format), "79,99%", format)
		require.Contains(t, write(t, m.with("en", report.Company).report(t), format), "79.99%", format)
	}
	require.Contains(t, write(t, m.report(t), "txt"), "U komt 0,01% tekort.")
}

// What others than the company get holds no name, title, host or reason.
func TestBareReports(t *testing.T) {
	m := mixed(t)
	for _, reader := range []report.Reader{report.Insurer, report.Programme} {
		for format := range formats {
			out := write(t, m.with("nl", reader).report(t), format)
			for _, secret := range []string{"Korenaar", "korenaar", "X-a", "verhuizing", "KVO", "Website hoog", "e-1", "Cyberkeurmerk KVO-B", "pc-"} {
				require.NotContains(t, out, secret, "%s for %s", format, reader)
			}
		}
	}
	require.Contains(t, write(t, m.with("nl", report.Programme).report(t), "md"), "website-high")
	require.NotContains(t, write(t, m.with("nl", report.Insurer).report(t), "md"), "website-high")
}

// Every month of a waiver, and every state, is told.
func TestWaiversShown(t *testing.T) {
	out := write(t, mixed(t).report(t), "md")
	require.Contains(t, out, "Met ontheffingen zou de score 50% zijn; zonder is die 40%, en alleen dat telt.")
	for _, state := range []string{"toegepast", "verlopen", "niet nodig of niet van toepassing"} {
		require.Contains(t, out, state)
	}
}

// A document holds all that the page shows.
func TestDocument(t *testing.T) {
	r := mixed(t).report(t)
	d := r.Document()
	page := html.UnescapeString(write(t, r, "html"))
	require.Len(t, d.Sections, 8)
	texts := append([]string{d.Question, d.Verdict, d.Score, d.ScoreLabel, d.About}, slices.Concat(d.Heading, d.Remarks, d.Foot)...)
	for _, s := range d.Sections {
		texts = append(append(texts, s.Title), slices.Concat(s.Said, s.Head, s.Total)...)
		for _, row := range s.Rows {
			for _, c := range row {
				texts = append(append(texts, c.Text), c.Notes...)
			}
		}
		for _, g := range s.Groups {
			texts = append(append(texts, g.Audience), g.Items...)
		}
	}
	require.Greater(t, len(texts), 100)
	for _, s := range texts {
		require.Contains(t, page, s)
	}
	require.Equal(t, [2]int{4, 6}, [2]int{d.Sections[0].N, d.Sections[0].Of})
	require.Equal(t, [2]int{4000, 8000}, [2]int{d.Points, d.Threshold})
}
