package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// call runs the command in this process.
func call(t testing.TB, stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	code = run(context.Background(), args, stdin, &out, &err)
	return code, out.String(), err.String()
}

func file(t testing.TB, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const document = `{"company":{"id":"kvk:1","enrolled":"2026-01-01"},"month":"2026-11"}`

// The demo does the main job, and what it writes can be repeated step by step.
func TestDemo(t *testing.T) {
	folder := t.TempDir()
	code, out, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code, words)
	for _, line := range []string{
		"2026-03    10%  telt niet mee  building 0/6", "2026-04    10%  telt niet mee  building 0/6", "2026-05    90%  telt mee       building 1/6",
		"2026-09    90%  telt mee       building 5/6", "2026-10   100%  telt mee       certified",
		"Waar scoor je punten mee", "Waar kun je nog punten mee verdienen", "Het bedrijf heeft het keurmerk.",
	} {
		require.Contains(t, out, line)
	}
	cards, err := os.ReadFile(filepath.Join(folder, "cards.jsonl"))
	require.NoError(t, err)
	code, scored, _ := call(t, nil, "score", filepath.Join(folder, "months.jsonl"))
	require.Zero(t, code)
	require.Equal(t, string(cards), scored, "the same months give the same cards")

	code, state, _ := call(t, nil, "certify", filepath.Join(folder, "history.jsonl"), "--as-of", "2026-11-06")
	require.Zero(t, code)
	require.Contains(t, state, `"phase":"certified"`)
	require.Contains(t, state, `"valid":true`)
	code, state, _ = call(t, nil, "certify", filepath.Join(folder, "history.jsonl"), "--as-of", "2026-11-05T22:59:59Z")
	require.Zero(t, code)
	require.Contains(t, state, `"phase":"building","n":5,"of":6`)

	code, text, _ := call(t, nil, "report", filepath.Join(folder, "months.jsonl"), "--lang", "en", "--format", "markdown")
	require.Zero(t, code)
	require.Contains(t, text, "# How safe is my company?")
	again, _, _ := call(t, nil, "demo", "--out", folder, "--lang", "en")
	require.Zero(t, again, "an existing folder is written anew")
}

// What each command answers with, by exit status.
func TestExitStatus(t *testing.T) {
	good, bad := file(t, "good.json", document), file(t, "bad.json", `{"company":{"id":"c"},"month":"2026-13"}`)
	norm := file(t, "norm.yaml", "keurmerk: 1\nid: X\n")
	history := file(t, "history.jsonl", `{"id":"1","company":"c","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}`+"\n")
	torn := file(t, "torn.jsonl", `{"id":"1","company":"c","recorded":"2026-01-01T00:00:00Z","type":"enrol"}`+"\n{\n")
	for name, c := range map[string]struct {
		args []string
		code int
		says string // on standard error
	}{
		"no command":           {nil, 0, ""},
		"unknown command":      {[]string{"scoer"}, 2, `unknown command "scoer"`},
		"unknown flag":         {[]string{"score", "--x", good}, 2, "unknown flag"},
		"score":                {[]string{"score", good}, 0, ""},
		"score, no file":       {[]string{"score", "nowhere.json"}, 2, "nowhere.json"},
		"score, a folder":      {[]string{"score", t.TempDir()}, 2, "is a folder"},
		"score, bad":           {[]string{"score", bad}, 2, "/month (byte 30)"},
		"score, check":         {[]string{"score", "--check", good}, 1, "do not qualify"},
		"score, format":        {[]string{"score", "--format", "pdf", good}, 2, "--format pdf"},
		"score, norm":          {[]string{"score", "--norm", norm, good}, 2, "norm.yaml:2:5: error"},
		"score, waivers":       {[]string{"score", "--waivers", bad, good}, 2, "waivers can't be read"},
		"report":               {[]string{"report", good}, 0, ""},
		"report, language":     {[]string{"report", "--lang", "fr", good}, 2, "nl or en"},
		"certify":              {[]string{"certify", history, "--as-of", "2026-03-01T00:00:00Z"}, 0, ""},
		"certify, bad":         {[]string{"certify", torn}, 2, "line 1: entry \"1\": enrol needs at"},
		"certify, bad line 2":  {[]string{"certify", torn}, 2, "line 2:"},
		"certify, as-of":       {[]string{"certify", history, "--as-of", "gisteren"}, 2, "--as-of"},
		"certify, empty":       {[]string{"certify", file(t, "empty", "")}, 2, "no entry"},
		"check":                {[]string{"norm", "check"}, 0, "no faults"},
		"check, faults":        {[]string{"norm", "check", norm}, 1, ""},
		"check, explain":       {[]string{"norm", "check", "--explain", "km-yaml"}, 0, ""},
		"check, explain, none": {[]string{"norm", "check", "--explain", "KM-YML"}, 2, "did you mean \"KM-YAML\"?"},
		"check, format":        {[]string{"norm", "check", "--format", "xml", norm}, 2, "--format xml"},
		"check, sarif":         {[]string{"norm", "check", "--format", "sarif", norm}, 1, ""},
		"check, github":        {[]string{"norm", "check", "--format", "github", norm}, 1, ""},
		"check, no folder":     {[]string{"norm", "check", "nowhere"}, 2, "nowhere"},
		"check, empty folder":  {[]string{"norm", "check", t.TempDir()}, 2, "holds no norm"},
		"test":                 {[]string{"norm", "test"}, 0, ""},
		"test, unusable":       {[]string{"norm", "test", norm}, 2, "can't be used"},
		"digest":               {[]string{"norm", "digest"}, 0, ""},
		"ingest, no month":     {[]string{"ingest", good}, 2, "--company and --month"},
		"ingest, month 13":     {[]string{"ingest", "--company", "c", "--month", "2026-13", good}, 2, "--month"},
		"ingest, unknown":      {[]string{"ingest", "--company", "c", "--month", "2026-11", norm}, 2, "not known"},
		"ingest, other":        {[]string{"ingest", "--company", "c", "--month", "2026-11", good}, 2, "can't be merged"},
		"ingest, empty folder": {[]string{"ingest", "--company", "c", "--month", "2026-11", t.TempDir()}, 2, "holds no output"},
		"ingest, unknown tool": {[]string{"ingest", "--from", "x", "--company", "c", "--month", "2026-11", good}, 2, "--from x"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, words := call(t, nil, c.args...)
			require.Equal(t, c.code, code, words)
			require.Contains(t, words, c.says)
			if c.code == 2 {
				require.Empty(t, out, "nothing is half-written")
			}
		})
	}
}

// A batch with a bad line writes nothing, or with --keep-going all good lines.
func TestBatch(t *testing.T) {
	lines := document + "\n" + `{"company":{"id":"c"},"month":"2026-11","x":1}` + "\n" + strings.Replace(document, "kvk:1", "kvk:2", 1) + "\n"
	code, out, words := call(t, strings.NewReader(lines), "score", "-")
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, `line 2: /x (byte 40): there is no member "x" here`)
	code, out, words = call(t, strings.NewReader(lines), "score", "--keep-going", "-")
	require.Equal(t, 2, code)
	require.Equal(t, 2, strings.Count(out, "\n"))
	require.Contains(t, out, `"company":"kvk:2"`)
	require.Contains(t, words, "line 2:")
	pretty := "{\n  \"company\": {\"id\": \"c\"},\n  \"month\": \"2026-11\"\n}\n"
	code, out, _ = call(t, strings.NewReader(pretty), "score", "-")
	require.Zero(t, code)
	require.Equal(t, 1, strings.Count(out, "\n"))
	code, _, words = call(t, strings.NewReader(""), "score", "-")
	require.Equal(t, 2, code)
	require.Contains(t, words, "empty")
}

// Ten thousand company-months come out in order.
func TestManyMonths(t *testing.T) {
	var in strings.Builder
	for i := range 10_000 {
		fmt.Fprintln(&in, strings.Replace(document, "kvk:1", fmt.Sprintf("kvk:%d", i), 1))
	}
	code, out, words := call(t, strings.NewReader(in.String()), "score", "-")
	require.Zero(t, code, words)
	i := 0
	for line := range strings.Lines(out) {
		var card struct {
			Company string `json:"company"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &card))
		require.Equal(t, fmt.Sprintf("kvk:%d", i), card.Company)
		i++
	}
	require.Equal(t, 10_000, i)
}

// spaces never ends.
type spaces struct{ read int64 }

func (s *spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	s.read += int64(len(p))
	return len(p), nil
}

// Input without end is refused once the limit is reached.
func TestHugeInput(t *testing.T) {
	endless := &spaces{}
	code, out, words := call(t, io.MultiReader(strings.NewReader("{"), endless), "score", "-")
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, "larger than 67108864 bytes")
	require.Less(t, endless.read, int64(66<<20))
	var records strings.Builder
	records.WriteString(`{"company":{"id":"c"},"month":"2026-11","employees":[`)
	for i := range 1_000_001 {
		if i > 0 {
			records.WriteByte(',')
		}
		fmt.Fprintf(&records, `{"id":"%d"}`, i)
	}
	records.WriteString(`]}`)
	code, _, words = call(t, strings.NewReader(records.String()), "score", "-")
	require.Equal(t, 2, code)
	require.Contains(t, words, "more records than are allowed: 1000000")
}

// Tools' outputs and a spreadsheet become one document, whatever the order.
func TestIngest(t *testing.T) {
	folder := filepath.Join(root, "testdata", "vandalen")
	first := func(args ...string) string {
		code, out, words := call(t, nil, append([]string{"ingest"}, args...)...)
		require.Zero(t, code, words)
		return out
	}
	nuclei, wazuh := filepath.Join(folder, "2026-05", "nuclei.jsonl"), filepath.Join(folder, "2026-05", "wazuh.json")
	a := first("--company", "c", "--month", "2026-05", nuclei, wazuh)
	require.Equal(t, a, first("--company", "c", "--month", "2026-05", wazuh, nuclei))
	into := file(t, "month.json", a)
	staff := first("--into", into, "--from", "sheet", "--columns", filepath.Join(folder, "columns", "medewerkers.json"), filepath.Join(folder, "2026-05", "medewerkers.csv"))
	require.Contains(t, staff, `"employees":[{"id":"1001"`)
	require.Contains(t, staff, `"asset":"vd-admin-1"`)
	scanned := first("--company", "c", "--month", "2026-05", "--complete", "website:www.vandalen-installatie.example=2026-05-29", nuclei)
	require.Contains(t, scanned, `"scanned":"2026-05-28T22:00:00Z"`)
	salt := file(t, "salt", "0123456789abcdef")
	hashed := first("--company", "c", "--month", "2026-05", "--from", "sheet", "--salt", salt, "--columns", filepath.Join(folder, "columns", "medewerkers.json"), filepath.Join(folder, "2026-05", "medewerkers.csv"))
	require.NotContains(t, hashed, `"1001"`)
}

// A norm may come from standard input.
func TestCheckStdin(t *testing.T) {
	code, out, words := call(t, strings.NewReader(readmeNorm(t)), "norm", "check", "-")
	require.Zero(t, code, words)
	require.Empty(t, out)
	code, out, _ = call(t, strings.NewReader(strings.ReplaceAll(readmeNorm(t), "it.severity", "it.sverity")), "norm", "check", "--format", "text", "-")
	require.Equal(t, 1, code)
	require.Contains(t, out, `-:16:56: error: Vulnerability has no field "sverity"`)
	code, _, _ = call(t, strings.NewReader(strings.ReplaceAll(readmeNorm(t), "\n", "\r\n")), "norm", "check", "-")
	require.Zero(t, code, "lines may end as on Windows")
}

// An auditor's program reads faults as JSON.
func TestCheckJSON(t *testing.T) {
	norm := file(t, "norm.yaml", strings.Replace(readmeNorm(t), "it.severity", "it.severty", 1))
	code, out, _ := call(t, nil, "norm", "check", "--format", "json", norm)
	require.Equal(t, 1, code)
	var fault map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &fault))
	require.Equal(t, norm, fault["file"])
	require.Equal(t, "KM-UNKNOWN-FIELD", fault["code"])
	require.Equal(t, `did you mean "severity"?`, fault["hint"])
	for _, member := range []string{"line", "column", "endLine", "endColumn", "severity", "message"} {
		require.Contains(t, fault, member)
	}
}
