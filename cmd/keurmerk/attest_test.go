package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// verified is what programs read of a report.
type verified struct {
	Valid bool
	Steps []struct{ Step, Result, Code, Reason string }
}

func verifying(t *testing.T, args ...string) (int, verified) {
	code, out, words := call(t, nil, append([]string{"verify", "--format", "json"}, args...)...)
	var v verified
	require.NoError(t, json.Unmarshal([]byte(out), &v), words)
	require.Equal(t, code == 0, v.Valid)
	require.Len(t, v.Steps, 11)
	return code, v
}

// failing names the steps that failed.
func (v verified) failing() (steps []string) {
	for _, s := range v.Steps {
		if s.Result == "fail" {
			steps = append(steps, s.Step+" "+s.Code)
		}
	}
	return steps
}

// What the demo writes verifies as it says, to the same bytes each time, and a
// changed byte is refused wherever it is.
func TestDemoBundle(t *testing.T) {
	folder := t.TempDir()
	code, _, words := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code)
	at := strings.Index(words, "keurmerk verify ")
	require.Positive(t, at)
	command, _, _ := strings.Cut(words[at:], "\n")
	code, v := verifying(t, strings.Fields(command)[2:]...)
	require.Zero(t, code, v.failing())
	require.Equal(t, "pass", v.Steps[7].Result)

	bundle, root := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "root.json")
	code, _ = verifying(t, bundle, "--trust", root, "--as-of", "2026-11-06")
	require.Zero(t, code)
	text, err := os.ReadFile(bundle)
	require.NoError(t, err)
	again := t.TempDir()
	_, _, _ = call(t, nil, "demo", "--out", again)
	same, err := os.ReadFile(filepath.Join(again, "bundle.json"))
	require.NoError(t, err)
	require.Equal(t, string(text), string(same))
	for i := 0; i < len(text); i += 397 {
		changed := []byte(string(text))
		changed[i] ^= 1
		code, v := verifying(t, file(t, "bundle.json", string(changed)), "--trust", root, "--as-of", "2026-11-06")
		require.Equal(t, 1, code, i)
		require.NotEmpty(t, v.failing())
	}
}

// What the insurer brings is what counts.
func TestVerifyQuestions(t *testing.T) {
	folder := t.TempDir()
	code, _, _ := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code)
	bundle, root := filepath.Join(folder, "bundle.json"), filepath.Join(folder, "root.json")
	_, weights, _ := call(t, nil, "attest", "norm")
	weightFile := file(t, "norm.json", weights)
	lighter := file(t, "lighter.json", strings.Replace(weights, `"threshold":8000`, `"threshold":9500`, 1))
	for name, c := range map[string]struct {
		args    []string
		failing []string
	}{
		"":                         {nil, nil},
		"company":                  {[]string{"--company", "kvk:30987654"}, nil},
		"another company":          {[]string{"--company", "kvk:1"}, []string{"subject company"}},
		"weights":                  {[]string{"--norm", weightFile}, nil},
		"another threshold":        {[]string{"--norm", lighter}, []string{"arithmetic threshold-of-norm"}},
		"months":                   {[]string{"--months", "2026-05..2026-10"}, nil},
		"other months":             {[]string{"--months", "2026-04..2026-09"}, []string{"months month-wanted"}},
		"before it was awarded":    {[]string{"--as-of", "2026-11-05T22:59:59Z"}, []string{"dates not-yet-valid", "status status-no-entry", "log logged-after"}},
		"the list is stale":        {[]string{"--as-of", "2026-11-14"}, []string{"status status-stale"}},
		"a later list was seen":    {[]string{"--status-seen", "2"}, []string{"status status-older-sequence"}},
		"after the term":           {[]string{"--as-of", "2027-11-06"}, []string{"dates expired", "status status-stale"}},
		"the findings":             {[]string{"--findings", filepath.Join(folder, "months.jsonl")}, nil},
		"a clock that lags behind": {[]string{"--now", "2026-10-01"}, []string{"dates dated-later", "status status-dated-later"}},
	} {
		t.Run(name, func(t *testing.T) {
			args := []string{bundle, "--trust", root}
			if !strings.Contains(strings.Join(c.args, " "), "--as-of") {
				args = append(args, "--as-of", "2026-11-06")
			}
			_, v := verifying(t, append(args, c.args...)...)
			require.Equal(t, c.failing, v.failing())
		})
	}
	for name, args := range map[string][]string{
		"no root":       {bundle},
		"no such root":  {bundle, "--trust", "nowhere.json"},
		"no root at it": {bundle, "--trust", bundle},
		"no bundle":     {"nowhere.json", "--trust", root},
		"a time":        {bundle, "--trust", root, "--as-of", "gisteren"},
		"a format":      {bundle, "--trust", root, "--format", "xml"},
		"months":        {bundle, "--trust", root, "--months", "mei"},
		"weights only":  {bundle, "--trust", root, "--norm", weightFile, "--findings", filepath.Join(folder, "months.jsonl")},
	} {
		code, out, words := call(t, nil, append([]string{"verify"}, args...)...)
		require.Equal(t, 2, code, name)
		require.Empty(t, out, name)
		require.NotEmpty(t, words, name)
	}
	code, out, _ := call(t, strings.NewReader("no bundle"), "verify", "-", "--trust", root, "--as-of", "2026-11-06", "--format", "text")
	require.Equal(t, 1, code)
	require.Contains(t, out, "1 shape      fail")
}

// The way of issuing by commands, from keys to a bundle, with a root that is
// rotated, and a correction.
func TestIssuing(t *testing.T) {
	folder := t.TempDir()
	code, _, _ := call(t, nil, "demo", "--out", folder)
	require.Zero(t, code)
	in := func(name string) string { return filepath.Join(folder, name) }
	made := func(name string, args ...string) string {
		code, out, words := call(t, nil, args...)
		require.Zero(t, code, words)
		require.NoError(t, os.WriteFile(in(name), []byte(out), 0o600))
		return in(name)
	}
	for _, key := range []string{"a", "b", "score", "certify", "status", "new"} {
		made(key+".pub", "attest", "key", "--out", in(key+".pem"))
	}
	code, _, words := call(t, nil, "attest", "key", "--out", in("a.pem"))
	require.Equal(t, 2, code, "a key is not overwritten")
	require.Contains(t, words, "exists")
	root := made("root1.json", "attest", "root", "--scheme", "example.nl", "--issued", "2026-01-01", "--add", "root="+in("a.pub"), "--add", "root="+in("b.pem"),
		"--add", "score="+in("score.pub"), "--add", "certify="+in("certify.pub"), "--add", "status="+in("status.pub"), "--threshold", "root=2",
		"--sign", in("a.pem"), "--sign", in("b.pem"))
	next := made("root2.json", "attest", "root", "--previous", root, "--issued", "2026-02-01", "--add", "score="+in("new.pub"), "--sign", in("a.pem"), "--sign", in("b.pem"))

	months, err := os.ReadFile(in("months.jsonl"))
	require.NoError(t, err)
	lines := strings.SplitAfter(string(months), "\n")
	var cards strings.Builder
	for i, month := range lines[2:8] { // May to October; each judged on the 3rd
		args := []string{"attest", "sign", file(t, "month.json", month), "--key", in("new.pem"), "--evaluated-at", "2026-" + []string{"06", "07", "08", "09", "10", "11"}[i] + "-03"}
		if i > 0 {
			args = append(args, "--series", in("cards"))
		}
		code, out, words := call(t, nil, args...)
		require.Zero(t, code, words)
		cards.WriteString(out)
		require.NoError(t, os.WriteFile(in("cards"), []byte(cards.String()), 0o600))
	}
	certificate := made("certificate.json", "attest", "certificate", in("cards"), "--history", in("history.jsonl"), "--key", in("certify.pem"),
		"--as-of", "2026-11-06", "--serial", "7", "--list", "example.nl/1")
	code, _, words = call(t, nil, "attest", "certificate", in("cards"), "--history", in("history.jsonl"), "--key", in("certify.pem"),
		"--as-of", "2026-10-06", "--serial", "7", "--list", "example.nl/1")
	require.Equal(t, 1, code)
	require.Contains(t, words, "does not hold the mark")
	status := made("status.json", "attest", "status", "--certificate", certificate, "--key", in("status.pem"), "--list", "example.nl/1", "--issued", "2026-11-06")
	bundle := made("own.json", "attest", "bundle", "--certificate", certificate, "--scorecards", in("cards"), "--status", status, "--root", next)
	code, v := verifying(t, bundle, "--trust", root, "--company", "kvk:30987654", "--findings", in("months.jsonl"), "--as-of", "2026-11-06")
	require.Zero(t, code, v.failing())
	_, v = verifying(t, made("old.json", "attest", "bundle", "--certificate", certificate, "--scorecards", in("cards"), "--status", status), "--trust", root, "--as-of", "2026-11-06")
	require.Equal(t, []string{"signature unknown-key"}, v.failing(), "the new key is known by the second root only")

	code, out, words := call(t, nil, "attest", "export", certificate)
	require.Zero(t, code, words)
	require.Contains(t, out, "sigstore.bundle.v0.3")
	code, out, words = call(t, nil, "attest", "export", certificate, "--as", "vc+jwt", "--key", in("certify.pem"), "--issuer", "https://issuer.example")
	require.Zero(t, code, words)
	require.Equal(t, 2, strings.Count(out, "."))
	code, _, _ = call(t, nil, "attest", "export", certificate, "--as", "pdf")
	require.Equal(t, 2, code)

	// October is corrected, to the same effect: the certificate still holds;
	// one that was there before the award would have to be counted.
	code, out, words = call(t, nil, "attest", "sign", file(t, "month.json", lines[7]), "--key", in("new.pem"), "--evaluated-at", "2026-11-08", "--series", in("cards"))
	require.Zero(t, code, words)
	known := file(t, "known.jsonl", out)
	code, v = verifying(t, bundle, "--trust", root, "--known", known, "--as-of", "2026-11-06")
	require.Zero(t, code, v.failing())
	_, out, _ = call(t, nil, "attest", "sign", file(t, "month.json", lines[7]), "--key", in("new.pem"), "--evaluated-at", "2026-11-04", "--series", in("cards"))
	_, v = verifying(t, bundle, "--trust", root, "--known", file(t, "known.jsonl", out), "--as-of", "2026-11-06")
	require.Equal(t, []string{"months superseded"}, v.failing())
}

func TestAttestWithoutKey(t *testing.T) {
	months := filepath.Join(t.TempDir(), "months.jsonl")
	require.NoError(t, os.WriteFile(months, []byte(`{"company":{"id":"c"},"month":"2026-11"}`), 0o644))
	code, out, words := call(t, nil, "attest", "sign", months)
	require.Equal(t, 2, code)
	require.Empty(t, out)
	require.Contains(t, words, "--key FILE")
}
