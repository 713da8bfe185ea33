package attest

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// Each rule that a document must keep by itself, broken alone, is told.
func TestRules(t *testing.T) {
	tell(t)
	fresh := func() *scheme {
		s := newScheme(t)
		s.withLog()
		s.build()
		return s
	}
	cards := map[string]func(*ScorecardStatement){
		"_type":                  func(c *ScorecardStatement) { c.Type = "x" },
		"predicateType":          func(c *ScorecardStatement) { c.PredicateType = "x" },
		"one subject":            func(c *ScorecardStatement) { c.Subject[0].Digest.SHA256 = "x" },
		"company is":             func(c *ScorecardStatement) { c.Predicate.Company = "" },
		"engine is":              func(c *ScorecardStatement) { c.Predicate.Engine = strings.Repeat("x", 513) },
		"asOf or":                func(c *ScorecardStatement) { c.Predicate.AsOf = Instant{} },
		"asOf or evaluatedAt":    func(c *ScorecardStatement) { c.Predicate.EvaluatedAt = Instant{} },
		"norm is \"\"":           func(c *ScorecardStatement) { c.Predicate.Norm.ID = "" },
		"norm is \"test-norm\"":  func(c *ScorecardStatement) { c.Predicate.Norm.Version = "" },
		"sequence is 0":          func(c *ScorecardStatement) { c.Predicate.Sequence = 0 },
		"sequence is 2147483649": func(c *ScorecardStatement) { c.Predicate.Sequence = maxCount + 1 },
		"revision is 2147483649": func(c *ScorecardStatement) { c.Predicate.Revision = maxCount + 1 },
		"coverage is -1 of 1":    func(c *ScorecardStatement) { c.Predicate.Coverage = Coverage{1, -1} },
		"coverage is 0 of 2":     func(c *ScorecardStatement) { c.Predicate.Coverage = Coverage{maxCount + 1, 0} },
		"1001 criteria": func(c *ScorecardStatement) {
			c.Predicate.Result.Criteria = make([]Criterion, maxCriteria+1)
		},
	}
	for says, do := range cards {
		c := fresh().cards[0]
		require.NoError(t, c.Check())
		do(c)
		require.ErrorContains(t, c.Check(), says)
		_, err := c.Encode()
		require.Error(t, err)
	}
	certs := map[string]func(*CertificateStatement){
		"company is":              func(c *CertificateStatement) { c.Predicate.Company = "" },
		"121 months":              func(c *CertificateStatement) { c.Predicate.Months = make([]finding.YearMonth, 121) },
		"121 subjects":            func(c *CertificateStatement) { c.Subject = make([]Subject, 121) },
		"subject 1":               func(c *CertificateStatement) { c.Subject[0].Digest.SHA256 = "" },
		"status.list":             func(c *CertificateStatement) { c.Predicate.Status.List = "" },
		"maxAgeSeconds is 2":      func(c *CertificateStatement) { c.Predicate.Status.MaxAge = maxCount + 1 },
		"closeDay is 0":           func(c *CertificateStatement) { c.Predicate.Terms.CloseDay = 0 },
		"closeDay is 29":          func(c *CertificateStatement) { c.Predicate.Terms.CloseDay = 29 },
		"0 of 6":                  func(c *CertificateStatement) { c.Predicate.Terms.Months = 0 },
		"6 of 5":                  func(c *CertificateStatement) { c.Predicate.Terms.Of = 5 },
		"6 of 121":                func(c *CertificateStatement) { c.Predicate.Terms.Of = 121 },
		"terms.term":              func(c *CertificateStatement) { c.Predicate.Terms.Term = "" },
		"validity is -1":          func(c *CertificateStatement) { c.Predicate.Terms.Validity = -1 },
		"validity is 121":         func(c *CertificateStatement) { c.Predicate.Terms.Validity = 121 },
		"zone is \"\"":            func(c *CertificateStatement) { c.Predicate.Terms.Zone = "" },
		"validFrom is missing":    func(c *CertificateStatement) { c.Predicate.ValidFrom = Instant{} },
		"validUntil is not after": func(c *CertificateStatement) { c.Predicate.ValidUntil = c.Predicate.ValidFrom },
	}
	for says, do := range certs {
		c := fresh().cert
		do(c)
		require.ErrorContains(t, c.Check(), says)
		_, err := c.Encode()
		require.Error(t, err)
	}
	lists := map[string]func(*StatusList){
		"list is":                  func(l *StatusList) { l.List = "" },
		"sequence is 0":            func(l *StatusList) { l.Sequence = 0 },
		"sequence is 2147483649":   func(l *StatusList) { l.Sequence = maxCount + 1 },
		"issued is missing":        func(l *StatusList) { l.Issued = Instant{}; l.Entries = l.Entries[:0] },
		"or none at all":           func(l *StatusList) { l.Entries = nil },
		"more than 8192":           func(l *StatusList) { l.Entries = make([]StatusEntry, MaxEntries+1) },
		"serial \"\"":              func(l *StatusList) { l.Entries[0].Serial = "" },
		"or digest \"\"":           func(l *StatusList) { l.Entries[0].Digest = "" },
		"reason is":                func(l *StatusList) { l.Entries[0].Reason = "two words" },
		"from is missing":          func(l *StatusList) { l.Entries[0].From = Instant{} },
		"from is missing or not":   func(l *StatusList) { l.Entries[0].Until = l.Entries[0].From },
		"it is not in order":       func(l *StatusList) { l.Entries = append(l.Entries, l.Entries[0]); l.Entries[1].Serial = "2026-0" },
		"begin where the one befo": func(l *StatusList) { l.Entries = append(l.Entries, l.Entries[0]) },
	}
	for says, do := range lists {
		l := fresh().list
		do(l)
		require.ErrorContains(t, l.Check(), says)
		_, err := l.Encode()
		require.Error(t, err)
	}
	l := fresh().list
	l.Entries = append(l.Entries, l.Entries[0], l.Entries[0])
	l.Entries[1].Serial, l.Entries[2].Serial = "2026-2", "2026-3"
	require.NoError(t, l.Check(), "several certificates")
	require.Len(t, l.of("2026-1"), 1)
	require.Len(t, l.of("2026-2"), 1)
	require.Empty(t, l.of("2026-4"))
	roots := map[string]func(*Root){
		"issued is missing":                            func(r *Root) { r.Issued = Instant{} },
		"scheme is \"a b\"":                            func(r *Root) { r.Scheme = "a b" },
		"more than 256 keys":                           func(r *Root) { r.Keys = make([]Key, MaxKeys+1) },
		"validFrom is missing":                         func(r *Root) { r.Keys[0].ValidFrom = Instant{} },
		"roles [root zzz]":                             func(r *Root) { r.Keys[0].Roles = []Role{RoleRoot, "zzz"} },
		"3 of 3 witnesses, maxDelaySeconds 0":          func(r *Root) { r.Log.Quorum, r.Log.MaxDelay = 3, 0 },
		"2 of 3 witnesses, maxDelaySeconds 2147483649": func(r *Root) { r.Log.MaxDelay = maxCount + 1 },
		"quorum is 4 of 3":                             func(r *Root) { r.Log.Quorum = 4 },
		"quorum is 2 of 33":                            func(r *Root) { r.Log.Witnesses = make([]string, MaxWitnesses+1) },
		"is not a key":                                 func(r *Root) { r.Log.Key = "x" },
		"\"y\" is not a key":                           func(r *Root) { r.Log.Witnesses[0] = "y" },
	}
	for says, do := range roots {
		r := fresh().last()
		do(r)
		require.ErrorContains(t, r.Check(), says)
		_, err := r.Encode()
		require.Error(t, err)
	}
	norms := map[string]func(*Norm){
		"1001 criteria": func(n *Norm) { n.Criteria = make([]NormCriterion, maxCriteria+1) },
		"0 of 6":        func(n *Norm) { n.Terms.Months = 0 },
		"6 of 121":      func(n *Norm) { n.Terms.Of = 121 },
		"\"Mars\"":      func(n *Norm) { n.Terms.Zone = "Mars" },
	}
	for says, do := range norms {
		n := testNorm
		do(&n)
		require.ErrorContains(t, n.check(), says)
		text, err := n.Encode()
		require.NoError(t, err)
		_, err = DecodeNorm(text)
		require.ErrorContains(t, err, says)
	}
	_, err := DecodeNorm(make([]byte, MaxPayload+1))
	require.ErrorContains(t, err, "larger")
	_, err = DecodeEnvelope(make([]byte, 2*MaxPayload+1))
	require.ErrorContains(t, err, "larger")
}

// Texts and numbers that are written in one way only.
func TestParsers(t *testing.T) {
	tell(t)
	var i Instant
	for _, bad := range []string{``, `"`, `x"2026-11-06T00:00:00Z"`, `"2026-11-06T00:00:00Zx`, `2026-11-06T00:00:00Z`, `"1969-12-31T23:59:59Z"`, `"2026-11-06T00:00:00.5Z"`, `"2026-11-06"`} {
		require.Error(t, i.UnmarshalJSON([]byte(bad)), bad)
	}
	require.NoError(t, i.UnmarshalJSON([]byte(`"1970-01-01T00:00:00Z"`)))
	for _, bad := range []time.Time{time.Unix(-1, 0), time.Unix(253402300800, 0), time.Unix(0, 1)} {
		_, err := Instant{bad}.MarshalText()
		require.Error(t, err)
	}
	s := newScheme(t)
	s.withLog()
	proof := s.build().Log.Certificate
	good, err := ParseProof(proof)
	require.NoError(t, err)
	for _, bad := range []string{proofHead, proofHead + "\n\nx", proofHead + "\nx 1\n\nx", proofHead + "\n1\n\nx", proofHead + "\nindex x\n\nx", proofHead + "\nindex 1\n\r" + strings.Repeat("A", 43) + "=\n\nx",
		proof + strings.Repeat("x", MaxProof), proofHead + "\nindex 1\nAAAA\n\nx", proofHead + "\nindex 99999999999999999999\n\nx", proofHead + "\nindex 1"} {
		_, err := ParseProof(bad)
		require.Error(t, err, bad)
	}
	text, _, _ := strings.Cut(string(good.Checkpoint), "\n\n")
	text += "\n"
	head, err := ParseCheckpoint(text)
	require.NoError(t, err)
	for _, bad := range []string{"", "\n\n\n", "log\n1\n", text + "x\n", text[:len(text)-1], "\n1\n" + head.Hash.String() + "\n", "log\nx\n" + head.Hash.String() + "\n", "log\n1\nAAAA\n", "log\n1\n!\n",
		"log\n1\n" + head.Hash.String() + "\nx", "log\n-1\n" + head.Hash.String() + "\n"} {
		_, err := ParseCheckpoint(bad)
		require.Error(t, err, bad)
	}
	other := *head
	other.Origin = "other"
	require.ErrorContains(t, other.Extends(head, nil), "does not continue")
	empty := &Checkpoint{Origin: head.Origin}
	require.NoError(t, head.Extends(empty, nil))
	require.Error(t, head.Extends(empty, tlog.TreeProof{{}}))
	require.ErrorContains(t, empty.Extends(head, nil), "0 entries")
	require.NoError(t, head.Extends(head, nil))
	same := *head
	same.Hash[0] ^= 1
	require.ErrorContains(t, same.Extends(head, nil), "two histories")

	honest := LogEntry{NoCompany, Digest(nil), "status", 1}
	_, err = honest.Record()
	require.NoError(t, err)
	for _, bad := range []LogEntry{{"", Digest(nil), "status", 1}, {NoCompany, "", "status", 1}, {NoCompany, Digest(nil), "", 1}, {NoCompany, Digest(nil), "status", 0}, {NoCompany, Digest(nil), "status", maxCount + 1}} {
		_, err := bad.Record()
		require.Error(t, err)
	}
	vkey := s.last().Log.Key
	parts := strings.SplitN(vkey, "+", 3)
	for _, bad := range []string{"", "a", "a+b", "+" + parts[1] + "+" + parts[2], "a b+" + parts[1] + "+" + parts[2], parts[0] + "+" + parts[1] + "+!", parts[0] + "+" + parts[1] + "+AQ==", parts[0] + "+00000000+" + parts[2]} {
		_, err := parseNoteKey(bad, typeLog)
		require.Error(t, err, bad)
	}
	for _, data := range [][]byte{append([]byte{typeLog}, make([]byte, 32)...), append([]byte{typeLog}, make([]byte, 33)...), named("a").key.Public().(ed25519.PublicKey)} {
		_, err := parseNoteKey(fmt.Sprintf("a+%08x+%s", noteHash("a", data), base64.StdEncoding.EncodeToString(data)), typeLog)
		require.Error(t, err, "the hash is right, the key is not")
	}
	data := append([]byte{typeLog}, named("a").key.Public().(ed25519.PublicKey)...)
	_, err = parseNoteKey(fmt.Sprintf("a b+%08x+%s", noteHash("a b", data), base64.StdEncoding.EncodeToString(data)), typeLog)
	require.Error(t, err)
	data = append(data, 0)
	_, err = parseNoteKey(fmt.Sprintf("a+%08x+%s", noteHash("a", data), base64.StdEncoding.EncodeToString(data)), typeLog)
	require.Error(t, err)
	_, err = NoteKey("a+b", named("a").Public(), false)
	require.ErrorContains(t, err, "plus")
	_, err = NoteKey("a", Key{}, false)
	require.Error(t, err)
	_, ok := cosignedAt(make([]byte, 71))
	require.False(t, ok)
	require.False(t, (&noteKey{kind: typeWitness, key: named("a").key.Public().(ed25519.PublicKey)}).Verify(nil, nil))
}

// What is issued is checked before it is signed.
func TestIssue(t *testing.T) {
	tell(t)
	c := &card.Card{Company: holder, Month: finding.MonthOf(2026, 5), Norm: card.Norm{ID: "n", Version: "1", Digest: Digest(nil), Effective: true},
		Findings: card.Findings{Digest: Digest(nil)}, Engine: "e", Earned: 8000, Applicable: 10000, Score: new(ruling.Points(8000)), Threshold: 8000, Measured: 10000, Qualifies: true,
		Criteria: []card.Criterion{{ID: "a", Weight: 8000, Points: 8000, Outcome: ruling.Met}, {ID: "b", Weight: 2000, Outcome: ruling.Unmet}}}
	at := instantOf("2026-06-01T00:00:00Z")
	issue := func(do func(*card.Card)) (*ScorecardStatement, error) {
		changed := *c
		do(&changed)
		return CardStatement(&changed, Coverage{}, at, at, Place{Sequence: 1})
	}
	s, err := issue(func(*card.Card) {})
	require.NoError(t, err)
	require.Equal(t, holder+"/2026-05", s.Subject[0].Name)
	_, err = issue(func(c *card.Card) { c.Threshold = 9000 })
	require.ErrorIs(t, err, ErrWaivers)
	_, err = issue(func(c *card.Card) { c.Score = nil })
	require.ErrorIs(t, err, ErrWaivers)
	_, err = issue(func(c *card.Card) { c.Threshold, c.Qualifies = 9000, false })
	require.NoError(t, err)
	_, err = issue(func(c *card.Card) { c.Earned++ })
	require.ErrorContains(t, err, "earned is 8001")
	_, err = issue(func(c *card.Card) { c.Findings.Digest = "x" })
	require.ErrorContains(t, err, "findings")

	m, err := finding.DecodeBytes([]byte(`{"company":{"id":"c"},"month":"2026-11","websites":[{"id":"a.example","scanned":"2026-11-03"},{"id":"b.example","scanned":"2026-10-03"},{"id":"c.example","retired":"2026-11-01"}],
		"computers":[{"id":"pc","seen":"2026-11-30"},{"id":"mac"}]}`))
	require.NoError(t, err)
	coverage, err := CoverageOf(m)
	require.NoError(t, err)
	require.Equal(t, Coverage{AssetsExpected: 4, AssetsScanned: 2}, coverage)
	_, err = CoverageOf(&finding.Month{Zone: "Mars"})
	require.Error(t, err)

	var series Series
	e, err := Sign(context.Background(), s, named("score"))
	require.NoError(t, err)
	require.NoError(t, series.Append(e))
	require.Equal(t, Place{2, 1, e.Digest()}, series.Next(c.Month))
	require.Equal(t, Place{2, 0, e.Digest()}, series.Next(c.Month+1))
	require.ErrorContains(t, series.Append(e), "sequence 1")
	_, err = Sign(context.Background(), s)
	require.ErrorContains(t, err, "no signature")
	_, err = Sign(context.Background(), &ScorecardStatement{}, named("score"))
	require.Error(t, err)
	_, err = NewCertificate(Award{Scorecards: []*Envelope{{Payload: []byte("x")}}})
	require.ErrorContains(t, err, "scorecard 1")

	b := newScheme(t).build()
	first, err := FirstEntry(&b.Certificate)
	require.NoError(t, err)
	require.Equal(t, b.Certificate.Digest(), first.Digest)
	_, err = FirstEntry(b.Status)
	require.Error(t, err)
	_, err = EntryOf(&b.Certificate, nil, nil)
	require.ErrorContains(t, err, "are not given")
	_, err = EntryOf(&b.Certificate, nil, []*Envelope{e})
	require.ErrorContains(t, err, "are not given")
	_, err = EntryOf(&Envelope{Payload: []byte("x")}, nil, nil)
	require.Error(t, err)
	entry, err := EntryOf(&b.Certificate, nil, []*Envelope{&b.Scorecards[0], &b.Scorecards[5], e})
	require.NoError(t, err)
	require.Equal(t, 8, entry.Sequence)
	proofs := map[string]string{b.Certificate.Digest(): "p", b.Status.Digest(): "p"}
	for i := range b.Scorecards {
		require.ErrorContains(t, b.Prove(NoCompany, proofs), fmt.Sprintf("scorecard %d", i+1))
		proofs[b.Scorecards[i].Digest()] = "p"
	}
	require.NoError(t, b.Prove(NoCompany, proofs))
	b.Scorecards = nil
	_, err = b.JSON()
	require.Error(t, err)
	_, err = DecodeStatusEntry([]byte(`{"x":1}`))
	require.Error(t, err)
}
