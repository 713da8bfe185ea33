package bundle_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const typed = `keurmerk: 1
id: typed
version: "1"
title: {nl: x, en: x}
languages: [nl, en]
effective: {from: 2026-01}
timezone: Europe/Amsterdam
types:
  backup: {tested: date, size: number, default: bool, note: text}
score: {threshold: 50%}
certification: {months: 1, close_day: 1}
criteria:
  - {id: a, weight: 100%, when: "custom.backup.all(b, b.size > 0)"}
`

// What is wrong with a document is said with its place, and there is no score.
func TestFaults(t *testing.T) {
	o := serve(t, archive(t, load(t, typed)))
	const instants = "must be an instant such as 2026-11-29T03:12:00Z or a date such as 2026-11-29, "
	for document, says := range map[string]string{
		`7`:                      "the input is no month document",
		`[]`:                     "the input is no month document",
		`{"company":{"id":"c"}}`: "/month: is required: a month such as 2026-11, of 1970 to 2261",
		`{"company":{"id":"c"},"month":"2026-13"}`:                                                                                     "/month: is required: a month such as 2026-11, of 1970 to 2261",
		`{"company":{"id":"c"},"month":"2262-01"}`:                                                                                     "/month: is required: a month such as 2026-11, of 1970 to 2261",
		`{"company":{"id":"c"},"month":202611}`:                                                                                        "/month: is required: a month such as 2026-11, of 1970 to 2261",
		`{"company":{"id":"c"},"month":"2026-11","zone":"Europe/London"}`:                                                              "/zone: the norm is for Europe/Amsterdam, the document for Europe/London",
		`{"company":{"id":"c"},"month":"2026-11","zone":""}`:                                                                           "/zone: the norm is for Europe/Amsterdam, the document for ",
		`{"company":{"id":"c"},"month":"2026-11","zone":null}`:                                                                         "/zone: the norm is for Europe/Amsterdam, the document for null",
		`{"month":"2026-11"}`:                                                                                                          "/company: is required: an object",
		`{"company":{},"month":"2026-11"}`:                                                                                             "/company/id: is required and can't be empty",
		`{"company":{"id":""},"month":"2026-11"}`:                                                                                      "/company/id: must be a text, and not empty",
		`{"company":{"id":"c","size":1.5},"month":"2026-11"}`:                                                                          "/company/size: must be a whole number of 0 to 1000000000",
		`{"company":{"id":"c","enrolled":"2026-12-01"},"month":"2026-11"}`:                                                             "/company/enrolled: " + instants + "before the month's end",
		`{"company":{"id":"c"},"month":"2026-11","computer":[]}`:                                                                       "/computer: there is no such member",
		`{"company":{"id":"c"},"month":"2026-11","computers":{}}`:                                                                      "/computers: must be a list",
		`{"company":{"id":"c"},"month":"2026-11","computers":null}`:                                                                    "/computers: must be a list",
		`{"company":{"id":"c"},"month":"2026-11","computers":[7]}`:                                                                     "/computers/0: must be an object",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a"},{"os":"x"}]}`:                                                 "/computers/1/id: is required and can't be empty",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a","Seen":"2026-11-01"}]}`:                                        "/computers/0/Seen: there is no such member",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a","retired":"2026-02-30"}]}`:                                     "/computers/0/retired: " + instants + "of 1970 or later, and a date of 2261 at the latest",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a","retired":"9999-12-31"}]}`:                                     "/computers/0/retired: " + instants + "of 1970 or later, and a date of 2261 at the latest",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a","seen":"2026-11-30T23:00:00Z"}]}`:                              "/computers/0/seen: " + instants + "before the month's end",
		`{"company":{"id":"c"},"month":"2026-11","computers":[{"id":"a","sources":["x",null]}]}`:                                       "/computers/0/sources: must be a list of texts",
		`{"company":{"id":"c"},"month":"2026-11","employees":[{"id":"a@b.nl"}]}`:                                                       "/employees/0/id: must be a pseudonym, and not an e-mail address",
		`{"company":{"id":"c"},"month":"2026-11","courses":[{"id":"k","employee":"a＠b"}]}`:                                             "/courses/0/employee: must be a pseudonym, and not an e-mail address",
		`{"company":{"id":"c"},"month":"2026-11","questionnaires":[{"id":"q","score":101}]}`:                                           "/questionnaires/0/score: must be a whole number of 0 to 100",
		`{"company":{"id":"c"},"month":"2026-11","phishing":[{"id":"q"}]}`:                                                             "/phishing/0/outcome: is required and can't be empty",
		`{"company":{"id":"c"},"month":"2026-11","vulnerabilities":[{"id":"v","asset_type":"website","asset":"a"}]}`:                   "/vulnerabilities/0/severity: is required and can't be empty",
		`{"company":{"id":"c"},"month":"2026-11","vulnerabilities":[{"id":"v","asset_type":"website","asset":"a","severity":"High"}]}`: "/vulnerabilities/0/severity: must be none, low, medium, high, critical or unknown",
		`{"company":{"id":"c"},"month":"2026-11","custom":{"bakcup":[{"id":"b"}]}}`:                                                    "/custom/bakcup: the norm declares no such type",
		`{"company":{"id":"c"},"month":"2026-11","custom":{"backup":[{"id":"b","sise":1}]}}`:                                           "/custom/backup/0/sise: there is no such member",
		`{"company":{"id":"c"},"month":"2026-11","custom":{"backup":[{"id":"b","size":"1"}]}}`:                                         "/custom/backup/0/size: must be a whole number",
		`{"company":{"id":"c"},"month":"2026-11","custom":{"backup":[{"id":"b","tested":"soon"}]}}`:                                    "/custom/backup/0/tested: " + instants + "of 1970 or later, and a date of 2261 at the latest",
		`{"company":{"id":"c"},"month":"2026-11","custom":{"backup":[{"size":1}]}}`:                                                    "/custom/backup/0/id: is required and can't be empty",
		`{"company":{"id":"c"},"month":"2026-11","custom":[]}`:                                                                         "/custom: must be an object",
	} {
		a := o.answer(t, []byte(document))
		require.Equal(t, "the document breaks a rule of the format", a.Error, document)
		require.Contains(t, a.Faults, says, document)
		require.Nil(t, a.Score)
	}
	results, err := o.query.Eval(t.Context())
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(results[0].Expressions[0].Value), "the input is no month document", "without any input")
	good := o.answer(t, []byte(`{"company":{"id":"c"},"month":"2026-11","custom":{"bakcup":[]}}`))
	require.Empty(t, good.Error, good.Faults)
	require.Equal(t, 10000, *good.Score)
}

// A document is judged if and only if the library judges it, and alike: good
// ones with one thing changed.
func TestDamagedDocuments(t *testing.T) {
	t.Parallel()
	n := reference(t)
	o := serve(t, archive(t, n))
	months := rapid.Custom(randomMonth)
	good, bad := 0, 0
	for i := range rounds(t, 400, 5_000) {
		m := months.Example(i)
		m.Custom = nil
		document, err := m.MarshalJSON()
		require.NoError(t, err)
		document = damaged(t, document, rand.New(rand.NewPCG(uint64(i), 1)))
		read, err := finding.DecodeBytes(document)
		got := o.answer(t, document)
		if err != nil {
			require.NotEmpty(t, got.Error, "%s\n%v", document, err)
			require.NotEmpty(t, got.Faults, "%s\n%v", document, err)
			bad++
			continue
		}
		require.Empty(t, got.Error, "%s\n%v", document, got.Faults)
		require.Equal(t, card(t, n, read), got, "%s", document)
		good++
	}
	t.Logf("%d good, %d bad", good, bad)
	require.Greater(t, good, 50)
	require.Greater(t, bad, 50)
}

// values are put in the place of others.
var values = []string{`null`, `true`, `0`, `-1`, `1`, `70.0`, `70.5`, `1e2`, `101`, `1e400`, `""`, `"x"`, `"é"`, `"a@b.nl"`, `"@b"`, `"a@"`, `[]`, `["b","a","b"]`, `[1]`, `{}`,
	`"2026-11-01"`, `"2026-11-30"`, `"2026-12-01"`, `"2026-03-29"`, `"2026-02-29"`, `"2028-02-29"`, `"1969-12-31"`, `"1970-01-01"`, `"1970-01-02"`, `"2261-12-31"`, `"0001-01-01T00:00:00Z"`,
	`"2026-11-01T00:00:00+01:00"`, `"2026-10-31T22:59:59.999999999Z"`, `"2026-11-30T23:00:00.000Z"`, `"2026-11-30T22:59:59.9999999999Z"`, `"2026-11-30T23:59:59+01:00"`, `"2026-11-30T24:00:00Z"`,
	`"2026-11-30t10:00:00Z"`, `"2026-11-30T10:00:00z"`, `"2026-11-30T1:00:00Z"`, `"2026-11-30T10:00:00,5Z"`, `"2026-11-30T10:00:00.5+24:00"`, `"2026-11-30T10:00:00"`, `"2026-11-30T10:00:60Z"`, `"2026-11-30 10:00:00Z"`,
	`"9999-12-31T00:00:00Z"`, `"2262-04-12T00:00:00.5+05:00"`, `"2261-12-31T23:59:59.123456789-11:00"`, `"2662-01-01T00:00:00+14:00"`, `"1970-01-01T00:00:00+14:00"`, `"1969-12-31T23:59:59-14:00"`,
	`"website"`, `"computer"`, `"high"`, `"unknown"`, `"open"`, `"accepted"`, `"clicked"`, `"2026-11"`, `"2026-1"`, `"2025-02"`, `"Europe/Amsterdam"`, `"UTC"`}

// damaged changes, adds or removes a member somewhere.
func damaged(t *testing.T, document []byte, r *rand.Rand) []byte {
	var top map[string]any
	require.NoError(t, json.Unmarshal(document, &top))
	var objects []map[string]any
	var collect func(v any)
	collect = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			objects = append(objects, v)
			for _, name := range names(v) {
				collect(v[name])
			}
		case []any:
			for _, element := range v {
				collect(element)
			}
		}
	}
	collect(top)
	object := objects[r.IntN(len(objects))]
	if r.IntN(8) == 0 {
		object = top
	}
	members := names(object)
	value := json.RawMessage(values[r.IntN(len(values))])
	switch member := members[r.IntN(len(members))]; r.IntN(8) {
	case 0:
		delete(object, member)
	case 1:
		object[strings.ToUpper(member[:1])+member[1:]] = object[member]
	case 2:
		added := []string{"id", "seen", "status", "employee", "left", "zone", "size", "score", "found", "references", "custom"}
		object[added[r.IntN(len(added))]] = value
	default:
		object[member] = value
	}
	text, err := json.Marshal(top)
	require.NoError(t, err)
	return text
}

func names(object map[string]any) []string {
	all := make([]string, 0, len(object))
	for name := range object {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// Months begin and end, and days start, where the library says, in zones of
// every kind.
func TestBounds(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Amsterdam", "UTC", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Atlantic/Azores", "Africa/Monrovia", "Pacific/Kiritimati", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Asuncion"} {
		text := strings.Replace(typed, "Europe/Amsterdam", zone, 1)
		text = strings.Replace(text, `"custom.backup.all(b, b.size > 0)"`, `"computers.all(c, c.id == 'at' ? c.fresh && c.retired == c.seen : !c.fresh)"`, 1)
		n := load(t, text)
		o := serve(t, archive(t, n))
		for _, month := range []string{"1970-02", "1971-12", "1987-04", "2000-01", "2010-11", "2015-10", "2026-03", "2026-10", "2026-11", "2026-12", "2261-12"} {
			m := &finding.Month{Company: finding.Company{ID: "c"}, Zone: zone}
			require.NoError(t, m.Month.UnmarshalText([]byte(month)))
			p, err := m.Period()
			require.NoError(t, err)
			document := fmt.Sprintf(`{"company":{"id":"c"},"month":%q,"zone":%q,"computers":[{"id":"at","seen":%q,"retired":"%s-01"},{"id":"before","seen":%q}]}`,
				month, zone, p.Start.Format("2006-01-02T15:04:05Z"), month, p.Start.Add(-1).Format("2006-01-02T15:04:05.000000000Z"))
			read, err := finding.DecodeBytes([]byte(document))
			require.NoError(t, err)
			got := o.answer(t, []byte(document))
			require.Empty(t, got.Error, "%s %v", document, got.Faults)
			require.Equal(t, card(t, n, read), got, document)
			require.Equal(t, 10000, *got.Score, document)
			last := strings.Replace(document, p.Start.Format("2006-01-02T15:04:05Z"), p.End.Add(-1).Format("2006-01-02T15:04:05.000000000Z"), 1)
			require.Empty(t, o.answer(t, []byte(last)).Error, last)
			after := strings.Replace(document, p.Start.Format("2006-01-02T15:04:05Z"), p.End.Format("2006-01-02T15:04:05Z"), 1)
			require.NotEmpty(t, o.answer(t, []byte(after)).Error, after)
		}
	}
}
