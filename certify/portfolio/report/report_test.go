package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/book"
	"github.com/cyberkeurmerk/keurmerk/certify/portfolio/disclosure"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

const january = finding.YearMonth(2025 * 12)

func terms() ruling.Terms {
	return ruling.Terms{
		Zone: "Europe/Amsterdam", Months: 6, Of: 6, CloseDay: 6, Excused: ruling.Excused{Max: 1, Window: 12}, Grace: ruling.Grace{Months: 1, Budget: 2, Window: 12},
		Suspension: ruling.Suspension{Restore: 2, Max: 6}, Validity: ruling.Validity{Months: 12, Renew: 9, Restore: 6}, ReEarn: 6, Corrections: 6,
	}
}

// luck is a number from 0 to 99 that looks like chance and is always the same.
func luck(of ...int) int {
	h := uint64(14695981039346656037)
	for _, n := range of {
		h = (h ^ uint64(n)) * 1099511628211
		h ^= h >> 29
	}
	return int(h % 100)
}

// history is a programme that grows: companies of differing skill join, some
// leave, some months are missing.
func history(t testing.TB, companies, months int) (entries []certify.Entry, b *book.Book) {
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	var policies []book.Policy
	var claims []book.Claim
	for c := range companies {
		id := fmt.Sprintf("kvk:%08d", c)
		first := january + finding.YearMonth(luck(c, 1)%8)
		entries = append(entries, certify.Entry{ID: id + " enrol", Company: id, Recorded: first.Start(zone), Type: certify.Enrol, At: first.Start(zone)})
		stays := months
		if luck(c, 2) < 12 {
			stays = 3 + luck(c, 3)%8
			at := (first + finding.YearMonth(stays)).Start(zone)
			entries = append(entries, certify.Entry{ID: id + " leave", Company: id, Recorded: at, Type: certify.Leave, At: at})
		}
		for i := range min(stays, int(january)+months-int(first)) {
			m := first + finding.YearMonth(i)
			if luck(c, i, 4) < 4 {
				continue
			}
			points := ruling.Points(0)
			scored := &card.Card{Company: id, Month: m, Measured: 10000}
			for k, weight := range []ruling.Points{5000, 3000, 2000} {
				outcome := ruling.Unmet
				if luck(c, i, k) < 55+luck(c, 5)/2+i {
					outcome, points = ruling.Met, points+weight
				}
				if k == 2 && luck(c, 6) < 10 {
					outcome = ruling.NotApplicable
				}
				scored.Criteria = append(scored.Criteria, card.Criterion{ID: fmt.Sprint("criterion-", k+1), Outcome: outcome})
			}
			scored.Score, scored.Qualifies = &points, points >= 8000
			entries = append(entries, certify.Entry{ID: fmt.Sprint(id, m), Company: id, Recorded: (m + 1).Start(zone), Type: certify.Score, Month: m, Card: scored})
		}
		for year := range 2 {
			policy := book.Policy{ID: fmt.Sprint(id, "/", year), Company: id, From: book.DayOf(2025+year, 3, 1), Until: book.DayOf(2026+year, 3, 1), Premium: book.Amount(100 * (400 + 20*luck(c, 7)))}
			policies = append(policies, policy)
			if luck(c, year, 8) < 25 {
				on := policy.From + book.Day(luck(c, year, 9)*3)
				claims = append(claims, book.Claim{ID: policy.ID, Policy: policy.ID, Occurred: on, Valued: on + 30, Paid: book.Amount(10000 * (1 + luck(c, year, 10))), Reserved: 5000})
			}
		}
	}
	b, err = book.New(policies, claims)
	require.NoError(t, err)
	return entries, b
}

func reported(t testing.TB, companies, months int, spoil func(*Options)) *Report {
	entries, b := history(t, companies, months)
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(t, err)
	asOf := finding.StartOfDay((january + finding.YearMonth(months)).Year(), (january + finding.YearMonth(months)).Month(), 6, zone)
	p, err := portfolio.New(certify.Versions{{Terms: terms()}}, entries, asOf)
	require.NoError(t, err)
	o := Options{Norm: "example 2026.1", Titles: map[string]string{"criterion-1": "Websites"}, Goals: []Target{{asOf.AddDate(0, 3, 0), 60}, {asOf.AddDate(0, 1, 0), 110}}, Book: b}
	if spoil != nil {
		spoil(&o)
	}
	r, err := New(p, o)
	require.NoError(t, err)
	return r
}

func exported(t testing.TB, r *Report) *Export {
	e, err := r.Export(disclosure.Default())
	require.NoError(t, err)
	return e
}

// The figures are what they were; -update writes them anew, to be looked at.
func TestGolden(t *testing.T) {
	r := reported(t, 120, 18, nil)
	e := exported(t, r)
	for _, language := range []string{"nl", "en"} {
		for name, write := range map[string]func(*bytes.Buffer) error{
			"report." + language + ".txt":  func(b *bytes.Buffer) error { return r.Text(b, language) },
			"export." + language + ".txt":  func(b *bytes.Buffer) error { return e.Text(b, language) },
			"report." + language + ".html": func(b *bytes.Buffer) error { return r.HTML(b, language) },
		} {
			if language == "en" && strings.HasSuffix(name, ".html") {
				continue // one page is enough to look at
			}
			var b bytes.Buffer
			require.NoError(t, write(&b))
			path := filepath.Join("testdata", name)
			if *update {
				require.NoError(t, os.MkdirAll("testdata", 0o755))
				require.NoError(t, os.WriteFile(path, b.Bytes(), 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, string(want), b.String(), name)
		}
	}
}

// Both languages have every text, with the same places to fill in.
func TestWords(t *testing.T) {
	places := regexp.MustCompile(`%%|%[a-z]`)
	nl, en := reflect.ValueOf(dutch), reflect.ValueOf(english)
	for i := range nl.NumField() {
		name := nl.Type().Field(i).Name
		switch a, b := nl.Field(i), en.Field(i); a.Kind() {
		case reflect.String:
			require.NotEmpty(t, a.String(), name)
			require.NotEmpty(t, b.String(), name)
			require.Equal(t, places.FindAllString(a.String(), -1), places.FindAllString(b.String(), -1), name)
		case reflect.Map:
			require.Equal(t, a.Len(), b.Len(), name)
			require.Positive(t, a.Len())
		}
	}
	for _, phase := range portfolio.Phases() {
		require.NotEmpty(t, dutch.phases[phase])
		require.NotEmpty(t, english.phases[phase])
	}
	for _, group := range groups {
		require.NotEmpty(t, dutch.groups[group])
		require.NotEmpty(t, english.groups[group])
	}
	require.Equal(t, &english, wordsOf("fr"))
}

var tags = regexp.MustCompile(`</?[a-zA-Z][^<>]*?>`)

func written(t *testing.T, write func(*bytes.Buffer) error) string {
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

// No text from outside changes the page: its tags stay what they are with
// harmless texts, and nothing is run or fetched.
func TestPageIsSafe(t *testing.T) {
	const hostile = `</title></text></svg><script>alert(1)</script><img src=x onerror="a"> ` + "\u202e\x1b[31m" + `" onload="x' {{.}} &lt;`
	tame := reported(t, 40, 14, func(o *Options) {
		o.Norm, o.Titles = "norm", map[string]string{"criterion-1": "tame", "criterion-2": "tame"}
	})
	wild := reported(t, 40, 14, func(o *Options) {
		o.Norm, o.Titles = hostile, map[string]string{"criterion-1": hostile, "criterion-2": hostile}
	})
	for name, pages := range map[string][2]string{
		"report": {written(t, func(b *bytes.Buffer) error { return tame.HTML(b, "nl") }), written(t, func(b *bytes.Buffer) error { return wild.HTML(b, "nl") })},
		"export": {written(t, func(b *bytes.Buffer) error { return exported(t, tame).HTML(b, "nl") }), written(t, func(b *bytes.Buffer) error { return exported(t, wild).HTML(b, "nl") })},
	} {
		require.Contains(t, pages[1], "&lt;script&gt;", name)
		require.NotContains(t, pages[1], "<script", name)
		require.NotContains(t, pages[1], "\u202e", name)
		require.NotContains(t, pages[1], "\x1b", name)
		names := func(s string) (all []string) {
			for _, tag := range tags.FindAllString(s, -1) {
				all = append(all, strings.FieldsFunc(tag, func(r rune) bool { return r == ' ' || r == '>' })[0])
			}
			return all
		}
		require.Equal(t, names(pages[0]), names(pages[1]), name)
		for _, s := range []string{" src=", " href=", "url(", "@import", "http://", "https://"} {
			require.NotContains(t, pages[0], s, name)
		}
		require.Regexp(t, `default-src 'none'`, pages[0])
	}
	text := written(t, func(b *bytes.Buffer) error { return wild.Text(b, "nl") })
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u202e")
}

// No company is named anywhere.
func TestNobodyIsNamed(t *testing.T) {
	r := reported(t, 40, 14, nil)
	e := exported(t, r)
	for _, write := range []func(*bytes.Buffer) error{
		func(b *bytes.Buffer) error { return r.Text(b, "nl") }, func(b *bytes.Buffer) error { return r.HTML(b, "nl") }, func(b *bytes.Buffer) error { return r.JSON(b) },
		func(b *bytes.Buffer) error { return e.Text(b, "nl") }, func(b *bytes.Buffer) error { return e.HTML(b, "nl") }, func(b *bytes.Buffer) error { return e.JSON(b) },
	} {
		require.NotContains(t, written(t, write), "kvk:")
	}
}

// Both documents are what their schemas say, and have no member besides.
func TestSchemas(t *testing.T) {
	full, empty := reported(t, 60, 16, nil), emptyReport(t)
	for name, docs := range map[string][]func(*bytes.Buffer) error{
		"report.schema.json": {func(b *bytes.Buffer) error { return full.JSON(b) }, func(b *bytes.Buffer) error { return empty.JSON(b) }},
		"export.schema.json": {func(b *bytes.Buffer) error { return exported(t, full).JSON(b) }, func(b *bytes.Buffer) error { return exported(t, empty).JSON(b) }},
	} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(strings.ReplaceAll(string(text), `"type": "object",`, `"type": "object", "additionalProperties": false,`)))
		require.NoError(t, err)
		c := jsonschema.NewCompiler()
		require.NoError(t, c.AddResource("s.json", doc))
		s, err := c.Compile("s.json")
		require.NoError(t, err)
		for _, write := range docs {
			got, err := jsonschema.UnmarshalJSON(strings.NewReader(written(t, write)))
			require.NoError(t, err)
			require.NoError(t, s.Validate(got), name)
		}
	}
}

func emptyReport(t *testing.T) *Report {
	p, err := portfolio.New(certify.Versions{{Terms: terms()}}, nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	b, err := book.New(nil, nil)
	require.NoError(t, err)
	r, err := New(p, Options{Book: b})
	require.NoError(t, err)
	return r
}

// A programme without companies is one without figures, in every form.
func TestEmpty(t *testing.T) {
	r := emptyReport(t)
	require.True(t, r.InReach())
	text := written(t, func(b *bytes.Buffer) error { return r.Text(b, "en") })
	require.Contains(t, text, "Companies known: 0.")
	require.Contains(t, text, "not estimable")
	written(t, func(b *bytes.Buffer) error { return r.HTML(b, "en") })
	written(t, func(b *bytes.Buffer) error { return exported(t, r).HTML(b, "en") })
}

// What is exported shows no number under k, whatever the programme; all tables
// of criteria show the same totals; and the same goes for every k.
func TestExport(t *testing.T) {
	shown := 0
	for companies := range 60 {
		r := reported(t, companies+1, 12, nil)
		rule := disclosure.Rule{K: 2 + companies%9, N: 1, Percent: 75}
		e, err := r.Export(rule)
		require.NoError(t, err)
		var doc exportJSON
		require.NoError(t, json.Unmarshal([]byte(written(t, func(b *bytes.Buffer) error { return e.JSON(b) })), &doc))
		var totals []*int64
		for _, table := range doc.Tables {
			counts := table.About == "states" || table.About == "criterion"
			for i, row := range table.Cells {
				for j, cell := range append(row, table.Totals[i]) {
					if cell == nil {
						continue
					}
					shown++
					known := table.About == "states" && j < len(row) && (j == len(row)-1) != (i < 2)
					if counts && !known {
						require.GreaterOrEqual(t, *cell, int64(rule.K))
					}
				}
			}
			if table.About != "criterion" {
				continue
			}
			if totals == nil {
				totals = table.Totals
			}
			require.Equal(t, totals, table.Totals, "a total that one table hides, no other tells")
		}
	}
	require.Positive(t, shown)
}

// Bars are as long as what they stand for, and none is longer than the longest.
func TestBars(t *testing.T) {
	for _, c := range []struct {
		bars [][]int
		want []string
	}{
		{nil, nil},
		{[][]int{{0}, {0}}, []string{"", ""}},
		{[][]int{{30}, {15}, {1}}, []string{strings.Repeat("█", 30), strings.Repeat("█", 15), "█"}},
		{[][]int{{10, 10, 10}, {0, 1, 0}}, []string{strings.Repeat("█", 10) + strings.Repeat("▒", 10) + strings.Repeat("░", 10), "▒"}},
		{[][]int{{60}, {1}}, []string{strings.Repeat("█", 30), "█"}},
	} {
		require.Equal(t, c.want, (&table{Bars: c.bars}).bars())
	}
}

// Options that make no sense are refused.
func TestOptions(t *testing.T) {
	p, err := portfolio.New(certify.Versions{{Terms: terms()}}, nil, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	require.NoError(t, err)
	_, err = New(p, Options{Months: -1})
	require.ErrorContains(t, err, "-1 months")
	_, err = New(p, Options{Goals: []Target{{By: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC), Want: 1}}})
	require.ErrorContains(t, err, "lies before")
	_, err = emptyReport(t).Export(disclosure.Rule{})
	require.ErrorContains(t, err, "k is 0")
}

// Figures are written alike on every machine, and never as what JSON lacks.
func TestNumber(t *testing.T) {
	for x, want := range map[number]string{1.0 / 3: "0.333333", 139120026: "139120000", 0: "0", number(math.Inf(1)): "null", 1e-9: "1e-9"} {
		got, err := json.Marshal(x)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	require.Equal(t, "0,0", dutch.number(-0.01, 1))
	require.Equal(t, "-0,1", dutch.number(-0.1, 1))
	share, in := portfolio.Outcomes{Met: 7999, Unmet: 2001}.Share()
	require.InDelta(t, 0.7999, share, 1e-12)
	require.Equal(t, "79,9% (79,2–80,8)", dutch.share(7999, 10000, in), "never rounded up")
}

// BenchmarkReport is the whole report on 10,000 companies over 60 months, from
// their folded histories, and its export.
func BenchmarkReport(b *testing.B) {
	const companies, months = 10_000, 60
	entries, policies := history(b, companies, months)
	zone, err := finding.LoadZone("Europe/Amsterdam")
	require.NoError(b, err)
	end := january + months
	asOf := finding.StartOfDay(end.Year(), end.Month(), 6, zone)
	p, err := portfolio.New(certify.Versions{{Terms: terms()}}, entries, asOf)
	require.NoError(b, err)
	o := Options{Goals: []Target{{asOf.AddDate(0, 3, 0), 9000}}, Book: policies}
	r, err := New(p, o)
	require.NoError(b, err)
	for _, part := range []struct {
		name string
		of   func() error
	}{
		{"New", func() error { _, err := New(p, o); return err }},
		{"HTML", func() error { return r.HTML(io.Discard, "nl") }},
		{"Export", func() error { _, err := r.Export(disclosure.Default()); return err }},
	} {
		b.Run(part.name, func(b *testing.B) {
			for b.Loop() {
				if err := part.of(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
