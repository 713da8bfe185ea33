package attest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	holder   = "kvk:30123456"
	listName = "cyberkeurmerk.nl/status/1"
)

// named gives a key that is the same in every run.
func named(name string) *PrivateKey { return KeyFromSeed(sha256.Sum256([]byte(name))) }

func instantOf(s string) Instant {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return At(t)
}

// scheme makes a bundle that verifies, and lets a test tell one lie at any
// place: before anything is signed, in the bytes that are signed, in who signs,
// in the bundle, or in its text. What is told before signing is signed with the
// right keys, and everything that refers to it follows.
type scheme struct {
	t testing.TB

	roots []*Root
	cards []*ScorecardStatement
	cert  *CertificateStatement
	list  *StatusList
	trust *Trust
	asOf  time.Time

	signers                   map[string][]Signer                // by document: card0, card1, …, cert, list, root0, …
	payload                   map[string]func([]byte) []byte     // changes the bytes before they are signed
	types                     map[string]string                  // payload types
	unlinked                  bool                               // the cards' previous is left as it is
	subjects                  []int                              // the cards on which the certificate rests
	statement                 func(*CertificateStatement)        // after the subjects are known
	entries                   func(*StatusList)                  // after the certificate is known
	witness                   map[string]func(at int64) int64    // when a document was witnessed
	record                    map[string]func(LogEntry) LogEntry // what the log holds of a document
	proof                     map[string]func(string) string     // the proof in the bundle
	cosigners                 map[string][]string                // who cosigned the document's checkpoint
	lastRecord                []byte                             // what was logged last
	logKey, origin, extension string                             // of checkpoints; empty: the honest ones
	order                     []string                           // in which documents are logged; nil: as they were made
	bundle                    func(*Bundle)
	text                      func([]byte) []byte
}

var testNorm = Norm{
	Criteria: []NormCriterion{{"website", false, true, 3000}, {"computers", false, false, 3000}, {"course", true, false, 2000}, {"staff", false, false, 2000}},
	Digest:   Digest([]byte("norm")), From: finding.MonthOf(2026, 1), ID: "test-norm", Version: "1",
	Terms:     NormTerms{CloseDay: 6, Months: 6, Of: 6, ReEarn: 6, Renew: 9, Validity: 12, Zone: "Europe/Amsterdam"},
	Threshold: 8000,
}

// onCase, if it is set, is told which test makes a scheme.
var onCase func(name string)

func tell(t testing.TB) {
	if onCase != nil {
		onCase(t.Name())
	}
}

// newScheme is the honest scheme: statements 3 to 8 of a company, of May to
// October 2026, without a log.
func newScheme(t testing.TB) *scheme {
	tell(t)
	s := &scheme{t: t, asOf: instantOf("2026-11-20T12:00:00Z").Time, subjects: []int{0, 1, 2, 3, 4, 5},
		signers: map[string][]Signer{}, payload: map[string]func([]byte) []byte{}, types: map[string]string{},
		witness: map[string]func(int64) int64{}, record: map[string]func(LogEntry) LogEntry{}, proof: map[string]func(string) string{},
		cosigners: map[string][]string{}}
	s.roots = []*Root{{Issued: instantOf("2026-01-01T00:00:00Z"), Scheme: "cyberkeurmerk.nl", Version: 1,
		Thresholds: Thresholds{Certify: 1, Root: 2, Score: 1, Status: 1}}}
	s.key("score", RoleScore)
	s.key("certify", RoleCertify)
	s.key("status", RoleStatus)
	s.key("root-a", RoleRoot)
	s.key("root-b", RoleRoot)
	s.key("root-c", RoleRoot)
	for i := range 6 {
		s.add(finding.MonthOf(2026, time.Month(5+i)))
	}
	terms := testNorm.Terms.For(TermFirst)
	until, err := terms.until(finding.MonthOf(2026, 10))
	require.NoError(t, err)
	from, err := terms.close(finding.MonthOf(2026, 10))
	require.NoError(t, err)
	s.cert = &CertificateStatement{Type: StatementType, PredicateType: CertificateType, Predicate: Certificate{
		Award: finding.MonthOf(2026, 10), Company: holder, Norm: NormRef{testNorm.Digest, testNorm.ID, testNorm.Version}, Serial: "2026-1",
		Status: StatusRef{listName, 7 * 24 * 3600}, Terms: terms, ValidFrom: from, ValidUntil: until}}
	for _, c := range s.cards {
		s.cert.Predicate.Months = append(s.cert.Predicate.Months, c.Predicate.Month)
	}
	s.list = &StatusList{Issued: instantOf("2026-11-20T00:00:00Z"), List: listName, NextUpdate: instantOf("2026-11-22T00:00:00Z"), Sequence: 14,
		Entries: []StatusEntry{{From: from, Reason: "awarded", Serial: "2026-1", Status: Valid}}}
	s.trust = &Trust{Company: holder, Norms: []Norm{testNorm}}
	return s
}

func (s *scheme) last() *Root { return s.roots[len(s.roots)-1] }

// key adds a key to the last root.
func (s *scheme) key(name string, roles ...Role) {
	k := named(name).Public()
	k.Roles, k.ValidFrom, k.ValidUntil = roles, instantOf("2026-01-01T00:00:00Z"), instantOf("2028-01-01T00:00:00Z")
	s.last().Keys = append(s.last().Keys, k)
	s.last().Sort()
}

// of finds a key in the last root.
func (s *scheme) of(name string) *Key { return s.last().key(named(name).id) }

// rotate adds a root that follows the last one.
func (s *scheme) rotate() *Root {
	next := *s.last()
	next.Keys = append([]Key{}, next.Keys...)
	next.Version++
	next.Issued = instantOf(fmt.Sprintf("2026-%02d-01T00:00:00Z", next.Version))
	s.roots = append(s.roots, &next)
	return &next
}

// add appends the card of a month that earned 9000 points of 10000.
func (s *scheme) add(m finding.YearMonth) *ScorecardStatement {
	zone, err := finding.LoadZone(testNorm.Terms.Zone)
	require.NoError(s.t, err)
	end := (m + 1).Start(zone)
	c := &ScorecardStatement{Type: StatementType, PredicateType: ScorecardType, Predicate: Scorecard{
		AsOf: At(end), Company: holder, Coverage: Coverage{12, 11}, Engine: "keurmerk/0.1.0", EvaluatedAt: At(end.Add(48 * time.Hour)),
		Findings: Digest([]byte("findings of " + m.String())), Month: m, Norm: NormRef{testNorm.Digest, testNorm.ID, testNorm.Version},
		Previous: Digest([]byte("statement 2")), Sequence: 3 + len(s.cards),
		Result: Result{Applicable: 10000, Earned: 9000, Qualifies: true, Score: new(ruling.Points(9000)), Threshold: 8000, Criteria: []Criterion{
			{"website", ruling.Met, 3000, 3000}, {"computers", ruling.Met, 3000, 3000}, {"course", ruling.Unmet, 1000, 2000}, {"staff", ruling.Met, 2000, 2000}}}}}
	c.Subject = []Subject{c.subject()}
	s.cards = append(s.cards, c)
	return c
}

// card is what the card of the i-th month says.
func (s *scheme) card(i int) *Scorecard { return &s.cards[i].Predicate }

// sign puts a document into an envelope, with the document's lies.
func (s *scheme) sign(name string, document Document, signers ...Signer) *Envelope {
	payload, err := encodeCanonical(document)
	require.NoError(s.t, err)
	if change := s.payload[name]; change != nil {
		payload = change(payload)
	}
	e := &Envelope{Payload: payload, PayloadType: document.PayloadType()}
	if other, ok := s.types[name]; ok {
		e.PayloadType = other
	}
	if others, ok := s.signers[name]; ok {
		signers = others
	}
	for _, signer := range signers {
		signature, err := signer.Sign(context.Background(), PAE(e.PayloadType, payload))
		require.NoError(s.t, err)
		e.Signatures = append(e.Signatures, signature)
	}
	return e
}

// build signs everything and gives the bundle.
func (s *scheme) build() *Bundle {
	b := &Bundle{}
	for i, r := range s.roots {
		e := s.sign(fmt.Sprintf("root%d", i), r, named("root-a"), named("root-b"))
		if i > 0 {
			b.Roots = append(b.Roots, *e)
		}
	}
	for i, c := range s.cards {
		if i > 0 && !s.unlinked {
			c.Predicate.Previous = b.Scorecards[i-1].Digest()
		}
		b.Scorecards = append(b.Scorecards, *s.sign(fmt.Sprintf("card%d", i), c, named("score")))
	}
	s.cert.Subject = nil
	for _, i := range s.subjects {
		s.cert.Subject = append(s.cert.Subject, subject(s.cards[i].Predicate.Month.String(), b.Scorecards[i].Digest()))
	}
	if s.statement != nil {
		s.statement(s.cert)
	}
	b.Certificate = *s.sign("cert", s.cert, named("certify"))
	for i := range s.list.Entries {
		s.list.Entries[i].Digest = b.Certificate.Digest()
	}
	if s.entries != nil {
		s.entries(s.list)
	}
	b.Status = s.sign("list", s.list, named("status"))
	if s.last().Log != nil {
		s.log(b)
	}
	if s.bundle != nil {
		s.bundle(b)
	}
	return b
}

// verify builds and verifies.
func (s *scheme) verify() (*Report, error) {
	b := s.build()
	text, err := encodeCanonical(b)
	require.NoError(s.t, err)
	if s.text != nil {
		text = s.text(text)
	}
	if s.trust.Root == nil {
		s.trust.Root = s.roots[0]
	}
	return Verify(text, s.trust, s.asOf)
}

// withLog has the last root name a log with three witnesses, of whom two must
// have cosigned.
func (s *scheme) withLog() {
	p := &LogPolicy{MaxDelay: 24 * 3600, Quorum: 2}
	var err error
	p.Key, err = NoteKey("log.example", named("log").Public(), false)
	require.NoError(s.t, err)
	for _, w := range []string{"w1", "w2", "w3"} {
		key, err := NoteKey(w+".example", named(w).Public(), true)
		require.NoError(s.t, err)
		p.Witnesses = append(p.Witnesses, key)
	}
	s.last().Log = p
}

// log puts every document into a log and proofs into the bundle. Each document
// gets a checkpoint of its own, cosigned an hour after its date.
func (s *scheme) log(b *Bundle) {
	secret := []byte("secret of the log")
	reference := Reference(secret, holder)
	scorecards := make([]*Envelope, len(b.Scorecards))
	for i := range b.Scorecards {
		scorecards[i] = &b.Scorecards[i]
	}
	b.Log = &LogBundle{Reference: reference, Scorecards: make([]string, len(b.Scorecards))}
	tree := &memoryTree{}
	tree.add(s.t, []byte("someone else's"))
	documents := map[string]*document{}
	var order []string
	for i := range b.Scorecards {
		name := fmt.Sprintf("card%d", i)
		documents[name] = &document{envelope: &b.Scorecards[i], role: RoleScore}
		order = append(order, name)
	}
	documents["cert"] = &document{envelope: &b.Certificate, role: RoleCertify}
	documents["list"] = &document{envelope: b.Status, role: RoleStatus}
	order = append(order, "cert", "list")
	if s.order != nil {
		order = s.order
	}
	for _, name := range order {
		d := documents[name]
		d.read()
		entry, err := EntryOf(d.envelope, secret, scorecards)
		if err != nil {
			continue // the verifier won't get so far
		}
		if change := s.record[name]; change != nil {
			entry = change(entry)
		}
		record, err := encodeCanonical(entry)
		require.NoError(s.t, err)
		s.lastRecord = record
		tree.add(s.t, record)
		at := d.issued().Unix() + 3600
		if change := s.witness[name]; change != nil {
			at = change(at)
		}
		proof := s.prove(tree, at, s.cosigners[name])
		if change := s.proof[name]; change != nil {
			proof = change(proof)
		}
		switch d.role {
		case RoleCertify:
			b.Log.Certificate = proof
		case RoleStatus:
			b.Log.Status = proof
		default:
			var i int
			_, err := fmt.Sscanf(name, "card%d", &i)
			require.NoError(s.t, err)
			b.Log.Scorecards[i] = proof
		}
	}
}

// prove gives the proof of the last entry.
func (s *scheme) prove(tree *memoryTree, at int64, cosigners []string) string {
	index := tree.size - 1
	hashes, err := tlog.ProveRecord(tree.size, index, tree)
	require.NoError(s.t, err)
	root, err := tlog.TreeHash(tree.size, tree)
	require.NoError(s.t, err)
	head := &Checkpoint{cmp.Or(s.origin, "log.example"), tree.size, root}
	return (&Proof{index, hashes, s.note(head, at, cosigners)}).Text()
}

// note signs a checkpoint as the log and its witnesses; nil: w1 and w2.
func (s *scheme) note(head *Checkpoint, at int64, cosigners []string) []byte {
	if cosigners == nil {
		cosigners = []string{"w1", "w2"}
	}
	signers := []note.Signer{lineSigner{s.t, "log.example", cmp.Or(s.logKey, "log"), 0}}
	for _, w := range cosigners {
		signers = append(signers, lineSigner{s.t, w + ".example", w, at})
	}
	text, err := note.Sign(&note.Note{Text: head.String() + s.extension}, signers...)
	require.NoError(s.t, err)
	return text
}

// lineSigner signs as a log (at is 0) or as a witness.
type lineSigner struct {
	t         testing.TB
	name, key string
	at        int64
}

func (l lineSigner) Name() string { return l.name }

func (l lineSigner) KeyHash() uint32 {
	vkey, err := NoteKey(l.name, named(l.key).Public(), l.at != 0)
	require.NoError(l.t, err)
	kind := byte(typeLog)
	if l.at != 0 {
		kind = typeWitness
	}
	k, err := parseNoteKey(vkey, kind)
	require.NoError(l.t, err)
	return k.hash
}

func (l lineSigner) Sign(message []byte) ([]byte, error) {
	if l.at == 0 {
		signature, err := named(l.key).Sign(context.Background(), message)
		return signature.Sig, err
	}
	signature, err := named(l.key).Sign(context.Background(), CosignedMessage(message, l.at))
	return append(binary.BigEndian.AppendUint64(nil, uint64(l.at)), signature.Sig...), err
}

// memoryTree is a log in memory.
type memoryTree struct {
	hashes []tlog.Hash
	size   int64
}

func (m *memoryTree) add(t testing.TB, record []byte) {
	more, err := tlog.StoredHashes(m.size, record, m)
	require.NoError(t, err)
	m.hashes, m.size = append(m.hashes, more...), m.size+1
}

func (m *memoryTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = m.hashes[x]
	}
	return out, nil
}

// rehash puts another key hash before the signature on a line.
func rehash(t testing.TB, line string, hash uint32) string {
	data, err := base64.StdEncoding.DecodeString(line)
	require.NoError(t, err)
	binary.BigEndian.PutUint32(data, hash)
	return base64.StdEncoding.EncodeToString(data)
}

// addOrder writes S of a signature in a second way: with the order of the
// group added.
func addOrder(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	little := slices.Clone(sig[32:])
	slices.Reverse(little)
	sum := new(big.Int).Add(new(big.Int).SetBytes(little), order).FillBytes(make([]byte, 32))
	slices.Reverse(sum)
	return append(slices.Clone(sig[:32]), sum...)
}

// notReduced is a point whose y is written as y + p: that of y = 3.
func notReduced() []byte {
	p := make([]byte, 32)
	for i := range p {
		p[i] = 0xff
	}
	p[0], p[31] = 0xf0, 0x7f
	return p
}
