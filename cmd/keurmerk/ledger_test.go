package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/certify/ledger"
	"github.com/cyberkeurmerk/keurmerk/certify/ledger/ledgertest"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// ledgerFile is a ledger with five entries of three companies.
func ledgerFile(t *testing.T) (name string, lines []string) {
	name = filepath.Join(t.TempDir(), "history.jsonl")
	l, err := ledger.Open(name)
	require.NoError(t, err)
	for i, company := range []string{"kvk:1", "kvk:2", "kvk:1", "kvk:3", "kvk:1"} {
		require.NoError(t, l.Append(context.Background(), ledgertest.Entry(company, i)))
	}
	require.NoError(t, l.Close())
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	lines = strings.SplitAfter(string(text), "\n")
	return name, lines[:5]
}

// A ledger's file is whole, or the places where it isn't are told; the file is
// never written to.
func TestLedgerVerify(t *testing.T) {
	_, line := ledgerFile(t)
	last := ledger.Digest([]byte(strings.TrimSuffix(line[4], "\n")))
	gone := "sha256:" + strings.Repeat("0", 64)
	changed := strings.Replace(line[2], "pass", "fail", 1)
	for name, c := range map[string]struct {
		text string
		args []string
		code int
		says []string // lines of the text, without the file's name
	}{
		"whole":           {strings.Join(line, ""), nil, 0, []string{": whole; 5 entries of 3 companies; last " + last}},
		"empty":           {"", nil, 0, []string{": whole; 0 entries of 0 companies"}},
		"kept":            {strings.Join(line, ""), []string{"--kept", last}, 0, []string{": whole; 5 entries of 3 companies; last " + last}},
		"end gone":        {strings.Join(line[:4], ""), []string{"--kept", last}, 1, []string{": no line has the digest " + last, ": not whole; 4 entries of 3 companies"}},
		"changed":         {line[0] + line[1] + changed + line[3] + line[4], nil, 1, []string{`:3: company "kvk:1": entry 2 is not as it was written`, ": not whole; 5 entries"}},
		"swapped":         {line[0] + line[2] + line[1] + line[3] + line[4], nil, 1, []string{":2: the line followed what is line 3 now", ":3: ", ":4: ", ": not whole"}},
		"dropped":         {line[0] + line[1] + line[3] + line[4], nil, 1, []string{`:3: company "kvk:1": entry 2, which stood before this line, is missing`, ":4: ", ": not whole"}},
		"torn":            {line[0] + line[1][:40], nil, 1, []string{":2: torn: 40 bytes at the end are no whole append", ": not whole; 1 entry of 1 company"}},
		"changed, kept":   {line[0] + line[1] + changed + line[3], []string{"--kept", gone}, 1, []string{":3: ", ": no line has", ": not whole"}},
		"no ledger":       {"Beste lezer,\n", nil, 2, nil},
		"by hand":         {`{"id":"1","company":"c","recorded":"2026-01-01T00:00:00Z","type":"enrol","at":"2025-12-31T23:00:00Z"}` + "\n", nil, 2, nil},
		"no digest":       {"", []string{"--kept", "sha256:1"}, 2, nil},
		"no format":       {"", []string{"--format", "html"}, 2, nil},
		"too many files":  {"", []string{"x"}, 2, nil},
		"of another kind": {document, nil, 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			path := file(t, "l.jsonl", c.text)
			code, out, words := call(t, nil, append([]string{"ledger", "verify", "--format", "text", path}, c.args...)...)
			require.Equal(t, c.code, code, out+words)
			told := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
			if code == 2 {
				require.Empty(t, out)
				require.NotEmpty(t, words)
				return
			}
			require.Len(t, told, len(c.says), out)
			for i, says := range c.says {
				require.Contains(t, told[i], path+says)
			}
			again, doc, words := call(t, strings.NewReader(c.text), append([]string{"ledger", "verify", "-"}, c.args...)...)
			require.Equal(t, code, again)
			if code == 0 {
				require.Empty(t, words)
			} else {
				require.Equal(t, out, strings.ReplaceAll(words, "-:", path+":"))
			}
			parsed, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
			require.NoError(t, err)
			require.NoError(t, outputSchema(t, "certify/ledger/report.schema.json").Validate(parsed), doc)
			var report ledgerReport
			require.NoError(t, json.Unmarshal([]byte(doc), &report))
			require.Equal(t, code == 0, report.Whole)
			for i, fault := range report.Faults {
				place := ": "
				if fault.Line > 0 {
					place = fmt.Sprintf(":%d: ", fault.Line)
				}
				require.Equal(t, path+place+fault.Message, told[i])
			}
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, c.text, string(after))
		})
	}
	code, _, words := call(t, nil, "ledger", "verify", "nowhere.jsonl")
	require.Equal(t, 2, code)
	require.Contains(t, words, "nowhere.jsonl")
	code, _, words = call(t, nil, "ledger", "verify", t.TempDir())
	require.Equal(t, 2, code)
	require.Contains(t, words, "is a folder")
}

// A ledger that a program has open can be verified.
func TestLedgerVerifyWhileOpen(t *testing.T) {
	name, _ := ledgerFile(t)
	l, err := ledger.Open(name)
	require.NoError(t, err)
	defer l.Close()
	code, out, words := call(t, nil, "ledger", "verify", name)
	require.Zero(t, code, words)
	require.Contains(t, out, `"last":"`+l.Last()+`"`)
}

// The demo's history is a ledger.
func TestDemoLedger(t *testing.T) {
	folder := t.TempDir()
	for range 2 { // an existing folder is written anew
		code, _, words := call(t, nil, "demo", "--out", folder)
		require.Zero(t, code, words)
		code, out, words := call(t, nil, "ledger", "verify", filepath.Join(folder, "history.jsonl"), "--format", "text")
		require.Zero(t, code, words)
		require.Contains(t, out, ": whole; 9 entries of 1 company; last sha256:")
	}
}
