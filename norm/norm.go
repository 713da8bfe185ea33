package norm

import (
	"maps"
	"slices"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// Norm is a checked and compiled norm. It never changes, so it may be used by
// any number of goroutines at once.
type Norm struct {
	id, version string
	status      Status
	title       Texts
	languages   []string
	from, until finding.YearMonth // until 0: open
	zone        string
	scoring     ruling.Scoring
	terms       ruling.Terms
	notice      int
	overlap     int
	published   time.Time // zero: the norm does not say
	criteria    []criterion
	params      map[string]any
	bounds      map[string]Parameter // what a variant may do to each; Name and Value are in params
	lets        map[string]*located
	types       map[string]expr.CustomType
	scope       *expr.Scope
	planned     *planned // the conditions that are judged together
	plain       bool     // nothing is: for comparison
	source      Source   // the modules; none: every condition is CEL
	policy      Policy   // nil without modules
	tests       []Test
	histories   []History
	monotone    []Monotone
	base        *Norm // of a variant
	tailored    []Change
	file        string // as it was given to Load
	places      map[string]Place
	spots       map[string]Fault // faults to be filled in, by what they would be about
	silenced    Faults
	inRange     *Fault // a warning about the range, to be filled in; nil if it is allowed or was not asked for
	manifest    string // the lines of sha256sum for the files
	filesDigest string
	logicDigest string
}

// Status says what a norm may be used for.
type Status string

// The statuses of a norm.
const (
	Active    Status = "active"
	Draft     Status = "draft"     // a card judged under it says so
	Withdrawn Status = "withdrawn" // likewise
)

// Texts is one text in several languages, by language: "nl", "en".
type Texts map[string]string

// In gives the text in the language or, if there is none, in another, so that
// what there is gets shown: the first in alphabetical order.
func (t Texts) In(language string) string {
	if s, ok := t[language]; ok {
		return s
	}
	for _, l := range slices.Sorted(maps.Keys(t)) {
		return t[l]
	}
	return ""
}

// Criterion is what people read of a criterion, and what it weighs.
type Criterion struct {
	ID         string
	Weight     ruling.Points
	Required   bool   // knock-out: the month can't qualify while it is not met
	Subject    string // website, computer, employee, …; may be empty
	Audience   string // who can act: it, hr, web or director; may be empty
	Effort     int    // 1 (minutes) to 5 (a project); 0 if the norm does not say
	Title      Texts
	Met        Texts // what it says when it is met
	Remedy     Texts // what to do when it is not
	References []string
}

// ID names the norm across its versions.
func (n *Norm) ID() string { return n.id }

// Version is the norm's own word for this version.
func (n *Norm) Version() string { return n.version }

// Status tells whether the norm is active, a draft or withdrawn.
func (n *Norm) Status() Status { return n.status }

// Title is the norm's name for people.
func (n *Norm) Title() Texts { return maps.Clone(n.title) }

// Languages are those in which every text exists, in the norm's order.
func (n *Norm) Languages() []string { return slices.Clone(n.languages) }

// Zone is the IANA name of the time zone in which the norm's months begin.
func (n *Norm) Zone() string { return n.zone }

// Effective tells whether the month lies in the norm's range.
func (n *Norm) Effective(m finding.YearMonth) bool {
	return m >= n.from && (n.until == 0 || m <= n.until)
}

// Scoring is how verdicts become a score.
func (n *Norm) Scoring() ruling.Scoring { return n.scoring }

// Certification gives the terms under which months earn the mark.
func (n *Norm) Certification() ruling.Terms {
	t := n.terms
	t.KnockOut = slices.Clone(t.KnockOut)
	return t
}

// Criteria lists the criteria in the norm's order.
func (n *Norm) Criteria() []Criterion {
	all := make([]Criterion, len(n.criteria))
	for i, c := range n.criteria {
		all[i] = c.Criterion
		all[i].Title, all[i].Met, all[i].Remedy = maps.Clone(c.Title), maps.Clone(c.Met), maps.Clone(c.Remedy)
		all[i].References = slices.Clone(c.References)
	}
	return all
}

// Files is the digest of the norm's files, "sha256:" and 64 hex digits: the
// SHA-256 of what this prints in the norm's folder, its files in path order:
//
//	sha256sum norm.yaml website.rego
//
// So anyone can tell it in a shell, with one more | sha256sum. Cards carry it.
func (n *Norm) Files() string { return n.filesDigest }

// Manifest is what sha256sum prints for the norm's files: a line each, in path
// order, of 64 hex digits, two spaces and the path from the norm's folder. The
// files are the norm file, its modules, and if it is a variant its base with
// the base's own files. [Norm.Files] is the SHA-256 of this text.
func (n *Norm) Manifest() string { return n.manifest }

// Logic is the digest of what the norm demands: ids, weights, parameters,
// threshold, terms and conditions. Layout, comments, texts and tests don't
// change it, so it tells whether two norms judge alike.
func (n *Norm) Logic() string { return n.logicDigest }

// Tests are the tests that the norm file carries.
func (n *Norm) Tests() []Test { return slices.Clone(n.tests) }

// Histories are the tests of the certification block that the file carries.
func (n *Norm) Histories() []History { return slices.Clone(n.histories) }

// Monotone names the lists of which the norm says that a record less, or a
// lighter one, never lowers the score.
func (n *Norm) Monotone() []Monotone { return slices.Clone(n.monotone) }

// Silenced are the warnings that a comment in the norm file allows, with a
// reason, and that [Check] therefore does not give; sorted by place.
func (n *Norm) Silenced() Faults { return slices.Clone(n.silenced) }
