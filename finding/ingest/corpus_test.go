package ingest_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/stretchr/testify/require"
)

// row is a file of the corpus with what its tool counts in it.
type row struct {
	tool, file   string
	native, dojo string
	data         []byte
}

// corpus reads real outputs of real tools, which are not part of this project.
func corpus(t *testing.T) []row {
	folder := os.Getenv("KEURMERK_CORPUS")
	if folder == "" {
		folder = "../../../shared/corpus"
	}
	manifest, err := os.ReadFile(filepath.Join(folder, "MANIFEST.tsv"))
	if os.IsNotExist(err) {
		t.Skipf("no corpus of real outputs at %s; KEURMERK_CORPUS says where one is", folder)
	}
	require.NoError(t, err)
	var rows []row
	for line := range strings.Lines(string(manifest)) {
		cells := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if cells[0] == "format" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, cells[1]))
		require.NoError(t, err)
		rows = append(rows, row{cells[0], cells[1], cells[9], cells[10], data})
	}
	require.NotEmpty(t, rows)
	return rows
}

// others are files of a tool that are no vulnerabilities, or nothing at all.
var others = map[string]bool{
	"nuclei/scb__empty-test.jsonl":               true,
	"wazuh/wazuh__sca_delta_ubuntu.json":         true,
	"wazuh/wazuh__sca_delta_windows.json":        true,
	"wazuh/wazuh__sca_full_ubuntu.json":          true,
	"wazuh/wazuh__syscollector_sync_debian.json": true,
}

// Each format is recognised, and no file of another tool is taken for it.
func TestDetectCorpus(t *testing.T) {
	for _, row := range corpus(t) {
		format, rest, err := ingest.Detect(bytes.NewReader(row.data))
		want := ""
		if _, ours := ingest.Find(row.tool); ours && !others[row.file] {
			want = row.tool
		}
		require.Equal(t, want, format.Name, row.file)
		require.Equal(t, want == "", err != nil)
		var whole bytes.Buffer
		_, err = whole.ReadFrom(rest)
		require.NoError(t, err)
		require.Equal(t, len(row.data), whole.Len(), "looking at the head loses nothing")
	}
}

var counted = regexp.MustCompile(`(?:records|items|hits)=(\d+)`)

// The tools' own counts: every record is a vulnerability or skipped for a
// reason; none gets lost.
func TestCountsCorpus(t *testing.T) {
	fmt.Printf("%-50s %8s %8s %8s %8s  %s\n", "file", "records", "findings", "skipped", "merged", "by DefectDojo")
	read := 0
	for _, row := range corpus(t) {
		format, ours := ingest.Find(row.tool)
		if !ours || others[row.file] {
			continue
		}
		batch, err := format.Read(bytes.NewReader(row.data), reader.Asset("pc-01"))
		require.NoError(t, err, row.file)
		read++
		want, err := strconv.Atoi(counted.FindStringSubmatch(row.native)[1])
		require.NoError(t, err)
		partial := 0
		for _, s := range batch.Skipped {
			if strings.HasPrefix(s.Reason, "partial") {
				partial++
			}
		}
		require.Equal(t, want, len(batch.Vulnerabilities)+len(batch.Skipped)-partial, row.file)
		require.Empty(t, batch.Complete, "nobody stated that the output is complete")
		for _, w := range batch.Websites {
			require.True(t, w.Scanned.IsZero(), row.file)
		}
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 12)}
		_, err = m.Add(batch)
		require.NoError(t, err, row.file)
		fmt.Printf("%-50s %8d %8d %8d %8d  %s\n", row.file, want, len(batch.Vulnerabilities), len(batch.Skipped)-partial, len(m.Vulnerabilities), row.dojo)
		severities(t, row, batch)
	}
	require.Positive(t, read)
}

// severities compares the counts by severity with the tool's own words.
func severities(t *testing.T, row row, batch finding.Batch) {
	got := map[string]int{}
	for _, v := range batch.Vulnerabilities {
		got[v.Severity.String()]++
	}
	for word, severity := range map[string]string{"critical": "critical", "high": "high", "medium": "medium", "low": "low", "info": "none"} {
		m := regexp.MustCompile(`(?i)\b` + word + `=(\d+)`).FindStringSubmatch(row.native)
		if m == nil || len(batch.Skipped) > 0 {
			continue
		}
		want, err := strconv.Atoi(m[1])
		require.NoError(t, err)
		require.Equal(t, want, got[severity], "%s: %s", row.file, severity)
	}
}

// A file cut off anywhere is an error, or has fewer findings; it never has
// more, and never completes anything.
func TestTruncatedCorpus(t *testing.T) {
	for _, row := range corpus(t) {
		format, ours := ingest.Find(row.tool)
		if !ours || others[row.file] {
			continue
		}
		whole, err := format.Read(bytes.NewReader(row.data))
		require.NoError(t, err)
		for i := range 200 {
			cut := len(row.data) * i / 200
			batch, err := format.Read(bytes.NewReader(row.data[:cut]))
			if err == nil {
				require.LessOrEqual(t, len(batch.Vulnerabilities), len(whole.Vulnerabilities), "%s cut at %d", row.file, cut)
			}
			require.Empty(t, batch.Complete)
		}
	}
}
