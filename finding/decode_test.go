package finding_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

// whole is a document with every member there is.
const whole = `{
  "company": {"id": "kvk:30123456", "name": "Bakkerij De Korenaar", "size": 12, "sector": "10.71", "enrolled": "2026-04-28"},
  "month": "2026-11",
  "zone": "Europe/Amsterdam",
  "websites":        [{"id": "www.korenaar.example", "scanned": "2026-11-29T03:12:00Z", "retired": "2027-01-01", "sources": ["nuclei"]}],
  "computers":       [{"id": "pc-01", "os": "Windows 11 24H2", "seen": "2026-11-30T08:00:00Z", "retired": "2026-12-02", "sources": ["wazuh"]}],
  "vulnerabilities": [{"id": "CVE-2026-1234", "asset_type": "computer", "asset": "pc-01", "severity": "high", "cvss": 8.1,
                       "title": "Title", "remedy": "Update", "found": "2026-11-03T09:00:00Z", "seen": "2026-11-19T09:00:00+01:00", "fixed": "2026-11-20T10:00:00.5Z",
                       "status": "open", "sources": ["wazuh"], "references": ["https://x.example"]}],
  "employees":       [{"id": "e-17", "enrolled": "2026-06-01", "left": "2026-10-31"}],
  "questionnaires":  [{"id": "basis-2026", "employee": "e-17", "completed": "2026-11-10", "score": 82}],
  "courses":         [{"id": "phishing-1", "employee": "e-17", "offered": "2026-10-01", "completed": "2026-10-20"}],
  "phishing":        [{"id": "mail-7", "employee": "e-17", "sent": "2026-11-04T08:00:00Z", "outcome": "reported"}],
  "custom":          {"backup": [{"id": "nas-1", "tested": "2026-11-12", "copies": 3, "offsite": true}]}
}`

func decode(t testing.TB, text string) *finding.Month {
	m, err := finding.Decode(strings.NewReader(text))
	require.NoError(t, err)
	return m
}

func utc(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestDecodeWhole(t *testing.T) {
	m := decode(t, whole)
	require.Equal(t, utc("2026-04-27T22:00:00Z"), m.Company.Enrolled, "a date is midnight in the zone, in summer")
	require.Equal(t, utc("2026-11-30T23:00:00Z").Add(24*time.Hour), m.Computers[0].Retired, "and in winter")
	require.Equal(t, utc("2026-11-19T08:00:00Z"), m.Vulnerabilities[0].Seen, "held as UTC")
	require.Equal(t, 8.1, m.Vulnerabilities[0].CVSS)
	require.Equal(t, finding.TextValue("2026-11-12"), m.Custom["backup"][0].Fields["tested"])
	require.Equal(t, finding.NumberValue(3), m.Custom["backup"][0].Fields["copies"])
	require.Equal(t, finding.BoolValue(true), m.Custom["backup"][0].Fields["offsite"])
	require.Equal(t, 8, m.Count())
	var out bytes.Buffer
	require.NoError(t, m.Encode(&out))
	again := decode(t, out.String())
	require.Equal(t, m, again)
	require.Equal(t, m.Digest(), again.Digest())
}

// The zone may stand behind the dates that are read in it.
func TestZoneBehindDates(t *testing.T) {
	before := decode(t, `{"zone":"America/Curacao","company":{"id":"c","enrolled":"2026-11-01"},"month":"2026-11"}`)
	behind := decode(t, `{"company":{"id":"c","enrolled":"2026-11-01"},"month":"2026-11","zone":"America/Curacao"}`)
	require.Equal(t, utc("2026-11-01T04:00:00Z"), behind.Company.Enrolled)
	require.Equal(t, before, behind)
}

// minimal is the smallest document, with members put in.
func minimal(members string) string {
	return `{"company":{"id":"c"},"month":"2026-11"` + members + `}`
}

// Each fault with its pointer and a part of its message; the offset is that of
// the text marked with «, which is taken out.
func TestDecodeFaults(t *testing.T) {
	vulnerability := func(members string) string {
		return minimal(`,"vulnerabilities":[{"id":"x","asset_type":"computer","asset":"a","severity":"low"` + members + `}]`)
	}
	for name, c := range map[string]struct{ text, pointer, says string }{
		"empty":               {``, "", "empty"},
		"white space":         {" \n", "", "empty"},
		"not an object":       {`«[]`, "", "must be an object, not a list"},
		"byte order mark":     {"\ufeff{}", "", "byte order mark"},
		"trailing data":       {minimal(``) + `«{}`, "", "more behind"},
		"unknown member":      {minimal(`,«"webistes":[]`), "/webistes", "no member"},
		"other case":          {minimal(`,«"Websites":[]`), "/Websites", `names are lower-case: "websites"`},
		"twice":               {minimal(`,«"month":"2026-10"`), "/month", "given twice"},
		"twice, escaped":      {minimal(`,«"mont\u0068":"2026-10"`), "/month", "given twice"},
		"null":                {minimal(`,"websites":«null`), "/websites", "not null"},
		"wrong type":          {minimal(`,"websites":«{}`), "/websites", "must be a list"},
		"number for a text":   {minimal(`,"websites":[{"id":«5}]`), "/websites/0/id", "must be a text, not a number"},
		"missing id":          {minimal(`,"websites":[«{}]`), "/websites/0/id", "required"},
		"empty id":            {minimal(`,"websites":[{"id":«""}]`), "/websites/0/id", "required"},
		"month 13":            {`{"company":{"id":"c"},"month":«"2026-13"}`, "/month", "not a month"},
		"month missing":       {`«{"company":{"id":"c"}}`, "/month", "needed"},
		"company missing":     {`«{"month":"2026-11"}`, "/company/id", "required"},
		"unknown zone":        {minimal(`,"zone":«"Europe/Amsterdm"`), "/zone", "time zone"},
		"zone Local":          {minimal(`,"zone":«"Local"`), "/zone", "time zone"},
		"found too late":      {vulnerability(`,"found":«"2026-12-01"`), "/vulnerabilities/0/found", "month's end"},
		"scanned too late":    {minimal(`,"websites":[{"id":"a","scanned":«"2026-11-30T23:00:00Z"}]`), "/websites/0/scanned", "month's end"},
		"seen too late":       {minimal(`,"computers":[{"id":"a","seen":«"2027-01-01"}]`), "/computers/0/seen", "month's end"},
		"enrolled too late":   {`{"company":{"id":"c","enrolled":«"2026-12-01"},"month":"2026-11"}`, "/company/enrolled", "month's end"},
		"completed too late":  {minimal(`,"questionnaires":[{"id":"a","completed":«"2026-12-01"}]`), "/questionnaires/0/completed", "month's end"},
		"offered too late":    {minimal(`,"courses":[{"id":"a","offered":«"2026-12-01"}]`), "/courses/0/offered", "month's end"},
		"sent too late":       {minimal(`,"phishing":[{"id":"a","outcome":"sent","sent":«"2026-12-01"}]`), "/phishing/0/sent", "month's end"},
		"severity":            {minimal(`,"vulnerabilities":[{"id":"x","asset_type":"computer","asset":"a","severity":«"High"}]`), "/vulnerabilities/0/severity", `"High" is none of`},
		"status":              {vulnerability(`,"status":«"closed"`), "/vulnerabilities/0/status", "none of open"},
		"cvss":                {vulnerability(`,"cvss":«10.1`), "/vulnerabilities/0/cvss", "0 to 10"},
		"score":               {minimal(`,"questionnaires":[{"id":"a","score":«101}]`), "/questionnaires/0/score", "0 to 100"},
		"score with decimals": {minimal(`,"questionnaires":[{"id":"a","score":«7.5}]`), "/questionnaires/0/score", "whole"},
		"no such day":         {minimal(`,"websites":[{"id":"a","scanned":«"2026-02-30"}]`), "/websites/0/scanned", "neither"},
		"instant, no zone":    {minimal(`,"websites":[{"id":"a","scanned":«"2026-11-01T10:00:00"}]`), "/websites/0/scanned", "neither"},
		"instant, hour 9":     {minimal(`,"websites":[{"id":"a","scanned":«"2026-11-01T9:00:00Z"}]`), "/websites/0/scanned", "neither"},
		"instant, offset 25":  {minimal(`,"websites":[{"id":"a","scanned":«"2026-11-01T10:00:00+25:00"}]`), "/websites/0/scanned", "neither"},
		"e-mail":              {minimal(`,"employees":[{"id":«"jan@korenaar.example"}]`), "/employees/0/id", "e-mail"},
		"e-mail, full width":  {minimal(`,"courses":[{"id":"a","employee":«"jan＠korenaar"}]`), "/courses/0/employee", "e-mail"},
		"outcome missing":     {minimal(`,"phishing":[«{"id":"a"}]`), "/phishing/0/outcome", "required"},
		"custom name":         {minimal(`,"custom":{"Backup":«[]}`), "/custom/Backup", "lower-case"},
		"custom nested":       {minimal(`,"custom":{"backup":[{"id":"a","x":«{}}]}`), "/custom/backup/0/x", "must be a text"},
		"custom fraction":     {minimal(`,"custom":{"backup":[{"id":"a","x":«1.5}]}`), "/custom/backup/0/x", "whole"},
		"custom twice":        {minimal(`,"custom":{"backup":[{"id":"a","x":1,«"x":2}]}`), "/custom/backup/0/x", "given twice"},
		"invalid UTF-8":       {minimal(`,"websites":[{"id":"a` + "\xff" + `"}]`), "", "not JSON"},
		"lone surrogate":      {minimal(`,"websites":[{"id":"\ud800"}]`), "", "not JSON"},
		"bad escape":          {minimal(`,"websites":[{"id":"\x"}]`), "", "not JSON"},
		"deep":                {minimal(`,"websites":` + strings.Repeat("[", 20_000)), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			offset := strings.Index(c.text, "«")
			_, err := finding.Decode(strings.NewReader(strings.Replace(c.text, "«", "", 1)))
			faults, ok := errors.AsType[*finding.DecodeError](err)
			require.True(t, ok, "%v", err)
			require.NotEmpty(t, faults.Faults)
			f := faults.Faults[0]
			require.Contains(t, f.Message, c.says)
			if offset >= 0 {
				require.Len(t, faults.Faults, 1, "one fault is told once: %v", err)
				require.Equal(t, c.pointer, f.Pointer)
				require.EqualValues(t, offset, f.Offset)
			}
		})
	}
}

// All faults are told at once, in order of place, the first twenty.
func TestAllFaults(t *testing.T) {
	_, err := finding.DecodeBytes([]byte(`{"month":"2026-13","company":{"ID":"c"},"websites":[{"id":5},{"scanned":"x"}],"x":1}`))
	faults, ok := errors.AsType[*finding.DecodeError](err)
	require.True(t, ok)
	var pointers []string
	for _, f := range faults.Faults {
		pointers = append(pointers, f.Pointer)
	}
	require.Equal(t, []string{"/month", "/company/id", "/company/ID", "/websites/0/id", "/websites/1/scanned", "/x"}, pointers)
	many := minimal(`,"websites":[` + strings.Repeat(`{"id":1},`, 49) + `{"id":1}]`)
	_, err = finding.DecodeBytes([]byte(many))
	faults, ok = errors.AsType[*finding.DecodeError](err)
	require.True(t, ok)
	require.Len(t, faults.Faults, finding.MaxFaults)
	require.Equal(t, 30, faults.More)
	require.Contains(t, err.Error(), "/websites/0/id (byte 58): must be a text, not a number")
	require.Contains(t, err.Error(), "and 30 more")
}

// A document cut off at any byte is an error.
func TestCutAnywhere(t *testing.T) {
	for i := range len(whole) {
		_, err := finding.DecodeBytes([]byte(whole[:i]))
		require.Error(t, err, "cut at %d", i)
	}
}

// Limits are enforced while reading, so that what is too large is not held.
func TestLimits(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(minimal(`,"websites":["`)), spaces{})
	_, err := finding.Decode(endless, finding.LimitBytes(1000))
	require.ErrorContains(t, err, "larger than 1000 bytes")
	three := minimal(`,"websites":[{"id":"a"},{"id":"b"}],"employees":[{"id":"c"}]`)
	_, err = finding.DecodeBytes([]byte(three), finding.LimitRecords(2))
	require.ErrorContains(t, err, "more records than are allowed: 2")
	_, err = finding.DecodeBytes([]byte(three), finding.LimitRecords(3))
	require.NoError(t, err)
	mail := minimal(`,"employees":[{"id":"jan@korenaar.example"}]`)
	m, err := finding.DecodeBytes([]byte(mail), finding.AllowEmails())
	require.NoError(t, err)
	_, err = m.Normal()
	require.NoError(t, err, "what the embedder allowed stays allowed")
}

type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// encoding/json reads as strictly as Decode.
func TestUnmarshalJSON(t *testing.T) {
	var m finding.Month
	require.NoError(t, json.Unmarshal([]byte(whole), &m))
	require.Equal(t, decode(t, whole), &m)
	require.Error(t, json.Unmarshal([]byte(minimal(`,"Websites":[]`)), &m))
	out, err := json.Marshal(&m)
	require.NoError(t, err)
	require.Equal(t, m.Digest(), decode(t, string(out)).Digest())
}

// A stream goes on behind a bad line, naming it.
func TestAll(t *testing.T) {
	good := minimal("")
	text := good + "\n\n" + `{"month":1}` + "\r\n" + good + "\r\n" + strings.Repeat(" ", 500) + good + "\n" + good
	var lines []int
	read := 0
	for m, err := range finding.All(strings.NewReader(text), finding.LimitBytes(200)) {
		if err != nil {
			var line *finding.LineError
			require.ErrorAs(t, err, &line)
			lines = append(lines, line.Line)
			continue
		}
		require.Equal(t, "c", m.Company.ID)
		read++
	}
	require.Equal(t, []int{3, 5}, lines)
	require.Equal(t, 3, read)
	for range finding.All(strings.NewReader(text)) {
		break
	}
}

// A year of months passes through in the memory of one.
func TestAllIsFlat(t *testing.T) {
	n := 0
	for _, err := range finding.All(io.LimitReader(&repeated{line: minimal("") + "\n"}, 10<<20)) {
		if err == nil {
			n++
		}
	}
	require.Greater(t, n, 200_000)
}

type repeated struct {
	line string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.line[r.at:])
	r.at = (r.at + n) % len(r.line)
	return n, nil
}

func ExampleDecode() {
	_, err := finding.Decode(strings.NewReader(`{
  "company": {"id": "kvk:30123456"},
  "month": "2026-11",
  "websites": [{"id": "www.korenaar.example", "scaned": "2026-11-29"}],
  "employees": [{"id": "jan@korenaar.example"}]
}`))
	fmt.Println(err)
	// Output:
	// /websites/0/scaned (byte 107): there is no member "scaned" here
	// /employees/0/id (byte 156): "jan@korenaar.example" looks like an e-mail address; employees are known by a pseudonym
}

// Whatever the bytes are, decoding ends in a month or in faults inside them;
// what is accepted is written and read back as the same.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(minimal(`,"zone":"UTC"`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := finding.DecodeBytes(data)
		if err != nil {
			faults, ok := errors.AsType[*finding.DecodeError](err)
			require.True(t, ok, "%v", err)
			for _, fault := range faults.Faults {
				require.LessOrEqual(t, fault.Offset, int64(len(data)))
				require.GreaterOrEqual(t, fault.Offset, int64(0))
			}
			return
		}
		var out bytes.Buffer
		require.NoError(t, m.Encode(&out))
		again, err := finding.DecodeBytes(out.Bytes())
		require.NoError(t, err)
		require.Equal(t, m.Digest(), again.Digest())
	})
}
