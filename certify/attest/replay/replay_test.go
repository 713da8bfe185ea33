package replay_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/replay"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/stretchr/testify/require"
)

const document = `{"company":{"id":"kvk:1","enrolled":"2026-01-01"},"month":"2026-11","websites":[{"id":"www.a.example","scanned":"2026-11-03"}]}`

func statement(t *testing.T, n *norm.Norm, m *finding.Month) *attest.ScorecardStatement {
	card, err := score.Judge(t.Context(), n, m)
	require.NoError(t, err)
	period, err := m.Period()
	require.NoError(t, err)
	coverage, err := attest.CoverageOf(m)
	require.NoError(t, err)
	s, err := attest.CardStatement(card, coverage, attest.At(period.End), attest.At(period.End), attest.Place{Sequence: 1})
	require.NoError(t, err)
	return s
}

// A month judged again comes to what was signed; other findings, another norm
// and no findings are told apart.
func TestReplay(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	m, err := finding.Decode(strings.NewReader(document))
	require.NoError(t, err)
	s := statement(t, n, m)
	require.Equal(t, attest.Coverage{AssetsExpected: 1, AssetsScanned: 1}, s.Predicate.Coverage)

	again, given, err := replay.Of(t.Context(), []*norm.Norm{n}, []*finding.Month{m})(&s.Predicate)
	require.NoError(t, err)
	require.True(t, given)
	require.Equal(t, s.Predicate.Result, again)

	other, err := finding.Decode(strings.NewReader(strings.Replace(document, "11-03", "11-04", 1)))
	require.NoError(t, err)
	_, given, err = replay.Of(t.Context(), []*norm.Norm{n}, []*finding.Month{other})(&s.Predicate)
	require.NoError(t, err)
	require.False(t, given)
	_, given, err = replay.Of(t.Context(), nil, []*finding.Month{m})(&s.Predicate)
	require.ErrorContains(t, err, "not at hand")
	require.True(t, given)
	lied := s.Predicate
	lied.Company = "kvk:2"
	_, _, err = replay.Of(t.Context(), []*norm.Norm{n}, []*finding.Month{m})(&lied)
	require.ErrorContains(t, err, "kvk:1")
	stopped, stop := context.WithCancel(t.Context())
	stop()
	_, _, err = replay.Of(stopped, []*norm.Norm{n}, []*finding.Month{m})(&s.Predicate)
	require.True(t, errors.Is(err, context.Canceled), "%v", err)
}

const partial = `keurmerk: 1
id: partly
version: "1"
title: {en: Partly}
languages: [en]
effective: {from: 2026-01UNTIL}
timezone: Europe/Amsterdam
score: {threshold: 80%}
criteria:
  - id: computers
    weight: 60%
    share: portion(size(computers.filter(c, c.fresh)), size(computers))
  - id: enrolled
    weight: 40%
    required: true
    when: company.active
certification: {months: 6, close_day: 6}
`

// What verification knows of a norm is what the norm file says.
func TestNorm(t *testing.T) {
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	own := replay.Norm(n)
	text, err := own.Encode()
	require.NoError(t, err)
	read, err := attest.DecodeNorm(text)
	require.NoError(t, err)
	require.Equal(t, &own, read)
	require.Equal(t, n.Files(), own.Digest)
	total := ruling.Points(0)
	for _, c := range own.Criteria {
		total += c.Weight
		require.False(t, c.Partial, c.ID)
	}
	require.Equal(t, ruling.Whole, total)

	partly, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(strings.Replace(partial, "UNTIL", ", until: 2026-12", 1))}}, "norm.yaml")
	require.NoError(t, err)
	own = replay.Norm(partly)
	require.Equal(t, finding.MonthOf(2026, 12), *own.Until)
	require.Equal(t, []bool{true, false}, []bool{own.Criteria[0].Partial, own.Criteria[1].Partial})
	require.Equal(t, 1, slices.IndexFunc(own.Criteria, func(c attest.NormCriterion) bool { return c.Required }))
}
