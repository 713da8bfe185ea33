package attest

import (
	"fmt"
)

// The bounds of a bundle, so that reading one takes bounded time and memory
// whatever it holds.
const (
	MaxBundle     = 16 << 20 // bytes of JSON
	MaxScorecards = 240      // twenty years
	MaxRoots      = 64
	MaxProof      = 16 << 10 // bytes of one proof of the log
)

// Bundle is all that an insurer receives: the certificate, the scorecards it
// rests on with all that lie between them in the company's series, the status
// list, roots that follow the pinned one, and proofs from the log.
type Bundle struct {
	Certificate Envelope   `json:"certificate"`
	Log         *LogBundle `json:"log,omitempty"`
	Roots       []Envelope `json:"roots,omitempty"` // version N+1, N+2, … of the pinned root N
	Scorecards  []Envelope `json:"scorecards"`      // in order of sequence, without a gap
	Status      *Envelope  `json:"status,omitempty"`
}

// LogBundle proves that the statements stand in the log. A proof is a text in
// the format of https://c2sp.org/tlog-proof.
type LogBundle struct {
	Certificate string   `json:"certificate"`
	Reference   string   `json:"reference"`  // of the company in this log: 64 hex digits
	Scorecards  []string `json:"scorecards"` // as many as the bundle has
	Status      string   `json:"status,omitempty"`
}

// DecodeBundle reads a bundle strictly and keeps it within its bounds. It says
// nothing about whether it holds: [Verify] does.
func DecodeBundle(text []byte) (*Bundle, error) {
	if len(text) > MaxBundle {
		return nil, fmt.Errorf("the bundle is larger than %d bytes", MaxBundle)
	}
	var b Bundle
	if err := decodeSame(text, &b); err != nil {
		return nil, fmt.Errorf("the bundle can't be read: %w", err)
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	return &b, nil
}

func (b *Bundle) check() error {
	if len(b.Scorecards) == 0 || len(b.Scorecards) > MaxScorecards {
		return fmt.Errorf("the bundle has %d scorecards, must have 1 to %d", len(b.Scorecards), MaxScorecards)
	}
	if len(b.Roots) > MaxRoots {
		return fmt.Errorf("the bundle has more than %d roots", MaxRoots)
	}
	for _, d := range b.documents() {
		if err := d.envelope.check(); err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	for i := range b.Roots {
		if err := b.Roots[i].check(); err != nil {
			return fmt.Errorf("root %d: %w", i+1, err)
		}
	}
	if b.Log == nil {
		return nil
	}
	if len(b.Log.Scorecards) != len(b.Scorecards) || !isHash(b.Log.Reference) || (b.Log.Status != "") != (b.Status != nil) {
		return fmt.Errorf("the log's part does not have a reference and one proof for each document")
	}
	for _, proof := range append([]string{b.Log.Certificate, b.Log.Status}, b.Log.Scorecards...) {
		if len(proof) > MaxProof {
			return fmt.Errorf("a proof is larger than %d bytes", MaxProof)
		}
	}
	return nil
}

// JSON writes the bundle, members in name order, without white space.
func (b *Bundle) JSON() ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	return encodeCanonical(b)
}

// Prove puts the log's proofs into the bundle: by digest of the statement, one
// for each. The reference is that of the company.
func (b *Bundle) Prove(reference string, proofs map[string]string) error {
	l := &LogBundle{Reference: reference, Scorecards: make([]string, len(b.Scorecards))}
	into := []*string{&l.Certificate}
	for i := range l.Scorecards {
		into = append(into, &l.Scorecards[i])
	}
	into = append(into, &l.Status)
	for i, d := range b.documents() {
		proof, there := proofs[d.envelope.Digest()]
		if !there {
			return fmt.Errorf("%s: there is no proof of %s", d.name, d.envelope.Digest())
		}
		*into[i] = proof
	}
	b.Log = l
	return b.check()
}

// document is an envelope of a bundle, by the name under which reports speak
// of it, and the role that must have signed it. One of the last three is what
// it holds, or err says why none is.
type document struct {
	name     string
	envelope *Envelope
	role     Role
	known    bool // it is the insurer's own

	cert *CertificateStatement
	card *ScorecardStatement
	list *StatusList
	err  error
}

// documents lists the bundle's envelopes but for its roots: certificate,
// scorecards, status. They are not read yet.
func (b *Bundle) documents() []*document {
	all := make([]*document, 0, len(b.Scorecards)+2)
	all = append(all, &document{name: "the certificate", envelope: &b.Certificate, role: RoleCertify})
	for i := range b.Scorecards {
		all = append(all, &document{name: fmt.Sprintf("scorecard %d", i+1), envelope: &b.Scorecards[i], role: RoleScore})
	}
	if b.Status != nil {
		all = append(all, &document{name: "the status list", envelope: b.Status, role: RoleStatus})
	}
	return all
}

// read decodes the payload as what the role signs.
func (d *document) read() {
	switch d.role {
	case RoleScore:
		d.card, d.err = DecodeScorecard(d.envelope.Payload)
	case RoleCertify:
		d.cert, d.err = DecodeCertificate(d.envelope.Payload)
	default:
		d.list, d.err = DecodeStatus(d.envelope.Payload)
	}
}

// issued is when the document says it was issued; the zero instant if it could
// not be read.
func (d *document) issued() Instant {
	switch {
	case d.card != nil:
		return d.card.Predicate.EvaluatedAt
	case d.cert != nil:
		return d.cert.Predicate.ValidFrom
	case d.list != nil:
		return d.list.Issued
	}
	return Instant{}
}
