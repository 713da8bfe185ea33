// Package readertest states the laws that every reader keeps, for the tests
// and fuzz targets of readers.
//
//	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, tool.Read, data, cut) })
//	readertest.Truncate(t, tool.Read, data, 20)
package readertest

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Read is what every reader offers.
type Read func(r io.Reader, opts ...reader.Option) (finding.Batch, error)

// Options are given to a reader under test: an asset, a moment and a salt, so
// that nothing is left out for the lack of one, and no statement of
// completeness.
func Options() []reader.Option {
	return []reader.Option{
		reader.Asset("pc-01"), reader.Salt([]byte("0123456789abcdef")),
		reader.Taken(time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)), reader.Zone(time.UTC),
	}
}

// Laws holds a reading of the data, and of its first cut bytes, against what
// is true of every reader: it ends; an error leaves nothing half-read; a batch
// can be added to a month, or only holds what is later; no address of a person
// leaves it; and a cut output is never cleaner.
func Laws(t *testing.T, read Read, data []byte, cut int) {
	t.Helper()
	whole, err := read(bytes.NewReader(data), Options()...)
	if err != nil {
		empty(t, whole)
		return
	}
	addable(t, whole)
	if cut >= 0 && cut < len(data) {
		Cut(t, read, data, cut, whole)
	}
}

// Truncate cuts the data at n places by chance, the same ones each time.
func Truncate(t *testing.T, read Read, data []byte, n int) {
	t.Helper()
	whole, err := read(bytes.NewReader(data), Options()...)
	if err != nil {
		t.Fatalf("the whole can't be read: %v", err)
	}
	chance := uint64(len(data))
	for range n {
		chance = chance*6364136223846793005 + 1442695040888963407 // Knuth's linear congruence
		Cut(t, read, data, int(chance>>33)%len(data), whole)
	}
}

// Cut holds what is read of the first cut bytes against the whole: an error, or
// no more findings and nothing scanned or complete.
func Cut(t *testing.T, read Read, data []byte, cut int, whole finding.Batch) {
	t.Helper()
	cut = min(cut, len(data))
	if len(bytes.TrimRight(data[:cut], " \t\r\n\x00")) == len(bytes.TrimRight(data, " \t\r\n\x00")) {
		return // only white space is missing
	}
	part, err := read(bytes.NewReader(data[:cut]), Options()...)
	if err != nil {
		empty(t, part)
		return
	}
	if found, all := len(part.Vulnerabilities), len(whole.Vulnerabilities); found > all {
		t.Fatalf("cut at %d: %d findings of %d", cut, found, all)
	}
	if len(part.Complete) > 0 {
		t.Fatalf("cut at %d: it is complete for %v", cut, part.Complete)
	}
	for _, w := range part.Websites {
		if !w.Scanned.IsZero() {
			t.Fatalf("cut at %d: %s was scanned", cut, w.ID)
		}
	}
}

func empty(t *testing.T, b finding.Batch) {
	t.Helper()
	if b.Source != "" || len(b.Websites)+len(b.Computers)+len(b.Vulnerabilities)+len(b.Employees)+len(b.Complete)+len(b.Skipped) > 0 {
		t.Fatalf("something is left of an output that can't be read: %+v", b)
	}
}

func addable(t *testing.T, b finding.Batch) {
	t.Helper()
	if b.Source == "" {
		t.Fatal("the batch names no source")
	}
	m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 12)}
	if _, err := m.Add(b); err != nil {
		t.Fatalf("no month takes it: %v", err)
	}
	for _, e := range m.Employees {
		pseudonym(t, e.ID)
	}
	for _, p := range m.Phishing {
		pseudonym(t, p.Employee)
	}
	for _, c := range m.Courses {
		pseudonym(t, c.Employee)
	}
	for _, q := range m.Questionnaires {
		pseudonym(t, q.Employee)
	}
}

// pseudonym tells whether the key is empty, for the company, or hashed.
func pseudonym(t *testing.T, key string) {
	t.Helper()
	if key != "" && (len(key) != 32 || strings.Trim(key, "0123456789abcdef") != "") {
		t.Fatalf("the key %q is no hash", key)
	}
}
