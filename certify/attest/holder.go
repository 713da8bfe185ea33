package attest

import (
	"fmt"
	"slices"
)

// subject asks whether the documents are about the insurer's company, under
// norms that the insurer accepts, and about what they say they are about.
func (v *verification) subject() (string, error) {
	company := v.trust.Company
	if v.trust.AnyCompany {
		company = v.cert.Company
	}
	if v.cert.Company != company {
		return "", fault(CodeCompany, "the certificate is of %q, asked about is %q", clip(v.cert.Company), company)
	}
	if v.norm(v.cert.Norm) == nil {
		return "", fault(CodeNorm, "the certificate's norm %q %q (%s) is not accepted", clip(v.cert.Norm.ID), clip(v.cert.Norm.Version), v.cert.Norm.Digest)
	}
	for _, d := range slices.Concat(v.cards, v.known) {
		if err := v.about(&d.card.Predicate, company); err != nil {
			return "", naming(d.name, err)
		}
		if len(d.card.Subject) != 1 || d.card.Subject[0] != d.card.subject() {
			return "", fault(CodeSubject, "%s: its subject is not its company, month and findings", d.name)
		}
	}
	return fmt.Sprintf("%s, under norm %s %s", company, v.cert.Norm.ID, v.cert.Norm.Version), nil
}

func (v *verification) about(s *Scorecard, company string) error {
	if s.Company != company {
		return fault(CodeCompany, "it is of %q, asked about is %q", clip(s.Company), company)
	}
	n := v.norm(s.Norm)
	switch {
	case n == nil || s.Norm.ID != v.cert.Norm.ID:
		return fault(CodeNorm, "its norm %q %q (%s) is not accepted for this certificate", clip(s.Norm.ID), clip(s.Norm.Version), s.Norm.Digest)
	case s.Result.Qualifies && !n.inForce(s.Month):
		return fault(CodeNormMonth, "norm %s %s is not in force in %s", n.ID, n.Version, s.Month)
	}
	return nil
}

// norm finds the insurer's own copy of the norm; nil if it is not accepted.
func (v *verification) norm(ref NormRef) *Norm {
	i := slices.IndexFunc(v.trust.Norms, func(n Norm) bool {
		return n.ID == ref.ID && n.Digest == ref.Digest && n.Version == ref.Version
	})
	if i < 0 {
		return nil
	}
	return &v.trust.Norms[i]
}
