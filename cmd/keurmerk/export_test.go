package main

import (
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/stretchr/testify/require"
)

const exported = `{"company":{"id":"kvk:1"},"month":"2026-11","computers":[{"id":"pc-01","os":"Windows 11","seen":"2026-11-30T08:00:00Z"}],
	"vulnerabilities":[{"id":"CVE-2026-1234","asset_type":"computer","asset":"pc-01","severity":"high","cvss":8.1,"found":"2026-11-03T09:00:00Z","seen":"2026-11-19T09:00:00Z"}],
	"employees":[{"id":"e-zwaluw"}]}`

// What export writes, ingest reads back.
func TestExport(t *testing.T) {
	for _, to := range []string{"ocsf", "sarif"} {
		code, out, words := call(t, strings.NewReader(exported), "export", "--to", to, "-")
		require.Zero(t, code, words)
		require.Empty(t, words)
		require.NotContains(t, out, "zwaluw")
		code, back, words := call(t, nil, "ingest", "--company", "kvk:1", "--month", "2026-11", file(t, "out.json", out))
		require.Zero(t, code, words)
		m, err := finding.Decode(strings.NewReader(back))
		require.NoError(t, err)
		require.Len(t, m.Vulnerabilities, 1)
		require.Equal(t, "pc-01", m.Vulnerabilities[0].Asset)
		require.InDelta(t, 8.1, m.Vulnerabilities[0].CVSS, 0)
		if to == "ocsf" {
			require.Equal(t, "Windows 11", m.Computers[0].OS)
		}
	}
	two := strings.ReplaceAll(exported, "\n", " ") + "\n" + strings.ReplaceAll(strings.Replace(exported, "kvk:1", "kvk:2", 1), "\n", " ") + "\n"
	code, out, _ := call(t, strings.NewReader(two), "export", "--to", "ocsf", "-")
	require.Zero(t, code)
	require.Equal(t, 4, strings.Count(out, "\n"))
	for _, c := range []struct {
		in, says string
		args     []string
	}{
		{two, "of one month", []string{"export", "--to", "sarif", "-"}},
		{exported, `--to ""`, []string{"export", "-"}},
		{exported, `--to "csv"`, []string{"export", "--to", "csv", "-"}},
		{"{", "byte", []string{"export", "--to", "ocsf", "-"}},
		{"", "empty", []string{"export", "--to", "ocsf", "-"}},
		{exported + "\n{", "more behind", []string{"export", "--to", "ocsf", "-"}},
	} {
		code, out, words := call(t, strings.NewReader(c.in), c.args...)
		require.Equal(t, 2, code, words)
		require.Empty(t, out, "nothing is half-written")
		require.Contains(t, words, c.says)
	}
}
