package norm

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// Change is one thing that a variant sets more strictly than its base.
type Change struct {
	Path     string // parameters.NAME, score.threshold or criteria.ID.required
	From, To string // as a norm file writes the values: 5, 80%, true
	Because  string // the reason that the variant gives
	Line     int    // where it stands in the variant's file
}

// Base is the norm that this one is a variant of, as it is without the
// changes; nil if it is no variant.
func (n *Norm) Base() *Norm { return n.base }

// Tailored lists what a variant sets otherwise than its base, in the order of
// its file.
func (n *Norm) Tailored() []Change { return slices.Clone(n.tailored) }

// File is the name under which the norm's file was read. The tests of a
// variant's base stand in another file than its own.
func (n *Norm) File() string { return n.file }

const (
	maxBases = 4  // a scheme, its country, its sector, its region; bounds the time of loading
	maxHints = 20 // unknown paths for which a likely one is looked for
)

// isVariant tells whether the file starts from another norm, or is meant to. A
// file with criteria that only tailors is read as a norm of its own, with that
// one fault.
func (r *reader) isVariant() bool {
	if member(r.Root, "extends") != nil {
		return true
	}
	if r.Root.Kind != yaml.MappingNode || member(r.Root, "criteria") != nil {
		return false
	}
	for i := 0; i+1 < len(r.Root.Content); i += 2 {
		switch diag.Nearest(r.Root.Content[i].Value, shape.Variant) {
		case "extends", "tailor":
			return true
		}
	}
	return false
}

// variant reads a file that starts from another norm: all that it does not
// say is its base's.
func (r *reader) variant(n *Norm) {
	all := slices.Concat(shape.Norm.Required(), shape.Norm.Optional())
	needed := slices.DeleteFunc(slices.Clone(shape.VariantRequired), func(key string) bool { return key == "tailor" }) // asked for at extends
	m := r.mapping(r.Root, "a variant", needed, all)
	if m == nil {
		return
	}
	m.shape = &shape.Norm
	for _, key := range m.order {
		if !slices.Contains(shape.Variant, key.Value) && slices.Contains(all, key.Value) {
			r.Report(key, "KM-VARIANT", "remove it, or write a norm of its own, without extends and tailor", "a variant takes %q from its base", key.Value)
		}
	}
	file, extends := n.file, m.key("extends")
	if extends == nil {
		return // reported as missing
	}
	base := r.base(m.values["extends"])
	if base != nil {
		*n = *base
		n.params, n.criteria = maps.Clone(base.params), slices.Clone(base.criteria)
		n.tests, n.histories, n.monotone = nil, nil, nil
		n.base, n.tailored, n.file = base, nil, file
	}
	r.variantTop(m, n, base)
	switch tailor := m.values["tailor"]; {
	case tailor == nil:
		r.Report(extends, "KM-MISSING-KEY", "add tailor: with what it sets otherwise", "extends goes with tailor: a variant that changes nothing is its base")
	default:
		r.tailor(tailor, n)
	}
	if base == nil {
		return // what the rest means depends on it
	}
	r.recompile(extends, n)
	r.tests(m, n)
	if v := m.values["histories"]; v != nil {
		r.histories(v, n)
	}
}

// recompile hands the base's modules to their engine with the parameters of
// the variant.
func (r *reader) recompile(extends *yaml.Node, n *Norm) {
	at := slices.IndexFunc(r.engines, func(e Engine) bool { return e.Extension() == moduleExtension })
	if n.policy == nil || at < 0 {
		return
	}
	n.source.Parameters = n.params
	policy, faults := r.engines[at].Compile(n.source)
	if n.policy = policy; policy == nil {
		why := "its parameters do not fit"
		if len(faults) > 0 {
			why = faults[0].Message
		}
		r.Report(extends, "KM-EXTENDS", "", "the modules of the base can't be used with these changes: %s", why)
	}
}

// variantTop reads what a variant says of itself. Nothing of it may make a
// month count that does not count under the base.
func (r *reader) variantTop(m *members, n, base *Norm) {
	with := func(key string, read func(v *yaml.Node)) {
		if v := m.values[key]; v != nil {
			read(v)
		}
	}
	r.number(m, "keurmerk", 0)
	with("id", func(v *yaml.Node) {
		n.id, _ = r.id(v, "id")
		if base != nil && n.id == base.id {
			r.Report(v, "KM-DUPLICATE", "give the variant an id of its own", "%q is the id of the base", n.id)
		}
	})
	with("version", func(v *yaml.Node) { n.version, _ = r.text(v, "version") })
	with("status", func(v *yaml.Node) { r.variantStatus(v, m, n) })
	if base == nil {
		return
	}
	r.languages = base.languages
	with("title", func(v *yaml.Node) { n.title = r.texts(v, "title") })
	with("effective", func(v *yaml.Node) {
		n.from, n.until = 0, 0
		r.effective(v, n)
		r.withinBase(v, n, base)
	})
}

func (r *reader) variantStatus(v *yaml.Node, m *members, n *Norm) {
	before := n.status
	n.status = Status(r.word(m, "status"))
	if n.status == Active && before != Active && before != "" {
		r.Report(v, "KM-LOOSENS", "remove it", "a variant of a norm that is %s can't be active", before)
	}
}

// withinBase refuses a range of months that reaches beyond the base's.
func (r *reader) withinBase(v *yaml.Node, n, base *Norm) {
	m := r.anyMapping(v, "effective")
	if m == nil || n.from == 0 {
		return
	}
	if n.from < base.from {
		r.Report(m.values["from"], "KM-LOOSENS", fmt.Sprintf("write %v or later", base.from), "from (%v) lies before that of the base (%v)", n.from, base.from)
	}
	until := m.values["until"]
	switch {
	case base.until == 0 || n.until != 0 && n.until <= base.until:
	case until == nil:
		r.Report(v, "KM-LOOSENS", fmt.Sprintf("add until: %v", base.until), "the base ends in %v, and so must its variant", base.until)
	case n.until > base.until:
		r.Report(until, "KM-LOOSENS", fmt.Sprintf("write %v or earlier", base.until), "until (%v) lies behind that of the base (%v)", n.until, base.until)
	}
}

var logicShape = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// base reads the norm that extends names and holds it against its digest. It
// is nil if it can't be used; what is wrong in it is reported in its own file.
func (r *reader) base(v *yaml.Node) *Norm {
	m := r.shaped(v, &shape.Extends)
	if m == nil || m.values["file"] == nil {
		return nil
	}
	file := m.values["file"]
	text := r.beside(file, "the base", source.MaxBytes)
	if text == nil {
		return nil
	}
	folder := path.Dir(file.Value)
	text = source.New(path.Join(r.files.dir, file.Value), text.Text)
	chain := append(slices.Clone(r.chain), r.File.Name)
	switch {
	case slices.Contains(chain, text.Name):
		r.Report(file, "KM-EXTENDS", "name another norm", "%s extends itself", strings.Join(append(chain[slices.Index(chain, text.Name):], text.Name), " extends "))
		return nil
	case len(chain) > maxBases:
		r.Report(file, "KM-EXTENDS", "extend one of its bases", "a norm has at most %d bases, one behind the other", maxBases)
		return nil
	}
	b := &reader{Document: source.Parse(text), engines: r.engines, chain: chain, files: &files{r.files.fsys, path.Join(r.files.dir, folder), map[string][]byte{path.Base(file.Value): []byte(text.Text)}}}
	n := b.read(text.Name)
	for name, data := range b.files.read {
		r.files.read[path.Join(folder, name)] = data
	}
	if n == nil {
		r.bases = append(r.bases, b.Faults...)
		return nil
	}
	r.inherited = b
	if logic := m.values["logic"]; logic != nil {
		r.pinned(logic, n)
	}
	return n
}

// pinned holds the base against the digest that the variant was made for.
func (r *reader) pinned(v *yaml.Node, base *Norm) {
	want, ok := r.scalar(v, "logic")
	switch {
	case !ok || want == base.logicDigest:
	case !logicShape.MatchString(want):
		r.Report(v, "KM-DIGEST", "write "+base.logicDigest, "logic must be the base's digest: sha256: and 64 hex digits")
	default:
		r.Report(v, "KM-BASE-MOVED", "see what changed in it, then write "+base.logicDigest, "%s is not the norm that this variant was made for: its logic is %s", base.file, base.logicDigest)
	}
}

// baseFixture finds a fixture of the base, or of the norms behind it, and the
// reader of the file in which it stands; nil if there is none.
func (r *reader) baseFixture(name string) (*yaml.Node, *reader) {
	for b := r.inherited; b != nil; b = b.inherited {
		if fixtures := member(b.Root, "fixtures"); fixtures != nil {
			if fixture := member(fixtures, name); fixture != nil {
				return fixture, b
			}
		}
	}
	return nil, nil
}

// member is the value of a mapping's key, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// tailor carries the changes out on the norm, which is the base until then.
func (r *reader) tailor(v *yaml.Node, n *Norm) {
	items := r.sequence(v, "tailor")
	if len(items) == 0 && !r.Bad(v) {
		r.Report(v, "KM-TAILOR-NOTHING", "say what it sets otherwise", "a variant that changes nothing is its base")
	}
	t := &tailoring{reader: r, norm: n, seen: map[string]bool{}}
	for _, item := range items {
		t.item(item)
	}
}

// tailoring is a variant whose changes are being read.
type tailoring struct {
	*reader
	norm    *Norm
	seen    map[string]bool
	unknown int // paths that were not known
}

func (t *tailoring) item(item *yaml.Node) {
	m := t.shaped(item, &shape.Tailor)
	if m == nil {
		return
	}
	c := Change{Line: item.Line}
	if v := m.values["because"]; v != nil {
		c.Because, _ = t.text(v, "because")
	}
	set, to := m.values["set"], m.values["to"]
	if set == nil || t.norm.base == nil {
		return
	}
	var ok bool
	if c.Path, ok = t.text(set, "set"); !ok {
		return
	}
	if t.seen[c.Path] {
		t.Report(set, "KM-DUPLICATE", "remove one of the two", "%s is set twice", c.Path)
		return
	}
	t.seen[c.Path] = true
	if to != nil && t.set(&c, set, to) {
		t.norm.tailored = append(t.norm.tailored, c)
	}
}

// set carries out one change; false if there is something wrong with it.
func (t *tailoring) set(c *Change, set, to *yaml.Node) bool {
	name, isParameter := strings.CutPrefix(c.Path, "parameters.")
	id, isRequired := strings.CutSuffix(c.Path, ".required")
	id, inCriteria := strings.CutPrefix(id, "criteria.")
	_, known := t.norm.params[name]
	at := slices.IndexFunc(t.norm.criteria, func(k criterion) bool { return k.ID == id })
	switch {
	case c.Path == "score.threshold":
		return t.threshold(c, to)
	case isParameter && known:
		return t.parameter(c, name, set, to)
	case isRequired && inCriteria && at >= 0:
		return t.required(c, &t.norm.criteria[at], to)
	}
	t.Report(set, "KM-UNKNOWN-PATH", t.meant(c.Path), "a variant can't set %q", c.Path)
	return false
}

// meant is the hint for a path that can't be set.
func (t *tailoring) meant(written string) string {
	paths := []string{"score.threshold"}
	for _, name := range sortedNames(t.norm.params) {
		if t.norm.bounds[name].Tighten != "" {
			paths = append(paths, "parameters."+name)
		}
	}
	for _, k := range t.norm.criteria {
		paths = append(paths, "criteria."+k.ID+".required")
	}
	if t.unknown++; t.unknown <= maxHints && len(written) < 200 {
		for _, p := range paths {
			parts := strings.Split(p, ".")
			if written == parts[1] || written == "params."+parts[1] || written == p+".value" {
				return fmt.Sprintf("did you mean %q?", p)
			}
		}
		if hint := diag.DidYouMean(written, paths); hint != "" {
			return hint
		}
	}
	return "it sets parameters.NAME, score.threshold and criteria.ID.required; what changes more is a norm of its own"
}

// nothing reports a change to what the base says already.
func (t *tailoring) nothing(c *Change, to *yaml.Node) bool {
	t.Report(to, "KM-TAILOR-NOTHING", "remove this change", "%s is %s in the base already", c.Path, c.From)
	return false
}

// loosens reports a change that the base would not stand.
func (t *tailoring) loosens(c *Change, to *yaml.Node, hint string) bool {
	t.Report(to, "KM-LOOSENS", hint, "%s would loosen the base, in which %s is %s", c.To, c.Path, c.From)
	return false
}

func (t *tailoring) threshold(c *Change, to *yaml.Node) bool {
	p, ok := t.percent(to, "the threshold", ruling.Whole)
	if !ok {
		return false
	}
	had := t.norm.scoring.Threshold
	c.From, c.To = had.String(), p.String()
	switch {
	case p == had:
		return t.nothing(c, to)
	case p < had:
		return t.loosens(c, to, fmt.Sprintf("write more than %v", had))
	}
	t.norm.scoring.Threshold = p
	return true
}

func (t *tailoring) required(c *Change, k *criterion, to *yaml.Node) bool {
	required := t.boolean(to, c.Path)
	if t.Bad(to) {
		return false
	}
	c.From, c.To = strconv.FormatBool(k.Required), strconv.FormatBool(required)
	switch {
	case required == k.Required:
		return t.nothing(c, to)
	case !required:
		return t.loosens(c, to, "remove this change")
	}
	k.Required = true
	return true
}

func (t *tailoring) parameter(c *Change, name string, set, to *yaml.Node) bool {
	p := t.norm.bounds[name]
	had, isNumber := t.norm.params[name].(int64)
	switch {
	case !isNumber:
		t.Report(set, "KM-TAILOR-FIXED", "remove this change, or write a norm of its own", "the parameter %s is no number, and no variant may set it otherwise", name)
		return false
	case p.Tighten == "":
		t.Report(set, "KM-TAILOR-FIXED", "remove this change, or have the base say tighten: up or down", "the base does not say in which direction %s may be tightened", name)
		return false
	}
	value := int64(t.whole(to, c.Path, -shape.MaxParameter, shape.MaxParameter))
	if t.Bad(to) {
		return false
	}
	c.From, c.To = strconv.FormatInt(had, 10), strconv.FormatInt(value, 10)
	up := p.Tighten == "up"
	switch {
	case value == had:
		return t.nothing(c, to)
	case up != (value > had):
		return t.loosens(c, to, room(had, p))
	case up && p.Max != nil && value > *p.Max:
		t.Report(to, "KM-RANGE", room(had, p), "%d is beyond the max of %d in the base", value, *p.Max)
		return false
	case !up && p.Min != nil && value < *p.Min:
		t.Report(to, "KM-RANGE", room(had, p), "%d is beyond the min of %d in the base", value, *p.Min)
		return false
	}
	t.norm.params[name] = value
	return true
}

// room says which values a variant may give the parameter.
func room(had int64, p Parameter) string {
	low, high := had+1, p.Max
	if p.Tighten == "down" {
		if p.Min == nil {
			return fmt.Sprintf("write less than %d", had)
		}
		low, high = *p.Min, new(had-1)
	}
	switch {
	case high == nil:
		return fmt.Sprintf("write more than %d", had)
	case low > *high:
		return fmt.Sprintf("remove this change: %d is as far as the base goes", had)
	case low == *high:
		return fmt.Sprintf("write %d", low)
	}
	return fmt.Sprintf("write %d to %d", low, *high)
}
