package attest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Verify answers whether the bundle shows that the company holds the mark at
// the instant, and reports every step. The bundle is JSON as [DecodeBundle]
// reads it.
//
// The error is nil if and only if the report is valid. It is a [*StepError]
// naming the first step that failed. Trust that can't be used at all
// (no root, a norm that breaks its rules) is an error without a report.
//
// The first four steps must hold for the rest to be looked at: what nobody
// signed is not read. The others are all done, so that one report tells all.
func Verify(bundle []byte, trust *Trust, asOf time.Time) (*Report, error) {
	if err := trust.check(); err != nil {
		return nil, fmt.Errorf("the trust can't be used: %w", err)
	}
	v := &verification{text: bundle, trust: trust, asOf: asOf.UTC(),
		report: &Report{AsOf: asOf.UTC(), Status: Unknown, Replay: "none", Steps: make([]StepResult, 0, Steps)}}
	for _, step := range []func() (string, error){v.shape, v.signatures, v.types, v.canonical} {
		v.take(step)
	}
	for _, step := range []func() (string, error){v.subject, v.months, v.arithmetic, v.replay, v.dates, v.status, v.log} {
		v.take(step)
	}
	v.remark()
	return v.report, v.verdict()
}

// verification is one bundle on its way through the steps.
type verification struct {
	text   []byte
	trust  *Trust
	asOf   time.Time
	report *Report
	failed *StepError

	bundle    *Bundle
	documents []*document // of the bundle, then the insurer's own
	root      *Root       // the last of those that follow the pinned one
	cert      *Certificate
	cards     []*document // of the bundle, in its order
	known     []*document // of the insurer
	list      *StatusList
	witnessed bool     // witness times have been checked
	notes     []string // for the report
}

// errSkipped ends a step that is not asked for; the text says why.
var errSkipped = errors.New("skipped")

// take does the next step and puts down what became of it.
func (v *verification) take(do func() (string, error)) {
	step := Step(len(v.report.Steps) + 1)
	if v.failed != nil && v.failed.Step <= StepCanonical {
		v.report.Steps = append(v.report.Steps, StepResult{step, Skipped, "", "step " + v.failed.Step.String() + " failed"})
		return
	}
	reason, err := do()
	result := StepResult{Step: step, Result: Pass, Reason: reason}
	if failure, ok := errors.AsType[*StepError](err); ok {
		failure.Step = step
		result.Result, result.Code, result.Reason = Fail, failure.Code, failure.Reason
		if v.failed == nil {
			v.failed = failure
		}
	} else if errors.Is(err, errSkipped) {
		result.Result = Skipped
	}
	v.report.Steps = append(v.report.Steps, result)
}

func (v *verification) verdict() error {
	if v.failed != nil {
		return v.failed
	}
	v.report.Valid = true
	return nil
}

// shape reads the bundle.
func (v *verification) shape() (string, error) {
	b, err := DecodeBundle(v.text)
	if err != nil {
		return "", fault(CodeShape, "%v", err)
	}
	v.bundle, v.documents = b, b.documents()
	for i, e := range v.trust.Known {
		if err := e.check(); err != nil {
			return "", fault(CodeShape, "known scorecard %d: %v", i+1, err)
		}
		v.documents = append(v.documents, &document{name: fmt.Sprintf("known scorecard %d", i+1), envelope: e, role: RoleScore, known: true})
	}
	return fmt.Sprintf("%d bytes: a certificate, %d scorecards, %s, %d roots", len(v.text), len(b.Scorecards),
		map[bool]string{true: "a status list", false: "no status list"}[b.Status != nil], len(b.Roots)), nil
}

// signatures follows the roots, then asks of every document whether enough
// keys with its role signed it, at its own date.
func (v *verification) signatures() (string, error) {
	v.root = v.trust.Root
	for i := range v.bundle.Roots {
		next, err := v.root.Rotate(&v.bundle.Roots[i])
		if err != nil {
			return "", err
		}
		v.root = next
	}
	for _, d := range v.documents {
		keys, err := signersOf(d.envelope, v.root.key)
		if err != nil {
			return "", naming(d.name, err)
		}
		d.read()
		if err := v.entitled(d, keys); err != nil {
			return "", naming(d.name, err)
		}
	}
	return fmt.Sprintf("every document is signed under root %d of %s", v.root.Version, v.root.Scheme), nil
}

// entitled asks whether the keys may sign the document, and are enough.
func (v *verification) entitled(d *document, keys []*Key) error {
	at := d.issued()
	for _, k := range keys {
		if !slices.Contains(k.Roles, d.role) {
			return fault(CodeRole, "the key %.12s… may sign for %v, not for %s", k.KeyID, k.Roles, d.role)
		}
		if at.IsZero() {
			continue // its form is wrong: a later step says how
		}
		if err := k.window(at); err != nil {
			return err
		}
		v.doubt(d, k)
	}
	if need := v.root.Thresholds.of(d.role); len(keys) < need {
		return fault(CodeThreshold, "%d keys signed, the root asks for %d", len(keys), need)
	}
	return nil
}

// naming says which document a failure is about.
func naming(document string, err error) error {
	if failure, ok := errors.AsType[*StepError](err); ok {
		return &StepError{Code: failure.Code, Reason: document + ": " + failure.Reason}
	}
	return err
}

// types sees that nothing stands in another's place.
func (v *verification) types() (string, error) {
	for _, d := range v.documents {
		if err := typed(d); err != nil {
			return "", naming(d.name, err)
		}
	}
	return "every payload is of the type that its place asks for", nil
}

func typed(d *document) error {
	want, predicate := TypeStatement, ""
	switch d.role {
	case RoleScore:
		predicate = ScorecardType
	case RoleCertify:
		predicate = CertificateType
	default:
		want = TypeStatus
	}
	if d.envelope.PayloadType != want {
		return fault(CodePayloadType, "the payload is of type %q, must be %q", clip(d.envelope.PayloadType), want)
	}
	if predicate == "" {
		return nil
	}
	var head struct {
		Type          string `json:"_type"`
		PredicateType string `json:"predicateType"`
	}
	switch err := json.Unmarshal(d.envelope.Payload, &head); {
	case err != nil:
		return nil // no JSON: the next step says so
	case head.Type != StatementType:
		return fault(CodeStatementType, "the statement is of type %q, must be %q", clip(head.Type), StatementType)
	case head.PredicateType != predicate:
		return fault(CodePredicateType, "the predicate is of type %q, must be %q", clip(head.PredicateType), predicate)
	}
	return nil
}

// clip keeps a text of others short in a reason.
func clip(s string) string {
	if len(s) <= 128 {
		return s
	}
	return strings.ToValidUTF8(s[:128], "") + "…"
}

// canonical reads every payload in its one form.
func (v *verification) canonical() (string, error) {
	for _, d := range v.documents {
		if err := v.read(d); err != nil {
			return "", naming(d.name, err)
		}
	}
	v.report.Certificate = v.cert
	return "every payload is its own canonical form", nil
}

// read keeps what the document holds.
func (v *verification) read(d *document) error {
	if form, ok := errors.AsType[*formError](d.err); ok {
		return fault(CodeCanonical, "%v", form)
	}
	switch {
	case d.err != nil:
		return fault(CodeRule, "%v", d.err)
	case d.known:
		v.known = append(v.known, d)
	case d.card != nil:
		v.cards = append(v.cards, d)
	case d.cert != nil:
		v.cert = &d.cert.Predicate
	default:
		v.list = d.list
	}
	return nil
}

// doubt notes what the signature of a key can't show.
func (v *verification) doubt(d *document, k *Key) {
	if k.RevokedAt.IsZero() {
		return
	}
	v.notes = append(v.notes, fmt.Sprintf("%s is signed by the key %.12s…, revoked from %s; that it signed before is shown only by a witness time of the log",
		d.name, k.KeyID, k.RevokedAt.Format(instantLayout)))
}

// remark says what no step can show.
func (v *verification) remark() {
	open := []string{"no signature shows that the findings are true or complete"}
	if v.failed == nil || v.failed.Step > StepCanonical {
		switch {
		case v.report.Replay == "none":
		case v.report.Replay != "full":
			open = append(open, "replay: "+v.report.Replay+"; where findings were not given, outcomes are the issuer's word")
		}
		if v.trust.AnyCompany {
			open = append(open, fmt.Sprintf("no company was named: compare %q with the holder you mean", clip(v.cert.Company)))
		}
		if !v.witnessed {
			open = append(open, "no witness time was checked: dates, and keys at those dates, are judged by the issuer's own word; statements that only others were shown can't be seen")
			open = append(open, v.notes...)
		}
		if len(v.trust.Known) == 0 {
			open = append(open, "no scorecards from elsewhere were given: statements behind the last one of the bundle can't be seen")
		}
		if v.list != nil && v.trust.Seen.Sequence == 0 {
			open = append(open, "no earlier status list was given: an older one within its time can't be told from the last")
		}
	}
	v.report.Open = open
}
