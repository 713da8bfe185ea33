package certify

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Versions are the versions of one norm in the order of their first months, as
// a catalog of package norm gives them. A run may span them:
//
//   - A month is judged by the version in force on its first day: the last
//     whose first month has come. Before the first version there is only that.
//   - During a version's overlap, a company that had enrolled before the
//     version's first month may pass under the version before it too. Who
//     enrolled, or enrolled again, later is judged by the new one alone.
//   - A card, or an outcome with the digest of a version, that was judged
//     under any other version is as if it had not been filed. An outcome
//     without a digest counts as it stands.
//   - The terms that a month closes under hold until the next close.
//
// A mark that was given without an end keeps it under terms that have one; a
// term that ends under terms without one is renewed without an end.
type Versions []ruling.Version

// one is a norm of which there is only one version, and any card is taken as
// judged under it.
func one(terms ruling.Terms) Versions { return Versions{{Terms: terms}} }

// VersionError says which version of a norm can't be used.
type VersionError struct {
	Version string
	Err     error
}

// Error names the version.
func (e *VersionError) Error() string { return fmt.Sprintf("version %q: %v", e.Version, e.Err) }

// Unwrap gives the reason.
func (e *VersionError) Unwrap() error { return e.Err }

// Check reports the first version that can't follow the one before it, or
// whose terms can't be used, as a [*VersionError]; nil if all can.
func (v Versions) Check() error {
	if len(v) == 0 {
		return fmt.Errorf("there is no version of the norm")
	}
	for i := range v {
		if err := v.checkOne(i); err != nil {
			if len(v) == 1 && v[0].ID == "" {
				return err
			}
			return &VersionError{v[i].Version, err}
		}
	}
	return nil
}

func (v Versions) checkOne(i int) error {
	is := &v[i]
	if err := is.Terms.Check(); err != nil {
		return err
	}
	if i == 0 {
		return nil
	}
	switch before := &v[i-1]; {
	case is.ID == "" || is.ID != before.ID:
		return fmt.Errorf("it is of the norm %q, the one before it of %q", is.ID, before.ID)
	case is.From <= before.From:
		return fmt.Errorf("it begins in %v, not after version %q, which begins in %v", is.From, before.Version, before.From)
	case is.Terms.Zone != before.Terms.Zone:
		return fmt.Errorf("its months begin in the zone %s, those of version %q in %s", is.Terms.Zone, before.Version, before.Terms.Zone)
	}
	return nil
}

// Whether an entry was judged under one of the versions.
const (
	anyVersion   = -1 // it does not say, or there is only one
	otherVersion = -2 // under none of them
)

// judged is the index of the version under which the entry was judged.
func (v Versions) judged(e *Entry) int {
	if v[0].ID == "" || e.Card == nil && e.NormDigest == "" {
		return anyVersion
	}
	for i := range v {
		if e.Card == nil && e.NormDigest == v[i].Digest ||
			e.Card != nil && e.Card.Norm.ID == v[i].ID && e.Card.Norm.Version == v[i].Version {
			return i
		}
	}
	return otherVersion
}

// filed is what was filed for a month: an outcome as such, or one for each
// version that judged it.
type filed struct {
	outright Outcome // empty if a version judged
	under    []underVersion
}

type underVersion struct {
	version int
	outcome Outcome
}

// replace takes in an entry recorded later.
func (f filed) replace(version int, out Outcome) filed {
	if version == anyVersion {
		return filed{outright: out}
	}
	for i := range f.under {
		if f.under[i].version == version {
			f.under[i].outcome = out
			return f
		}
	}
	return filed{under: append(f.under, underVersion{version, out})}
}

// outcome is what the month comes to under the version in force, or the one
// before if that may be used and is the one passed, or the only one filed.
func (f filed) outcome(now, before int) Outcome {
	if f.outright != "" {
		return f.outright
	}
	out := Missing
	for _, u := range f.under {
		switch {
		case u.version == now && out != Pass:
			out = u.outcome
		case u.version == before && (u.outcome == Pass || !f.has(now)):
			out = u.outcome
		}
	}
	return out
}

func (f filed) has(version int) bool {
	for _, u := range f.under {
		if u.version == version {
			return true
		}
	}
	return false
}
