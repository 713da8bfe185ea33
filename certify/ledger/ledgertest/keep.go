package ledgertest

import (
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
)

// What a store keeps, and how it gives it back.

func testEmpty(t *testing.T, s Store) {
	l := s.Open(t)
	require.Empty(t, Read(t, l, ""))
	require.Empty(t, Read(t, l, "nobody"))
	require.NoError(t, l.Append(t.Context()), "nothing at all")
	s.holds(t, l, "")
}

func testChain(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), Entry("a", 1), Entry("b", 1), Entry("a", 2)))
	l = s.holds(t, l, "", Entry("a", 1), Entry("b", 1), Entry("a", 2))
	require.NoError(t, l.Append(t.Context(), Entry("a", 3)))
	l = s.holds(t, l, "", Entry("a", 1), Entry("b", 1), Entry("a", 2), Entry("a", 3))
	l = s.holds(t, l, "a", Entry("a", 1), Entry("a", 2), Entry("a", 3))
	l = s.holds(t, l, "b", Entry("b", 1))

	// What a ledger gives can be put into another, whatever its place was.
	other := s.Open(t)
	require.NoError(t, other.Append(t.Context(), Read(t, l, "b")...))
	require.NoError(t, other.Append(t.Context(), Read(t, l, "a")[1:]...))
	s.holds(t, other, "", Entry("b", 1), Entry("a", 2), Entry("a", 3))
}

// everyType is an entry of each type, and each form of one.
func everyType() []certify.Entry {
	at := time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC)
	november := finding.MonthOf(2026, time.November)
	digest := ledger.Digest(nil)
	judged := &card.Card{Company: "c", Month: november}
	all := []certify.Entry{
		{Type: certify.Enrol, At: at},
		{Type: certify.Leave, At: at, Cause: "verhuisd naar Curaçao"},
		{Type: certify.Score, Month: november, Outcome: certify.Severe, Audit: "A-1", NormDigest: digest, CardDigest: digest},
		{Type: certify.Score, Month: november, Card: judged},
		{Type: certify.Excuse, Month: november, Cause: "brand"},
		{Type: certify.Hold, At: at, Effect: certify.Suspend, Cause: "\"\\\n\t<>&\u2028🔒", Until: at.Add(time.Nanosecond)},
		{Type: certify.Lift, At: at, Target: "5"},
		{Type: certify.Restart, At: at},
		{Type: certify.Withdraw, At: at},
		{Type: certify.Grant, At: at},
		{Type: certify.Void, Target: "9"},
	}
	for i := range all {
		all[i].ID, all[i].Company, all[i].Recorded = string(rune('0'+i)), "c", at.Add(time.Duration(i))
	}
	return all
}

func testTypes(t *testing.T, s Store) {
	l := s.Open(t)
	require.NoError(t, l.Append(t.Context(), everyType()...))
	l = s.holds(t, l, "c", everyType()...)
	require.NoError(t, l.Append(t.Context(), everyType()...), "the same again")
	s.holds(t, l, "", everyType()...)
}

func testInstants(t *testing.T, s Store) {
	l := s.Open(t)
	amsterdam := time.FixedZone("", 3600)
	e := certify.Entry{ID: "1", Company: "c", Recorded: time.Date(2026, 1, 1, 0, 0, 0, 123456789, amsterdam),
		Type: certify.Enrol, At: time.Date(2026, 1, 1, 0, 0, 0, 0, amsterdam)}
	require.NoError(t, l.Append(t.Context(), e))
	l = s.holds(t, l, "c", e)
	got := Read(t, l, "c")[0]
	require.Equal(t, time.Date(2025, 12, 31, 23, 0, 0, 123456789, time.UTC), got.Recorded)
	require.Equal(t, time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), got.At)
	require.NoError(t, l.Append(t.Context(), got), "the same instant in another zone")
}

// testNames uses names that look or sort alike, or mean something elsewhere.
func testNames(t *testing.T, s Store) {
	l := s.Open(t)
	var all []certify.Entry
	for _, name := range []string{"a", "A", "a ", " a", "é", "e\u0301", "ß", "ss", "1", "01", "1.0", "%", "_", "*", "'", "''", `"`, `\`, "--", "$1", "?",
		"'; DROP TABLE keurmerk_entry; --", "\u00a0", "\u200b", "\x01", "\n", "null", "NULL", "kvk:30123456", "🔒", "\U0010ffff", strings.Repeat("é", ledger.MaxName/2)} {
		e := Entry(name, 1)
		all = append(all, e)
		if e.Company = "c"; name != "1" {
			e.ID = name
		}
		all = append(all, e)
	}
	require.NoError(t, l.Append(t.Context(), all...))
	l = s.holds(t, l, "", all...)
	for _, e := range all {
		if e.Company != "c" {
			same(t, []certify.Entry{e}, Read(t, l, e.Company))
		}
	}
	require.NoError(t, l.Append(t.Context(), all...))
	s.holds(t, l, "", all...)
}

func testOwn(t *testing.T, s Store) {
	l := s.Open(t)
	all := everyType()
	require.NoError(t, l.Append(t.Context(), all...))
	spoil := func(entries []certify.Entry) {
		for i := range entries {
			if entries[i].Card != nil {
				entries[i].Card.Company = "somebody else"
			}
			entries[i].Cause = "spoilt"
		}
	}
	spoil(all)
	spoil(Read(t, l, ""))
	s.holds(t, l, "", everyType()...)
}
