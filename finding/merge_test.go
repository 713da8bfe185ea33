package finding_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func merged(t require.TestingT, months ...*finding.Month) *finding.Month {
	sum, err := months[0].Normal()
	require.NoError(t, err)
	c := sum.Without() // a copy
	for _, m := range months[1:] {
		require.NoError(t, c.Merge(m))
	}
	return c
}

// Merging is associative, commutative and idempotent, and has a neutral
// element; so the order in which tools report makes no difference.
func TestMergeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := findingtest.Month(t), findingtest.Month(t), findingtest.Month(t)
		require.Equal(t, merged(t, a, b).Digest(), merged(t, b, a).Digest(), "commutative")
		require.Equal(t, merged(t, merged(t, a, b), c).Digest(), merged(t, a, merged(t, b, c)).Digest(), "associative")
		require.Equal(t, merged(t, a).Digest(), merged(t, a, a).Digest(), "idempotent")
		empty := &finding.Month{Company: finding.Company{ID: a.Company.ID}, Month: a.Month}
		require.Equal(t, merged(t, a).Digest(), merged(t, a, empty).Digest(), "neutral")
	})
}

// The same facts have the same digest, in whatever order they are listed.
func TestDigestKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		shuffled := findingtest.Shuffle(t, m)
		require.Equal(t, m.Digest(), shuffled.Digest())
		text, err := m.MarshalJSON()
		require.NoError(t, err)
		again, err := finding.DecodeBytes(text)
		require.NoError(t, err)
		require.Equal(t, m.Digest(), again.Digest())
	})
}

// Normal leaves the caller's month alone.
func TestNormalChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		before, err := m.MarshalJSON()
		require.NoError(t, err)
		n, err := m.Normal()
		require.NoError(t, err)
		after, err := m.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))
		same, err := n.Normal()
		require.NoError(t, err)
		require.Same(t, n, same, "what is normal is not copied")
	})
}

// The digest is the SHA-256 of the canonical form, written out here by hand.
func TestDigestByHand(t *testing.T) {
	m := decode(t, `{"month":"2026-11","company":{"name":"Ünïcode \u20ac","id":"c"},"vulnerabilities":[
		{"id":"b","asset_type":"website","asset":"w","severity":"low","cvss":3.50},
		{"severity":"high","id":"a","asset_type":"computer","asset":"p","found":"2026-11-02","status":"accepted"},
		{"id":"a","asset_type":"computer","asset":"p","severity":"low","found":"2026-11-01T12:00:00+01:00"}]}`)
	canonical := `{"company":{"id":"c","name":"Ünïcode €"},"month":"2026-11","vulnerabilities":[` +
		`{"asset":"p","asset_type":"computer","found":"2026-11-01T11:00:00Z","id":"a","severity":"high","status":"accepted"},` +
		`{"asset":"w","asset_type":"website","cvss":3.5,"id":"b","severity":"low","status":"open"}],"zone":"Europe/Amsterdam"}`
	require.Equal(t, fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(canonical))), m.Digest())
	zoned := decode(t, strings.Replace(minimal(""), "}", `},"zone":"Europe/Amsterdam"`, 1))
	require.Equal(t, decode(t, minimal("")).Digest(), zoned.Digest(), "the default zone, named or not")
	require.Empty(t, (&finding.Month{}).Digest(), "what is no document has no digest")
}

func TestMergeRules(t *testing.T) {
	m := decode(t, minimal(`,"vulnerabilities":[
		{"id":"x","asset_type":"computer","asset":"a","severity":"high","title":"abc","found":"2026-11-05","seen":"2026-11-05","sources":["b"]},
		{"id":"x","asset_type":"computer","asset":"a","severity":"unknown","title":"ab€","found":"2026-11-03","seen":"2026-11-09","fixed":"2026-11-04","status":"accepted","sources":["a","b"]}],
		"phishing":[{"id":"m","outcome":"reported"},{"id":"m","outcome":"opened","sent":"2026-11-02"},{"id":"m","employee":"e","outcome":"sent"}]`))
	require.Len(t, m.Vulnerabilities, 1)
	v := m.Vulnerabilities[0]
	require.Equal(t, finding.SeverityUnknown, v.Severity, "unknown ranks above all")
	require.Equal(t, "ab€", v.Title, "of equally many characters the greater")
	require.Equal(t, utc("2026-11-02T23:00:00Z"), v.Found)
	require.Equal(t, utc("2026-11-08T23:00:00Z"), v.Seen)
	require.Equal(t, finding.StatusAccepted, v.Status, "an absent status is neutral")
	require.Equal(t, []string{"a", "b"}, v.Sources)
	require.Len(t, m.Phishing, 2, "known by id and employee")
	require.Equal(t, finding.PhishingOpened, m.Phishing[0].Outcome)
}

func TestMergeOfTwoKinds(t *testing.T) {
	m := decode(t, minimal(""))
	for name, other := range map[string]string{
		"company": `{"company":{"id":"d"},"month":"2026-11"}`,
		"month":   `{"company":{"id":"c"},"month":"2026-10"}`,
		"zone":    `{"company":{"id":"c"},"month":"2026-11","zone":"UTC"}`,
	} {
		var mismatch *finding.MergeError
		require.ErrorAs(t, m.Merge(decode(t, other)), &mismatch, name)
	}
}

func november(t testing.TB) finding.Period {
	p, err := decode(t, minimal("")).Period()
	require.NoError(t, err)
	return p
}

func TestDerived(t *testing.T) {
	p := november(t)
	at := func(s string) time.Time { return utc(s) }
	before, end := p.End.Add(-time.Second), p.End
	for name, c := range map[string]struct {
		v    finding.Vulnerability
		open bool
		days int
	}{
		"nothing known":              {finding.Vulnerability{}, true, 0},
		"found in the month":         {finding.Vulnerability{Found: at("2026-11-20T23:00:00Z")}, true, 10},
		"a second short of ten days": {finding.Vulnerability{Found: at("2026-11-20T23:00:01Z")}, true, 9},
		"found at the end":           {finding.Vulnerability{Found: end}, false, 0},
		"fixed":                      {finding.Vulnerability{Found: at("2026-11-01T00:00:00Z"), Fixed: at("2026-11-02T12:00:00Z")}, false, 1},
		"fixed at the end":           {finding.Vulnerability{Found: p.Start, Fixed: end}, true, 30},
		"fixed just before":          {finding.Vulnerability{Found: p.Start, Fixed: before}, false, 29},
		"seen when fixed":            {finding.Vulnerability{Seen: before, Fixed: before}, false, 0},
		"seen after it was fixed":    {finding.Vulnerability{Found: p.Start, Seen: before, Fixed: before.Add(-time.Second)}, true, 30},
		"accepted":                   {finding.Vulnerability{Status: finding.StatusAccepted}, false, 0},
		"false positive":             {finding.Vulnerability{Status: finding.StatusFalsePositive}, false, 0},
		"fixed before it was found":  {finding.Vulnerability{Found: p.Start, Fixed: p.Start.Add(-time.Hour)}, false, 0},
	} {
		require.Equal(t, c.open, c.v.Open(p), name)
		require.Equal(t, c.days, c.v.DaysOpen(p), name)
	}
	require.True(t, (&finding.Website{Scanned: p.Start}).Fresh(p))
	require.False(t, (&finding.Website{Scanned: p.Start.Add(-1)}).Fresh(p))
	require.False(t, (&finding.Computer{}).Fresh(p))
	require.True(t, (&finding.Computer{}).Active(p))
	require.True(t, (&finding.Computer{Retired: end}).Active(p))
	require.False(t, (&finding.Computer{Retired: before}).Active(p))
	require.False(t, (&finding.Employee{}).Active(p))
	require.True(t, (&finding.Employee{Enrolled: before, Left: end}).Active(p))
	require.False(t, (&finding.Employee{Enrolled: before, Left: before}).Active(p))
	require.True(t, (&finding.Questionnaire{Completed: before}).Done(p))
	require.False(t, (&finding.Questionnaire{}).Done(p))
	days, ok := (&finding.Course{Offered: end.Add(-365 * 24 * time.Hour)}).DaysOffered(p)
	require.True(t, ok)
	require.Equal(t, 365, days)
	_, ok = (&finding.Course{}).DaysOffered(p)
	require.False(t, ok)
	require.False(t, (&finding.Company{}).Active(p))
}

func TestAdd(t *testing.T) {
	m := decode(t, minimal(`,"vulnerabilities":[
		{"id":"gone","asset_type":"website","asset":"w","severity":"high","found":"2026-11-01","seen":"2026-11-02","sources":["nuclei"]},
		{"id":"stays","asset_type":"website","asset":"w","severity":"high","sources":["nuclei"]},
		{"id":"other","asset_type":"website","asset":"w","severity":"high","sources":["zap"]},
		{"id":"later","asset_type":"website","asset":"w","severity":"high","seen":"2026-11-25","sources":["nuclei"]},
		{"id":"gone","asset_type":"website","asset":"v","severity":"high","sources":["nuclei"]}]`))
	scan := utc("2026-11-20T03:00:00Z")
	added, err := m.Add(finding.Batch{
		Source:   "nuclei",
		Websites: []finding.Website{{ID: "w", Scanned: scan}, {ID: "x", Scanned: utc("2026-12-05T00:00:00Z")}},
		Vulnerabilities: []finding.Vulnerability{
			{ID: "stays", AssetType: finding.AssetWebsite, Asset: "w", Severity: finding.SeverityHigh, Seen: scan},
			{ID: "new", AssetType: finding.AssetWebsite, Asset: "w", Severity: finding.SeverityLow, Found: scan}},
		Complete: []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "w", At: scan}, {AssetType: finding.AssetWebsite, Asset: "v", At: utc("2026-12-05T00:00:00Z")}},
	})
	require.NoError(t, err)
	require.Equal(t, finding.Added{Records: 3, Fixed: 1, Late: 1}, added)
	fixed := map[string]time.Time{}
	for _, v := range m.Vulnerabilities {
		fixed[v.Asset+" "+v.ID] = v.Fixed
	}
	require.Equal(t, map[string]time.Time{"w gone": scan, "w stays": {}, "w other": {}, "w later": {}, "w new": {}, "v gone": {}}, fixed)
	require.Equal(t, []string{"nuclei"}, m.Websites[0].Sources)

	added, err = m.Add(finding.Batch{Source: "nuclei",
		Complete: []finding.Complete{{AssetType: finding.AssetWebsite, Asset: "w", At: utc("2026-11-26T00:00:00Z"), Untested: []string{"stays", "later"}}}})
	require.NoError(t, err)
	require.Equal(t, finding.Added{Fixed: 1}, added, "what could not be tested is not fixed")

	before := m.Digest()
	_, err = m.Add(finding.Batch{Source: "x", Computers: []finding.Computer{{ID: ""}}, Websites: []finding.Website{{ID: "y"}}})
	require.Error(t, err)
	require.Equal(t, before, m.Digest(), "a batch that can't be added changes nothing")
}

func TestNext(t *testing.T) {
	m := decode(t, whole)
	m.Vulnerabilities = append(m.Vulnerabilities,
		finding.Vulnerability{ID: "open", AssetType: finding.AssetComputer, Asset: "pc-01", Severity: finding.SeverityLow},
		finding.Vulnerability{ID: "old", AssetType: finding.AssetComputer, Asset: "pc-02", Severity: finding.SeverityLow})
	m.Computers = append(m.Computers, finding.Computer{ID: "pc-02", Retired: utc("2026-11-10T00:00:00Z")})
	next, err := m.Next()
	require.NoError(t, err)
	require.Equal(t, "2026-12", next.Month.String())
	require.Len(t, next.Computers, 1, "what was retired stays behind")
	require.Equal(t, []string{"open"}, ids(next.Vulnerabilities), "what was fixed stays behind, and what was on a retired computer")
	require.Empty(t, next.Employees, "who left stays behind")
	require.Len(t, next.Questionnaires, 1)
	require.Len(t, next.Courses, 1)
	require.Empty(t, next.Phishing)
	require.Len(t, next.Custom["backup"], 1)
	_, err = next.Normal()
	require.NoError(t, err)
}

func ids(list []finding.Vulnerability) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.ID)
	}
	slices.Sort(all)
	return all
}

func TestYearMonth(t *testing.T) {
	for _, bad := range []string{"", "2026-13", "2026-00", "2026-1", "26-01", "2026/01", "1969-12", "9999-01", "2026-011", "+026-01"} {
		_, err := finding.ParseMonth(bad)
		require.Error(t, err, bad)
	}
	m, err := finding.ParseMonth("2026-12")
	require.NoError(t, err)
	require.Equal(t, "2027-01", (m + 1).String())
	require.Equal(t, m, finding.MonthAt(utc("2026-12-31T22:59:59Z"), november(t).Zone))
	require.Equal(t, m+1, finding.MonthAt(utc("2026-12-31T23:00:00Z"), november(t).Zone))
}

// A day starts with its first instant, also where the clocks change at
// midnight.
func TestStartOfDay(t *testing.T) {
	for _, c := range []struct {
		zone    string
		y, m, d int
		want    string
	}{
		{"Europe/Amsterdam", 2026, 3, 29, "2026-03-28T23:00:00Z"},
		{"America/Asuncion", 2017, 10, 1, "2017-10-01T04:00:00Z"}, // no 00:00 that day
		{"America/Havana", 2026, 3, 8, "2026-03-08T05:00:00Z"},    // likewise
		{"America/Havana", 2026, 11, 1, "2026-11-01T04:00:00Z"},   // back from 01:00 to 00:00: twice
		{"Asia/Beirut", 2022, 3, 27, "2022-03-26T22:00:00Z"},
		{"UTC", 2026, 1, 1, "2026-01-01T00:00:00Z"},
	} {
		zone, err := finding.LoadZone(c.zone)
		require.NoError(t, err)
		got := finding.StartOfDay(c.y, time.Month(c.m), c.d, zone)
		require.Equal(t, utc(c.want), got, c.zone)
		require.Equal(t, c.d, got.In(zone).Day())
		require.NotEqual(t, c.d, got.Add(-time.Second).In(zone).Day(), "nothing of the day lies before")
	}
}

func TestSeverityOf(t *testing.T) {
	for score, want := range map[float64]string{0: "none", 0.1: "low", 3.9: "low", 4: "medium", 6.9: "medium", 7: "high", 8.9: "high", 9: "critical", 10: "critical", -1: "unknown"} {
		require.Equal(t, want, finding.SeverityOf(score).String(), score)
	}
}

// Sorting by places gives what the library's stable sort gives.
func TestSortStable(t *testing.T) {
	type pair struct{ key, place int }
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.IntRange(0, 9)).Draw(t, "keys")
		list := make([]pair, len(keys))
		for i, key := range keys {
			list[i] = pair{key, i}
		}
		want := slices.Clone(list)
		slices.SortStableFunc(want, func(a, b pair) int { return a.key - b.key })
		finding.SortStable(list, func(a, b *pair) int { return a.key - b.key })
		require.Equal(t, want, list)
	})
}
