package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Issuer and two insurers keep a log by commands; what comes of it verifies,
// and a second history is not cosigned.
func TestLogCommands(t *testing.T) {
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
	text := func(name string) string {
		data, err := os.ReadFile(in(name))
		require.NoError(t, err)
		return strings.TrimSpace(string(data))
	}
	for _, key := range []string{"root", "issuer", "log", "w1", "w2"} {
		made(key+".pub", "attest", "key", "--out", in(key+".pem"))
	}
	require.NoError(t, os.WriteFile(in("secret"), []byte("sixteen bytes or more"), 0o600))
	made("log.key", "log", "key", "log.example", in("log.pub"))
	made("w1.key", "log", "key", "w1.example", in("w1.pub"), "--witness")
	made("w2.key", "log", "key", "w2.example", in("w2.pub"), "--witness")
	root := made("root.json", "attest", "root", "--scheme", "example.nl", "--issued", "2026-01-01", "--add", "root="+in("root.pub"),
		"--add", "score,certify,status="+in("issuer.pub"), "--sign", in("root.pem"),
		"--log", text("log.key"), "--witness", text("w1.key"), "--witness", text("w2.key"), "--quorum", "2")

	log := []string{"--store", in("log.jsonl"), "--name", "log.example", "--key", in("log.pem")}
	secret := []string{"--secret", in("secret")}
	// seen adds statements, has both insurers cosign the head, and keeps the
	// proofs of those that are new.
	seen := func(at string, statements ...string) {
		add := append([]string{"log", "add"}, statements...)
		made("head", append(append(add, log...), secret...)...)
		for _, w := range []string{"w1", "w2"} {
			from := "0"
			if state, err := os.ReadFile(in(w + ".seen")); err == nil {
				from = strings.Split(string(state), "\n")[1]
			}
			made("extension", append([]string{"log", "extension", in("head"), "--from", from}, log...)...)
			made("head", "log", "witness", in("head"), "--state", in(w+".seen"), "--proof", in("extension"), "--log", text("log.key"),
				"--name", w+".example", "--key", in(w+".pem"), "--at", at)
		}
		prove := append([]string{"log", "prove", "--checkpoint", in("head")}, statements...)
		code, out, words := call(t, nil, append(append(prove, log...), secret...)...)
		require.Zero(t, code, words)
		old, _ := os.ReadFile(in("proofs"))
		require.NoError(t, os.WriteFile(in("proofs"), append(old, out...), 0o600))
	}
	months := strings.SplitAfter(text("months.jsonl"), "\n")[2:8]
	var cards strings.Builder
	for i, month := range months {
		day := "2026-" + []string{"06", "07", "08", "09", "10", "11"}[i] + "-03"
		args := []string{"attest", "sign", file(t, "month.json", month), "--key", in("issuer.pem"), "--evaluated-at", day}
		if i > 0 {
			args = append(args, "--series", in("cards"))
		}
		_, out, words := call(t, nil, args...)
		require.NotEmpty(t, out, words)
		cards.WriteString(out)
		require.NoError(t, os.WriteFile(in("cards"), []byte(cards.String()), 0o600))
		seen(day+"T12:00:00Z", in("cards"))
	}
	certificate := made("certificate.json", "attest", "certificate", in("cards"), "--history", in("history.jsonl"), "--key", in("issuer.pem"),
		"--as-of", "2026-11-06", "--serial", "7", "--list", "example.nl/1")
	status := made("status.json", "attest", "status", "--certificate", certificate, "--key", in("issuer.pem"), "--list", "example.nl/1", "--issued", "2026-11-06")
	seen("2026-11-06T01:00:00Z", in("cards"), certificate, status)
	bundle := made("own.json", "attest", "bundle", "--certificate", certificate, "--scorecards", in("cards"), "--status", status, "--proofs", in("proofs"))
	code, v := verifying(t, bundle, "--trust", root, "--company", "kvk:30987654", "--as-of", "2026-11-06T06:00:00Z")
	require.Zero(t, code, v.failing())
	require.Equal(t, "pass", v.Steps[10].Result)
	without := made("without.json", "attest", "bundle", "--certificate", certificate, "--scorecards", in("cards"), "--status", status)
	_, v = verifying(t, without, "--trust", root, "--as-of", "2026-11-06T06:00:00Z")
	require.Equal(t, []string{"log log-missing"}, v.failing())

	// The issuer starts its log anew, without the first statement.
	require.NoError(t, os.Rename(in("log.jsonl"), in("old.jsonl")))
	_, second, _ := strings.Cut(text("cards"), "\n")
	made("other", append(append([]string{"log", "add", file(t, "cards", second)}, log...), secret...)...)
	code, out, words := call(t, nil, "log", "witness", in("other"), "--state", in("w1.seen"), "--log", text("log.key"), "--name", "w1.example", "--key", in("w1.pem"))
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Contains(t, words, "does not continue")
	for _, args := range [][]string{
		{"log", "add", in("cards")},
		append([]string{"log", "add", in("cards"), "--secret", file(t, "short", "short")}, log...),
		append(append([]string{"log", "prove", in("cards"), "--checkpoint", in("head")}, log...), secret...),
		{"log", "witness", in("head")},
		{"log", "key", "two words", in("w1.pub")},
	} {
		code, out, _ := call(t, nil, args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, out)
	}
}
