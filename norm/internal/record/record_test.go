package record

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// A row says what the record says, in each field that it holds.
func TestRowsSayWhatRecordsSay(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
	p, err := m.Period()
	require.NoError(t, err)
	when := func() time.Time {
		if r.IntN(3) == 0 {
			return time.Time{}
		}
		return p.Start.AddDate(0, 0, r.IntN(90)-45) // past the month too: an embedder may ask for one
	}
	word := func() string { return []string{"", "x"}[r.IntN(2)] }
	for range 2000 {
		m.Websites = append(m.Websites, finding.Website{ID: "w", Scanned: when(), Retired: when()})
		m.Computers = append(m.Computers, finding.Computer{ID: "c", OS: word(), Seen: when(), Retired: when()})
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: "v", AssetType: finding.AssetType(1 + r.IntN(2)), Asset: "a", Severity: finding.Severity(1 + r.IntN(6)),
			Title: word(), Remedy: word(), Found: when(), Seen: when(), Fixed: when(), Status: finding.Status(r.IntN(4))})
		m.Employees = append(m.Employees, finding.Employee{ID: "e", Enrolled: when(), Left: when()})
		m.Questionnaires = append(m.Questionnaires, finding.Questionnaire{ID: "q", Employee: word(), Completed: when(), Score: r.IntN(101)})
		m.Courses = append(m.Courses, finding.Course{ID: "k", Employee: word(), Offered: when(), Completed: when()})
		m.Phishing = append(m.Phishing, finding.Phishing{ID: "p", Employee: word(), Sent: when(), Outcome: finding.PhishingOutcome(1 + r.IntN(5))})
	}
	for _, l := range Lists {
		rows := l.Rows(nil, m, &p)
		require.Len(t, rows, l.Len(m))
		small, known := 0, 0
		for i, row := range rows {
			require.Less(t, int(row), 1<<l.Bits, l.Name)
			rec := l.At(m, i)
			for f := range l.Fields {
				f := &l.Fields[f]
				of := f.Of(rec, &p)
				if f.Small() {
					small++
					require.Equal(t, of, f.From(row), "%s.%s of %+v", l.Name, f.Name, rec)
				}
				if f.Known() {
					known++
					require.Equal(t, of.Kind != Fault && of.Kind != None, f.Has(row), "%s.%s of %+v", l.Name, f.Name, rec)
				}
			}
		}
		require.Positive(t, known, l.Name)
		require.True(t, small > 0 || l.Name == "courses", l.Name)
	}
}
