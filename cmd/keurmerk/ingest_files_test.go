package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/stretchr/testify/require"
)

// write puts a file into a folder, which is made if need be.
func write(t *testing.T, folder, name string, data []byte) string {
	path := filepath.Join(folder, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

const (
	site     = `{"template-id":"git-config","info":{"name":"Git Config","severity":"medium"},"host":"https://www.korenaar.example","timestamp":"2026-11-04T08:00:00Z"}`
	listed   = `[{"hostIdentifier":"PC-01","name":"os_version","unixTime":1795428108,"columns":{"name":"Ubuntu"}}]`
	zapMonth = `{"@programName":"ZAP","@version":"2.16.0","@generated":"WHEN","created":"WHENZ","site":[{"@name":"https://www.korenaar.example","@host":"www.korenaar.example","@port":"443","@ssl":"true","alerts":[ALERTS]}]}`
	alert    = `{"pluginid":"ID","alertRef":"ID","alert":"A","name":"A","riskcode":"1","confidence":"2","riskdesc":"Low (Medium)","desc":"<p>d</p>","instances":[{"uri":"https://www.korenaar.example","method":"GET"}],"count":"1","solution":"s","reference":"","cweid":"1","wascid":"1","sourceid":"1"}`
)

// Every output in a folder and in the folders in it is taken; what is hidden
// or of no tool is passed over, and named.
func TestIngestFolder(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "web/nuclei.jsonl.gz", gzipped(t, site))
	write(t, folder, "inventory.json", []byte(listed))
	write(t, folder, "staff.json", []byte(`{"company":{"id":"c","name":"De Korenaar"},"month":"2026-11","employees":[{"id":"e-1"}]}`))
	write(t, folder, "none.json", nil)
	write(t, folder, "packed.json.gz", gzipped(t, `{"company":{"id":"c"},"month":"2026-11","employees":[{"id":"e-2"}]}`))
	write(t, folder, "README.txt", []byte("what is in here\n"))
	write(t, folder, ".git/nuclei.jsonl", []byte(strings.ReplaceAll(site, "korenaar", "hidden")))
	write(t, folder, ".hidden.json", []byte("{"))
	if socket, err := net.Listen("unix", filepath.Join(folder, "s")); err == nil { // would be read for ever, or not at all
		defer socket.Close()
	}
	code, out, words := call(t, nil, "ingest", "--from", "auto", "--company", "c", "--month", "2026-11", folder)
	require.Zero(t, code, words)
	require.Contains(t, words, "README.txt: passed over")
	require.Contains(t, words, "none.json: passed over: the format of the output is not known: it is empty")
	m, err := finding.Decode(strings.NewReader(out))
	require.NoError(t, err)
	require.Equal(t, "De Korenaar", m.Company.Name)
	require.Len(t, m.Computers, 1)
	require.Len(t, m.Vulnerabilities, 1)
	require.Len(t, m.Employees, 2)

	cutMonth := string(gzipped(t, `{"company":{"id":"c"},"month":"2026-11"}`))
	for _, torn := range []string{site[:len(site)-5], `{"company":{"id":"c"},"month":"2026-11","websites":[{"id":"a"`, cutMonth[:len(cutMonth)-6]} {
		write(t, folder, "web/torn.json", []byte(torn))
		code, out, words = call(t, nil, "ingest", "--company", "c", "--month", "2026-11", folder)
		require.Equal(t, 2, code, "an output that is cut off is not passed over")
		require.Empty(t, out)
		require.Contains(t, words, "torn.json")
	}
}

func gzipped(t *testing.T, text string) []byte {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return packed.Bytes()
}

// What a later scan no longer reports is fixed, and fixed once, in whatever
// order the files are given.
func TestIngestOrder(t *testing.T) {
	folder := t.TempDir()
	scan := func(when string, ids ...string) string {
		var alerts []string
		for _, id := range ids {
			alerts = append(alerts, strings.ReplaceAll(alert, "ID", id))
		}
		return write(t, folder, when[:10]+".json", []byte(strings.NewReplacer("WHEN", when, "ALERTS", strings.Join(alerts, ",")).Replace(zapMonth)))
	}
	files := []string{scan("2026-11-03T08:00:00", "10020", "10038"), scan("2026-11-10T08:00:00", "10038"), scan("2026-11-17T08:00:00", "10021")}
	want := ""
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}} {
		args := []string{"ingest", "--company", "c", "--month", "2026-11"}
		for _, i := range order {
			args = append(args, files[i])
		}
		code, out, words := call(t, nil, args...)
		require.Zero(t, code, words)
		if want == "" {
			want = out
			require.Contains(t, out, `"fixed":"2026-11-10T`)
			require.Contains(t, out, `"fixed":"2026-11-17T`)
		}
		require.Equal(t, want, out, "%v", order)
	}
}

// One real output of each tool in a folder makes one month, which is scored;
// given one by one, backwards, they make the same.
func TestIngestCorpus(t *testing.T) {
	real := os.Getenv("KEURMERK_CORPUS")
	if real == "" {
		real = filepath.Join(root, "..", "shared", "corpus")
	}
	if _, err := os.Stat(filepath.Join(real, "MANIFEST.tsv")); err != nil {
		t.Skipf("no corpus of real outputs at %s; KEURMERK_CORPUS says where one is", real)
	}
	folder, files := t.TempDir(), []string(nil)
	taken := map[string]bool{}
	require.NoError(t, filepath.WalkDir(real, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		format, _, err := ingest.Detect(bytes.NewReader(data))
		if err != nil || taken[format.Name] {
			return nil
		}
		taken[format.Name] = true
		files = append(files, write(t, folder, format.Name+filepath.Ext(path), data))
		return nil
	}))
	require.Greater(t, len(files), 15)
	salt := file(t, "salt", "0123456789abcdef")
	args := []string{"ingest", "--from", "auto", "--company", "kvk:1", "--month", "2026-11", "--salt", salt, "--asset", "pc-01", "--taken", "2026-11-30"}
	code, out, words := call(t, nil, append(args, folder)...)
	require.Zero(t, code, words)
	backwards := args
	for i := range files {
		backwards = append(backwards, files[len(files)-1-i])
	}
	code, again, words := call(t, nil, backwards...)
	require.Zero(t, code, words)
	require.Equal(t, out, again)
	code, card, words := call(t, nil, "score", "--format", "json", file(t, "month.json", out))
	require.Zero(t, code, words)
	var scored struct {
		Findings struct {
			Digest string
			Count  int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(card), &scored))
	require.Greater(t, scored.Findings.Count, 100)
}
