package rego_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// alone takes out what the twin's files share.
var alone = strings.NewReplacer("import data.cyberkeurmerk.shared", "", "shared.website_scanned", "input.company.active",
	`shared.open_on("website")`, "input.vulnerabilities", `shared.open_on("computer")`, "input.vulnerabilities")

// Randomly damaged modules: none panics or takes a second, every refusal has
// a place inside the file and words of its own, and what is let through is
// judged.
func TestDamagedModules(t *testing.T) {
	names, err := filepath.Glob("testdata/twin/*.rego")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	var texts []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		_, body, found := strings.Cut(string(data), "\npackage ")
		require.True(t, found)
		_, body, _ = strings.Cut(body, "\n")
		texts = append(texts, "package x\n"+alone.Replace(body))
	}
	random := rand.New(rand.NewPCG(7, 7))
	month := small()
	refused, judged := 0, 0
	for range often(1000, 20_000) {
		text := damaged(random, texts)
		n, faults, err := checkFile(text)
		require.NoError(t, err)
		started := time.Now() // a second time, since the first may have waited for others
		_, _, err = checkFile(text)
		require.NoError(t, err)
		lines := strings.Count(text, "\n") + 1
		for _, f := range only(faults) {
			require.NotContains(t, f.Message, "panic", text)
			require.NotEqual(t, "KM-REGO", f.Code, "%v\n%s", f, text)
			require.True(t, f.Line >= 1 && f.Line <= lines && f.Column >= 1 && (f.EndLine > f.Line || f.EndColumn >= f.Column), "%v\n%s", f, text)
		}
		if faults.Failed() {
			refused++
		} else {
			verdicts, err := n.Judge(t.Context(), month)
			require.NoError(t, err)
			require.NotContains(t, verdicts[0].Reason, "broke off", text)
			judged++
		}
		require.Less(t, time.Since(started), time.Second, text)
	}
	require.Positive(t, refused)
	require.Positive(t, judged)
	t.Logf("%d refused, %d judged", refused, judged)
}

// damaged takes a text and removes, doubles, swaps or inserts a part of it a
// few times.
func damaged(random *rand.Rand, texts []string) string {
	text := texts[random.IntN(len(texts))]
	bits := []string{"(", ")", "[", "]", "{", "}", ":=", "=", "==", "if", "else", "not", "some", "every", "in", "contains", "input", "data", ".", ",", "|",
		"\"", "`", "é", "\t", "\n", "0", "1.5", "_", "with", "as", "default", "import", "package", "x", "v", "-", "/", "&", "null", "true", "met", "#", "\r", ";", ":", "set()", "{}", "[]"}
	for range 1 + random.IntN(3) {
		at := random.IntN(len(text) + 1)
		to := min(len(text), at+random.IntN(12))
		switch random.IntN(4) {
		case 0:
			text = text[:at] + text[to:]
		case 1:
			text = text[:to] + text[at:]
		case 2:
			text = text[:at] + " " + bits[random.IntN(len(bits))] + " " + text[at:]
		case 3:
			other := texts[random.IntN(len(texts))]
			from := random.IntN(len(other))
			text = text[:at] + other[from:min(len(other), from+random.IntN(40))] + text[to:]
		}
	}
	return text
}
