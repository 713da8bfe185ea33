package bundle_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	engine "github.com/cyberkeurmerk/keurmerk/norm/rego"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The bundle of the Rego twin gives the twin's card.
func TestTwin(t *testing.T) {
	t.Parallel()
	n, err := norm.Load(os.DirFS("../testdata/twin"), "norm.yaml", engine.Engine())
	require.NoError(t, err)
	o := serve(t, archive(t, n))
	months := rapid.Custom(findingtest.Month)
	for i := range rounds(t, 60, 500) {
		m := months.Example(i)
		document, err := m.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, card(t, n, m), o.answer(t, document), "%s", document)
	}
}

const mixed = `keurmerk: 1
id: mixed
version: "1"
title: {nl: x, en: x}
languages: [nl, en]
effective: {from: 2026-01}
timezone: Europe/Amsterdam
parameters: {n: {value: 3}}
types: {backup: {tested: date, size: number, default: bool, note: text}}
modules: [a.rego, b/c.rego]
score: {threshold: 50%}
certification: {months: 1, close_day: 1}
criteria:
  - {id: share, weight: 30%, title: {nl: x, en: x}, rego: acme.share, measured: "computers.exists(c, c.active)"}
  - {id: rules, weight: 40%, title: {nl: x, en: x}, rego: acme.rules.all}
  - {id: cel, weight: 30%, title: {nl: x, en: x}, when: "custom.backup.all(b, b.size < 100)"}
`

const shareModule = `package acme.share

# the share of computers that are fresh
share := keurmerk.portion(count({c.id | some c in input.computers; c.fresh}), count(input.vulnerabilities))
`

const rulesModule = `package acme.rules.all

import rego.v1

applies := input.month != "2026-10"

sizes := [b.size | some b in input.custom.backup]

default big := false

big if max(sizes) > 60

big if sum(sizes) - 3 >= 70 * data.params.n

old contains v if {
	some v in input.vulnerabilities
	keurmerk.days(v.found) > 30
}

new contains v if {
	some v in input.vulnerabilities
	keurmerk.this_month(v.found)
}

named(c) if startswith(c.id, "pc-")

named(c) if endswith(c.os, "dows")

met if {
	not big
	count(old | new) > 1
	every c in input.computers { named(c) }
	"nuclei" in {s | some c in input.computers; some s in c.sources}
}

else := false

evidence := [v | some v in old & new] if met

else := [v.key | some v in old; regex.match("^CVE-2026-000[0-3]$", v.id); v.rank <= 4]
`

func mixedNorm(t *testing.T, share, rules string) *norm.Norm {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(mixed)}, "a.rego": {Data: []byte(share)}, "b/c.rego": {Data: []byte(rules)}}, "norm.yaml", engine.Engine())
	require.NoError(t, err)
	return n
}

// Norms of both languages: every operator and function of the norm's Rego,
// rules that are undefined, and months in which a portion is of nothing.
func TestModules(t *testing.T) {
	t.Parallel()
	n := mixedNorm(t, shareModule, rulesModule)
	o := serve(t, archive(t, n))
	months := rapid.Custom(randomMonth)
	outcomes := map[string]int{}
	for i := range rounds(t, 100, 1000) {
		m := months.Example(i)
		document, err := m.MarshalJSON()
		require.NoError(t, err)
		want := card(t, n, m)
		require.Equal(t, want, o.answer(t, document), "%s", document)
		for _, c := range want.Criteria {
			outcomes[c.ID+" "+c.Outcome]++
		}
	}
	t.Log(outcomes)
	require.Greater(t, len(outcomes), 6)
}

// A failure that OPA would take for false ends the query: there is no answer
// rather than another one.
func TestModuleFailure(t *testing.T) {
	n := mixedNorm(t, shareModule, `package acme.rules.all

many if 900000000000000000 * (10 + count(input.computers)) > 0

met if not many

else := false
`)
	o := serve(t, archive(t, n))
	good, bad := `{"company":{"id":"c"},"month":"2026-11"}`, `{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a"}]}`
	require.Equal(t, "unmet", o.answer(t, []byte(good)).Criteria[1].Outcome)
	m, err := finding.DecodeBytes([]byte(bad))
	require.NoError(t, err)
	require.Equal(t, "unknown", card(t, n, m).Criteria[1].Outcome)
	var input any
	require.NoError(t, json.Unmarshal([]byte(bad), &input))
	_, err = o.query.Eval(t.Context(), rego.EvalInput(input))
	require.ErrorContains(t, err, "eval_conflict_error")
}

// A module may not take the place of the bundle's own policy.
func TestModulePackage(t *testing.T) {
	text := strings.Replace(mixed, "acme.share", "keurmerk.share", 1)
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}, "a.rego": {Data: []byte(strings.Replace(shareModule, "acme", "keurmerk", 1))}, "b/c.rego": {Data: []byte(rulesModule)}}, "norm.yaml", engine.Engine())
	if err != nil {
		require.ErrorContains(t, err, "KM-REGO", "the engine refuses it already")
		return
	}
	_, err = bundle.Make(n)
	require.ErrorContains(t, err, "a.rego can't be part of a bundle")
}
