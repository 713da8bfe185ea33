package certify_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
)

// histories is on how many random histories a law is tried; it is told.
func histories(t *testing.T) uint64 {
	n := uint64(1_000)
	if os.Getenv("KEURMERK_SLOW") == "1" {
		n = 10_000
	}
	t.Logf("%d random histories; KEURMERK_SLOW=1 tries 10,000", n)
	return n
}

// random draws terms and a history of up to four years with every type of
// entry, corrections, voids, holds with deadlines, leaving and rejoining.
type random struct {
	*rand.Rand
	zone     *time.Location
	terms    ruling.Terms
	versions certify.Versions // if there are several; then terms are the first one's
	entries  []certify.Entry
	passes   int // of ten months
}

func draw(seed uint64, zone *time.Location) *random { return drawUnder(seed, zone, 1) }

// drawUnder draws for so many versions of a norm at most.
func drawUnder(seed uint64, zone *time.Location, most int) *random {
	r := &random{Rand: rand.New(rand.NewPCG(seed, 7)), zone: zone, terms: terms()}
	r.passes = 5 + r.IntN(6)
	r.vary()
	if most > 1 {
		r.supersede(most)
	}
	start := january.Start(zone).Add(r.jitter())
	r.add(certify.Entry{Type: certify.Enrol, At: start, Recorded: start})
	months := 6 + r.IntN(42)
	for i := range months {
		r.month(january + finding.YearMonth(i))
	}
	for range r.IntN(8) {
		r.event(months)
	}
	r.Shuffle(len(r.entries), func(i, j int) { r.entries[i], r.entries[j] = r.entries[j], r.entries[i] })
	return r
}

func (r *random) vary() {
	t := &r.terms
	if r.IntN(2) == 0 {
		return
	}
	t.Months = 2 + r.IntN(6)
	t.Of = t.Months + r.IntN(3)
	t.CloseDay = []int{1, 6, 28}[r.IntN(3)]
	t.Review = r.IntN(4) == 0
	t.Excused = ruling.Excused{Max: r.IntN(3), Window: 1 + r.IntN(12)}
	t.Grace = ruling.Grace{Months: r.IntN(3), Budget: r.IntN(4), Window: 1 + r.IntN(12)}
	t.Suspension.Restore = 1 + r.IntN(3)
	t.Suspension.Max = t.Suspension.Restore + r.IntN(5)
	t.Validity = ruling.Validity{Months: r.IntN(14)}
	// A mark won back later than a whole term after its end would be past the
	// new end too.
	t.Validity.Restore = r.IntN(min(7, max(1, t.Validity.Months)))
	t.Validity.Renew = r.IntN(t.Validity.Months + 1)
	t.ReEarn = 1 + r.IntN(7)
	t.Corrections = r.IntN(7)
	t.Floor, t.KnockOut = ruling.Points(2000*r.IntN(2)), []string{"k"}[:r.IntN(2)]
}

// supersede adds versions of the norm that follow the first.
func (r *random) supersede(most int) {
	first, from := r.terms, january-3
	for i := range 1 + r.IntN(most) {
		r.terms = first
		r.vary()
		r.versions = append(r.versions, ruling.Version{ID: "scheme", Version: fmt.Sprint(i), Digest: fmt.Sprintf("sha256:%064d", i),
			From: from, Overlap: r.IntN(5), Terms: r.terms})
		if r.IntN(4) == 0 {
			r.versions[i].Until = from + finding.YearMonth(r.IntN(20))
		}
		from += finding.YearMonth(1 + r.IntN(18))
	}
	r.terms = r.versions[0].Terms
}

// under are the versions; a single one takes any card.
func (r *random) under() certify.Versions {
	if r.versions == nil {
		return certify.Versions{{Terms: r.terms}}
	}
	return r.versions
}

// version is mostly the one in force in the month, else any.
func (r *random) version(m finding.YearMonth) ruling.Version {
	i := ruling.Versions(r.versions).At(m)
	switch r.IntN(6) {
	case 0, 1:
		i = max(0, i-1)
	case 2:
		i = r.IntN(len(r.versions))
	}
	return r.versions[i]
}

func (r *random) jitter() time.Duration {
	return []time.Duration{0, 0, time.Second, -time.Hour, 10 * 24 * time.Hour}[r.IntN(5)]
}

func (r *random) add(e certify.Entry) certify.Entry {
	e.ID, e.Company = fmt.Sprintf("%s-%d", e.Type, len(r.entries)), "c"
	e.Recorded, e.At = e.Recorded.UTC(), e.At.UTC()
	if e.At.Year() == 1 {
		e.At = time.Time{}
	}
	r.entries = append(r.entries, e)
	if r.IntN(20) == 0 {
		r.entries = append(r.entries, e) // told twice
	}
	return e
}

func (r *random) closing(m finding.YearMonth) time.Time {
	n := m + 1
	day := r.terms.CloseDay
	if r.versions != nil {
		day = r.versions[ruling.Versions(r.versions).At(m)].Terms.CloseDay
	}
	return time.Date(n.Year(), n.Month(), day, 0, 0, 0, 0, r.zone)
}

func (r *random) outcome() certify.Outcome {
	if r.IntN(10) < r.passes {
		return certify.Pass
	}
	return []certify.Outcome{certify.Fail, certify.Missing, certify.Severe, certify.Fail}[r.IntN(4)]
}

// score files an outcome, told outright or by a card that comes to it.
func (r *random) score(m finding.YearMonth, recorded time.Time, audit string) {
	e := certify.Entry{Type: certify.Score, Month: m, Outcome: r.outcome(), Recorded: recorded, Audit: audit}
	if r.IntN(3) == 0 {
		e.Card, e.Outcome = r.card(m), ""
	}
	if r.versions != nil {
		v := r.version(m)
		switch {
		case r.IntN(20) == 0:
			v = ruling.Version{ID: "other", Version: "1", Digest: fmt.Sprintf("sha256:%064d", 99)}
		case e.Card == nil && r.IntN(4) == 0:
			v.Digest = ""
		}
		e.NormDigest = v.Digest
		if e.Card != nil {
			e.Card.Norm = card.Norm{ID: v.ID, Version: v.Version, Digest: v.Digest}
		}
	}
	r.add(e)
}

// card is on either side of each limit.
func (r *random) card(m finding.YearMonth) *card.Card {
	points := ruling.Points(2000 + r.IntN(2)*6000 - r.IntN(2))
	c := &card.Card{Company: "c", Month: m, Measured: 9000, Score: &points, Qualifies: r.IntN(10) < r.passes,
		Criteria: []card.Criterion{{ID: "k", Outcome: []ruling.Outcome{ruling.Met, ruling.Met, ruling.Unknown, ruling.Unmet}[r.IntN(4)]}}}
	switch r.IntN(8) {
	case 0:
		c.Measured--
	case 1:
		c.Score, c.Qualifies = nil, false
	}
	return c
}

// month files a card in time, late, twice or not at all.
func (r *random) month(m finding.YearMonth) {
	on := r.closing(m).Add(-time.Hour)
	if r.IntN(15) > 0 {
		r.score(m, on, "")
	}
	if r.IntN(12) == 0 {
		audit := []string{"A-1", "", ""}[r.IntN(3)]
		r.score(m, r.closing(m+finding.YearMonth(r.IntN(9))).Add(r.jitter()), audit)
	}
	if r.IntN(10) == 0 {
		r.add(certify.Entry{Type: certify.Excuse, Month: m, Cause: "x", Recorded: on})
	}
}

// event adds something that happens at an instant, often just at a close.
func (r *random) event(months int) {
	m := january + finding.YearMonth(r.IntN(months))
	at := r.closing(m).Add(r.jitter())
	e := certify.Entry{At: at, Recorded: at.Add(time.Duration(r.IntN(80)-20) * 24 * time.Hour), Cause: "x"}
	switch r.IntN(8) {
	case 0:
		e.Type = certify.Leave
		back := at.AddDate(0, r.IntN(4), 0)
		r.add(certify.Entry{Type: certify.Enrol, At: back, Recorded: back})
	case 1, 2, 3:
		e.Type, e.Effect = certify.Hold, []certify.Effect{certify.Warn, certify.Suspend}[r.IntN(2)]
		if r.IntN(2) == 0 {
			e.Until = r.closing(m + finding.YearMonth(1+r.IntN(4))).UTC().Add(time.Hour)
			if !e.Until.After(at) {
				e.Until = at.Add(40 * 24 * time.Hour) // under another version months close sooner
			}
		}
		hold := r.add(e)
		if r.IntN(3) > 0 {
			lifted := at.Add(time.Duration(r.IntN(90*24)) * time.Hour)
			r.add(certify.Entry{Type: certify.Lift, At: lifted, Recorded: lifted, Target: hold.ID})
		}
		return
	case 4:
		e.Type = certify.Restart
	case 5:
		e.Type = certify.Withdraw
	case 6:
		e.Type = certify.Grant
	default:
		target := r.entries[r.IntN(len(r.entries))]
		v := r.add(certify.Entry{Type: certify.Void, Target: target.ID, Recorded: e.Recorded})
		if r.IntN(3) == 0 {
			r.add(certify.Entry{Type: certify.Void, Target: v.ID, Recorded: e.Recorded.Add(time.Duration(r.IntN(3)-1) * time.Hour)})
		}
		return
	}
	r.add(e)
}

// instants are worth asking at: a second before, at, and after what happens.
func (r *random) instants(n int) []time.Time {
	var all []time.Time
	for range n {
		e := r.entries[r.IntN(len(r.entries))]
		t := []time.Time{e.Recorded, e.At, r.closing(january + finding.YearMonth(r.IntN(50)))}[r.IntN(3)]
		if t.IsZero() {
			t = e.Recorded
		}
		all = append(all, t.Add(time.Duration(r.IntN(3)-1)*time.Second))
	}
	return all
}

func (r *random) evaluate(t *testing.T, asOf time.Time) certify.Timeline {
	got := r.under().Evaluate(r.entries, asOf)
	require.NoError(t, got.Err)
	return got
}
