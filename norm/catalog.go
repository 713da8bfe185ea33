package norm

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// Catalog holds the versions of one norm. A month is judged by the version in
// force on its first day; how one version takes over from the one before, each
// says itself:
//
//	effective: {from: 2027-01}
//	transition: {published: 2026-09-15, notice: 3, overlap: 3}
//
// It was published at least notice months before its first month, and for
// overlap months from then on a company that had enrolled before may still pass
// under the version before. A catalog never changes, so it may be used by any
// number of goroutines at once.
type Catalog struct {
	versions []*Norm // in the order of their first months
	rulings  ruling.Versions
	zone     *time.Location
}

// LoadCatalog reads the versions of one norm from a folder: every norm file
// (*.yaml, *.yml) in it, and norm.yaml in each folder in it. Left out are
// drafts, which are not in force, and norms of another id that a version is a
// variant of.
//
// If anything is wrong with a norm, or with one beside another, the error is
// [Faults] with every fault and its place. A version is refused if it begins no
// later than the one before, or in the zone of another, if its own published
// and notice contradict its first month, or if its name says that it is older
// than one whose months it takes: a version is never retroactive.
func LoadCatalog(fsys fs.FS, engines ...Engine) (*Catalog, error) {
	names, err := normFiles(fsys)
	if err != nil {
		return nil, err
	}
	var norms []*Norm
	var faults Faults
	for _, name := range names {
		n, err := Load(fsys, name, engines...)
		found, wrong := errors.AsType[Faults](err)
		switch {
		case wrong:
			faults = append(faults, found...)
		case err != nil:
			return nil, err
		default:
			norms = append(norms, n)
		}
	}
	if len(faults) > 0 {
		faults.Sort()
		return nil, faults
	}
	return NewCatalog(inForce(norms)...)
}

// normFiles are the names of the norm files of a catalog's folder.
func normFiles(fsys fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		ending := strings.ToLower(path.Ext(name))
		switch {
		case strings.HasPrefix(name, "."):
		case e.IsDir():
			inner := path.Join(name, "norm.yaml")
			if _, err := fs.Stat(fsys, inner); err == nil {
				names = append(names, inner)
			}
		case ending == ".yaml" || ending == ".yml":
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, errors.New("the folder holds no norm (*.yaml, or norm.yaml in a folder)")
	}
	return names, nil
}

// inForce leaves out drafts, and norms that others are variants of.
func inForce(norms []*Norm) []*Norm {
	isBase := func(n *Norm) bool {
		return slices.ContainsFunc(norms, func(o *Norm) bool {
			for base := o.base; base != nil; base = base.base {
				if base.id == n.id && base.filesDigest == n.filesDigest && o.id != n.id {
					return true
				}
			}
			return false
		})
	}
	var kept []*Norm
	for _, n := range norms {
		if n.status != Draft && !isBase(n) {
			kept = append(kept, n)
		}
	}
	return kept
}

// NewCatalog makes a catalog of norms that are loaded already. If they are no
// versions of one norm that follow each other the error is [Faults], as
// [LoadCatalog] has it.
func NewCatalog(norms ...*Norm) (*Catalog, error) {
	if len(norms) == 0 {
		return nil, errors.New("no version of the norm is in force: there are only drafts")
	}
	c := &Catalog{versions: slices.SortedFunc(slices.Values(norms), inTime)}
	var faults Faults
	for i, n := range c.versions {
		if i > 0 {
			faults = append(faults, follows(c.versions[i-1], n, c.versions[:i])...)
		}
		c.rulings = append(c.rulings, ruling.Version{ID: n.id, Version: n.version, Digest: n.filesDigest, From: n.from, Until: n.until,
			Overlap: n.overlap, Terms: n.Certification()})
	}
	if len(faults) > 0 {
		faults.Sort()
		return nil, faults
	}
	var err error
	c.zone, err = finding.LoadZone(c.versions[0].zone)
	return c, err
}

// Add gives a catalog with one version more, published at the instant. Besides
// what [NewCatalog] refuses, that is a version published less than its notice
// before its first month, or not before it: the error is [Faults], at its first
// month. So whoever publishes versions can't change what has been judged.
func (c *Catalog) Add(n *Norm, published time.Time) (*Catalog, error) {
	if f, late := n.tooLate(published, n.spots["effective"]); late {
		return nil, Faults{f}
	}
	return NewCatalog(append(slices.Clone(c.versions), n)...)
}

// follows tells what is wrong with a version behind the one before it; all are
// those before it.
func follows(before, n *Norm, all []*Norm) Faults {
	var faults Faults
	wrong := func(at, code, hint, format string, args ...any) {
		f := n.spots[at]
		f.Code, f.Hint, f.Message = code, hint, fmt.Sprintf(format, args...)
		faults = append(faults, f)
	}
	if n.id != before.id {
		wrong("id", "KM-VERSION", "a catalog holds the versions of one norm", "this norm is %q, while %s is a version of %q", n.id, before.file, before.id)
		return faults
	}
	if same := slices.IndexFunc(all, func(o *Norm) bool { return o.version == n.version }); same >= 0 {
		wrong("version", "KM-VERSION", "give each version its own word", "version %q of the norm is in %s too", n.version, all[same].file)
	}
	if n.from == before.from {
		wrong("effective", "KM-RETROACTIVE", fmt.Sprintf("begin in %v or later", n.from+1), "version %q begins in %v, as version %q (%s) does", n.version, n.from, before.version, before.file)
	} else if older(n.version, before.version) {
		wrong("effective", "KM-RETROACTIVE", "", "version %q begins in %v and takes the months of version %q (%s), which is newer by its name", n.version, n.from, before.version, before.file)
	}
	if n.zone != before.zone {
		wrong("timezone", "KM-VERSION", "keep the time zone, so that months neither overlap nor leave a gap", "the months of this version begin in %s, those of version %q in %s", n.zone, before.version, before.zone)
	}
	if !n.published.IsZero() {
		if f, late := n.tooLate(n.published, n.spots["published"]); late {
			faults = append(faults, f)
		}
	}
	return faults
}

// tooLate tells whether the version is published too late for its first month,
// and fills in the fault.
func (n *Norm) tooLate(published time.Time, f Fault) (Fault, bool) {
	zone, err := finding.LoadZone(n.zone)
	if err != nil {
		return f, false // the norm was loaded with it
	}
	on := published.In(zone).Format(time.DateOnly)
	switch {
	case published.After(n.from.Start(zone)):
		f.Code = "KM-RETROACTIVE"
		f.Message = fmt.Sprintf("version %q is published on %s, after its first month (%v) has begun", n.version, on, n.from)
	case published.After((n.from - finding.YearMonth(n.notice)).Start(zone)):
		f.Code = "KM-NOTICE"
		f.Message = fmt.Sprintf("version %q is published on %s, less than %d months before its first month (%v)", n.version, on, n.notice, n.from)
	default:
		return f, false
	}
	first := finding.MonthAt(published, zone) + finding.YearMonth(n.notice)
	if published.After(finding.MonthAt(published, zone).Start(zone)) {
		first++
	}
	f.Hint = fmt.Sprintf("let it begin in %v or later", first)
	return f, true
}

// Late tells of versions that say of themselves that they were published too
// late, as [LoadCatalog] does, among norms that need be no catalog: the faults
// are in the order of the norms.
func Late(norms ...*Norm) []Faults {
	faults := make([]Faults, len(norms))
	for i, n := range norms {
		first := !slices.ContainsFunc(norms, func(o *Norm) bool { return o.id == n.id && o.from < n.from })
		if n.published.IsZero() || first {
			continue
		}
		if f, late := n.tooLate(n.published, n.spots["published"]); late {
			faults[i] = Faults{f}
		}
	}
	return faults
}

var digits = regexp.MustCompile(`\d{1,9}`)

// older tells whether the one name of a version is that of an older one: both
// are the same but for the numbers in them, or one goes on where the other ends.
func older(a, b string) bool {
	shapeA, shapeB := digits.ReplaceAllString(a, "#"), digits.ReplaceAllString(b, "#")
	if !strings.HasPrefix(shapeA, shapeB) && !strings.HasPrefix(shapeB, shapeA) {
		return false
	}
	return slices.Compare(numbers(a), numbers(b)) < 0
}

func numbers(s string) []int {
	var all []int
	for _, part := range digits.FindAllString(s, -1) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil // there are no more than nine digits
		}
		all = append(all, n)
	}
	return all
}

// Versions lists the versions, in the order of their first months.
func (c *Catalog) Versions() []*Norm { return slices.Clone(c.versions) }

// Zone is the IANA name of the time zone in which all versions' months begin.
func (c *Catalog) Zone() string { return c.versions[0].zone }

// Certification gives the versions as package certify takes them.
func (c *Catalog) Certification() []ruling.Version {
	all := slices.Clone(c.rulings)
	for i := range all {
		all[i].Terms.KnockOut = slices.Clone(all[i].Terms.KnockOut)
	}
	return all
}

// At is the version in force on the month's first day: the last whose first
// month has come. Before the first version that is the first, under which no
// month qualifies that is not in its range.
func (c *Catalog) At(m finding.YearMonth) *Norm { return c.versions[c.rulings.At(m)] }

// Before is the version under which the month may be passed besides the one in
// force, during that one's overlap, by a company that enrolled at the instant;
// nil if there is none. Whose enrolment is not known (zero) has none.
func (c *Catalog) Before(m finding.YearMonth, enrolled time.Time) *Norm {
	if i := c.rulings.Before(m, enrolled, c.zone); i >= 0 {
		return c.versions[i]
	}
	return nil
}

// mark prepares the faults that a norm can have beside other versions of it.
func (r *reader) mark(n *Norm) {
	n.spots = map[string]Fault{}
	at := func(keys ...string) *yaml.Node {
		v := r.Root
		for _, key := range keys {
			if v = member(v, key); v == nil {
				return nil
			}
		}
		return v
	}
	for name, node := range map[string]*yaml.Node{"id": at("id"), "version": at("version"), "effective": at("effective", "from"),
		"timezone": at("timezone"), "published": at("transition", "published")} {
		start, end := r.Extent(cmp.Or(node, at("version"), r.Root))
		n.spots[name] = r.File.Fault(start, end, "", "", "")
	}
}
