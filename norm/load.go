package norm

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// Fault and Faults say what is wrong with a norm file, and where.
type (
	Fault  = diag.Fault
	Faults = diag.Faults
)

// Load reads, checks and compiles the norm file with the name in the file
// system. If anything is wrong with the norm the error is [Faults], with every
// fault and its place; if the file can't be read it is what fsys said.
//
// An engine is needed only for a norm with modules in a language of their own.
func Load(fsys fs.FS, name string, engines ...Engine) (*Norm, error) {
	r, err := open(fsys, name, engines)
	if err != nil {
		return nil, err
	}
	var n *Norm
	r.guarded(func() { n = r.read(name) })
	if n != nil {
		return n, nil
	}
	return nil, r.Faults
}

// Check is [Load] for those who want the warnings too. The norm is nil if any
// of the faults is an error; err is only about reading the file.
func Check(fsys fs.FS, name string, engines ...Engine) (*Norm, Faults, error) {
	r, err := open(fsys, name, engines)
	if err != nil {
		return nil, nil, err
	}
	var n *Norm
	r.guarded(func() { n = r.read(name) })
	if n != nil {
		r.guarded(func() { r.warn(n) })
		r.Faults.Sort()
	}
	if r.Faults.Failed() {
		return nil, r.Faults, nil
	}
	return n, r.Faults, nil
}

func open(fsys fs.FS, name string, engines []Engine) (*reader, error) {
	files := filesOf(fsys, name)
	data, err := files.open(path.Base(name), source.MaxBytes)
	if err != nil {
		return nil, err
	}
	return &reader{Document: parse(source.New(name, string(data))), files: files, engines: engines}, nil
}

// read reads the whole file; the norm is nil if anything is wrong with it.
func (r *reader) read(name string) *Norm {
	n := &Norm{file: name}
	switch {
	case r.Root == nil:
	case r.isVariant():
		r.variant(n)
	default:
		r.norm(n)
	}
	r.Faults = append(r.Faults, r.bases...)
	r.Faults.Sort()
	if r.Faults.Failed() {
		return nil
	}
	n.manifest = manifest(r.files.read)
	n.filesDigest = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(n.manifest)))
	n.logicDigest = n.logic()
	n.makePlan()
	r.locate(n)
	r.mark(n)
	return n
}

// manifest is what sha256sum prints for the files.
func manifest(files map[string][]byte) string {
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	return lines.String()
}

// norm reads the whole file. What others need comes first, whatever the order
// in the file.
func (r *reader) norm(n *Norm) {
	m := r.shaped(r.Root, &shape.Norm)
	if m == nil {
		return
	}
	with := func(key string, read func(v *yaml.Node)) {
		if v := m.values[key]; v != nil {
			read(v)
		}
	}
	r.number(m, "keurmerk", 0)
	with("languages", func(v *yaml.Node) { n.languages = r.languageList(v) })
	if r.languages = n.languages; len(n.languages) == 0 {
		r.languages = []string{"nl", "en"}
	}
	with("id", func(v *yaml.Node) { n.id, _ = r.id(v, "id") })
	with("version", func(v *yaml.Node) { n.version, _ = r.text(v, "version") })
	with("title", func(v *yaml.Node) { n.title = r.texts(v, "title") })
	n.status = Active
	with("status", func(*yaml.Node) { n.status = Status(r.word(m, "status")) })
	with("effective", func(v *yaml.Node) { r.effective(v, n) })
	with("timezone", func(v *yaml.Node) { n.zone = r.zone(v) })
	with("transition", func(v *yaml.Node) { r.transition(v, n) })
	with("score", func(v *yaml.Node) { n.scoring = r.scoring(v) })
	for _, key := range m.order {
		if key.Value == "tailor" {
			r.Report(key, "KM-MISSING-KEY", "add extends: {file: …, logic: …}, or remove it", "tailor goes with extends: it changes another norm")
		}
	}
	before := len(r.Faults)
	params := r.parameters(m, n)
	types := r.customTypes(m)
	r.blind = len(r.Faults) > before
	scope, err := expr.NewScope(types, params)
	if err != nil {
		r.Report(r.Root, "KM-CEL", "", "%v", err)
		return
	}
	n.types = types
	n.scope = scope
	with("let", func(v *yaml.Node) { r.lets(v, n) })
	with("modules", func(v *yaml.Node) { r.modules(v, n) })
	with("criteria", func(v *yaml.Node) { r.criteria(v, n) })
	r.compileModules(m.key("modules"), n)
	with("certification", func(v *yaml.Node) { n.terms = r.terms(v, n) })
	r.tests(m, n)
	with("histories", func(v *yaml.Node) { r.histories(v, n) })
	with("monotone", func(v *yaml.Node) { r.monotone(v, n) })
}

var languageTag = regexp.MustCompile(shape.LanguageShape)

func (r *reader) languageList(v *yaml.Node) []string {
	var languages []string
	before := len(r.Faults)
	defer func() { r.anyLanguage = len(r.Faults) > before }()
	for _, item := range r.sequence(v, "languages") {
		s, ok := r.scalar(item, "a language") // "no" is Norwegian here
		switch {
		case !ok:
		case !languageTag.MatchString(s):
			r.Report(item, "KM-LANGUAGE", "write nl or en", "%q is not a language of two letters", s)
		case slices.Contains(languages, s):
			r.Report(item, "KM-DUPLICATE", "remove one of the two", "the language %q is given twice", s)
		default:
			languages = append(languages, s)
		}
	}
	if len(languages) == 0 && !r.Bad(v) && len(v.Content) == 0 {
		r.Report(v, "KM-LANGUAGE", "write [nl, en]", "a norm needs at least one language")
	}
	return languages
}

func (r *reader) effective(v *yaml.Node, n *Norm) {
	m := r.shaped(v, &shape.Effective)
	if m == nil {
		return
	}
	if from := m.values["from"]; from != nil {
		n.from = r.month(from, "from")
	}
	until := m.values["until"]
	if until == nil {
		return
	}
	n.until = r.month(until, "until")
	if n.until != 0 && n.until < n.from {
		r.Report(until, "KM-RANGE", "", "until (%v) lies before from (%v)", n.until, n.from)
	}
}

func (r *reader) zone(v *yaml.Node) string {
	s, ok := r.text(v, "timezone")
	if !ok {
		return ""
	}
	if _, err := finding.LoadZone(s); err != nil {
		r.Report(v, "KM-ZONE", diag.DidYouMean(s, []string{"Europe/Amsterdam", "Europe/Brussels", "UTC"}), "%q is not a known time zone", s)
	}
	return s
}

func (r *reader) transition(v *yaml.Node, n *Norm) {
	m := r.shaped(v, &shape.Transition)
	n.notice, n.overlap = r.number(m, "notice", 0), r.number(m, "overlap", 0)
	if m == nil || m.values["published"] == nil {
		return
	}
	zone, err := finding.LoadZone(n.zone)
	if err != nil {
		return // it is reported where the zone stands
	}
	n.published = r.instant(m.values["published"], "published", finding.Period{Zone: zone})
}

func (r *reader) scoring(v *yaml.Node) ruling.Scoring {
	var s ruling.Scoring
	m := r.shaped(v, &shape.Scoring)
	if m == nil {
		return s
	}
	if t := m.values["threshold"]; t != nil {
		s.Threshold, _ = r.percent(t, "threshold", ruling.Whole)
	}
	s.RefuseUnknown = r.word(m, "unknown") == "refuse"
	s.EarnNotApplicable = r.word(m, "not_applicable") == "earn"
	s.CountWaivers = r.word(m, "waivers") == "count"
	return s
}

// parameters reads the norm's parameters; it returns their types and leaves
// their values in the norm.
func (r *reader) parameters(top *members, n *Norm) map[string]expr.FieldType {
	types := map[string]expr.FieldType{}
	n.params, n.bounds = map[string]any{}, map[string]Parameter{}
	v := top.values["parameters"]
	if v == nil {
		return types
	}
	m := r.atMost(maxParameters, v, "parameters")
	if m == nil {
		return types
	}
	r.unread = map[string]bool{}
	for _, key := range m.order {
		types[key.Value], r.unread[key.Value] = expr.Unread, true
		named := r.name(key, "the parameter")
		p := r.shaped(m.values[key.Value], &shape.ParameterKeys)
		if !named || p == nil || p.values["value"] == nil {
			continue
		}
		value, typ := r.parameterValue(p.values["value"])
		if typ == 0 {
			continue
		}
		r.unread[key.Value] = false
		types[key.Value], n.params[key.Value] = typ, value
		n.bounds[key.Value] = r.parameterBounds(p, value, typ)
	}
	return types
}

func (r *reader) parameterValue(v *yaml.Node) (any, expr.FieldType) {
	s, ok := r.scalar(v, "value")
	switch {
	case !ok:
		return nil, 0
	case !plain(v):
		return s, expr.Text
	case s == "true" || s == "false":
		return s == "true", expr.Bool
	case likeNumber.MatchString(s):
		number := r.whole(v, "value", -shape.MaxParameter, shape.MaxParameter)
		return int64(number), expr.Number
	}
	text, ok := r.text(v, "value")
	if !ok {
		return nil, 0
	}
	return text, expr.Text
}

func (r *reader) parameterBounds(p *members, value any, typ expr.FieldType) (bounds Parameter) {
	if tighten := p.values["tighten"]; tighten != nil {
		bounds.Tighten = r.word(p, "tighten")
		if bounds.Tighten != "" && typ != expr.Number {
			r.Report(tighten, "KM-TIGHTEN", "remove it", "only a number can be tightened up or down")
		}
	}
	for _, bound := range []string{"min", "max"} {
		b := p.values[bound]
		if b == nil {
			continue
		}
		limit := int64(r.number(p, bound, 0))
		number, ok := value.(int64)
		if !ok {
			r.Report(b, "KM-RANGE", "remove it", "only a number has a %s", bound)
		} else if bound == "min" && number < limit || bound == "max" && number > limit {
			r.Report(p.values["value"], "KM-RANGE", "", "%d is beyond the %s of %d", number, bound, limit)
		}
		if bound == "min" {
			bounds.Min = &limit
		} else {
			bounds.Max = &limit
		}
	}
	return bounds
}

// recordKinds are the words that the keys of a month's own records begin with.
var recordKinds = []string{"website", "computer", "employee", "questionnaire", "course", "phishing"}

func (r *reader) customTypes(top *members) map[string]expr.CustomType {
	types := map[string]expr.CustomType{}
	v := top.values["types"]
	if v == nil {
		return types
	}
	m := r.atMost(maxTypes, v, "types")
	if m == nil {
		return types
	}
	words := map[string]expr.FieldType{"text": expr.Text, "number": expr.Number, "bool": expr.Bool, "date": expr.Date}
	for _, key := range m.order {
		if !r.name(key, "the type") {
			continue
		}
		fields := r.atMost(maxFields, m.values[key.Value], "the type")
		if fields == nil {
			continue
		}
		if slices.Contains(recordKinds, key.Value) {
			r.Report(key, "KM-SHADOW", "choose another name", "the type can't be called %q: the keys of its records would be those of other records", key.Value)
		}
		types[key.Value] = expr.CustomType{}
		for _, field := range fields.order {
			if field.Value == "id" {
				r.Report(field, "KM-NAME", "remove it", "every record has an id of its own accord")
				continue
			}
			types[key.Value][field.Value] = expr.Unread
			if word := r.choice(fields.values[field.Value], "a field", shape.FieldTypes.Words...); word != "" && r.name(field, "the field") {
				types[key.Value][field.Value] = words[word]
			}
		}
	}
	return types
}

// lets reads the named values, each of which may use those before it.
func (r *reader) lets(v *yaml.Node, n *Norm) {
	n.lets = map[string]*located{}
	r.named = n.lets
	m := r.atMost(maxNames, v, "let")
	if m == nil {
		return
	}
	for _, key := range m.order {
		if !r.name(key, "the name") {
			continue
		}
		if slices.Contains(reserved, key.Value) {
			r.Report(key, "KM-NAME", "choose another name", "the word %q is reserved by the language of conditions", key.Value)
			continue
		}
		if slices.Contains(n.scope.Names(), key.Value) || key.Value == "it" {
			r.Report(key, "KM-SHADOW", "choose another name", "the name %q is taken", key.Value)
			continue
		}
		e := r.expression(m.values[key.Value], key.Value, n.scope, expr.Any)
		if e == nil {
			n.scope = n.scope.Broken(key.Value)
			continue
		}
		scope, err := n.scope.Let(key.Value, e.Expr)
		if err != nil {
			r.Report(key, "KM-CEL", "", "%v", err)
			continue
		}
		n.scope = scope
		n.lets[key.Value] = e
	}
}

// terms reads the certification block. What is left out takes the strictest
// value; which values a scheme wants is for its norm to say.
func (r *reader) terms(v *yaml.Node, n *Norm) ruling.Terms {
	t := ruling.Terms{Zone: n.zone}
	m := r.shaped(v, &shape.Certification)
	if m == nil {
		return t
	}
	inner := func(key string) *members {
		if m.values[key] == nil {
			return nil
		}
		return r.shaped(m.values[key], m.shape.Key(key).Mapping)
	}
	t.Months = r.number(m, "months", 1)
	t.Of = r.number(m, "of", t.Months)
	t.CloseDay = r.number(m, "close_day", 1)
	if p := m.values["min_measured"]; p != nil {
		t.MinMeasured, _ = r.percent(p, "min_measured", ruling.Whole)
	}
	if p := m.values["floor"]; p != nil {
		t.Floor, _ = r.percent(p, "floor", ruling.Whole)
	}
	if k := m.values["knock_out"]; k != nil {
		t.KnockOut = r.knockOut(k, n)
	}
	t.Review = r.word(m, "award") == "review"
	excused := inner("excused")
	t.Excused = ruling.Excused{Max: r.number(excused, "max", 0), Window: r.number(excused, "window", 1)}
	grace := inner("grace")
	t.Grace = ruling.Grace{Months: r.number(grace, "months", 0), Budget: r.number(grace, "budget", 0), Window: r.number(grace, "window", 1)}
	if grace != nil {
		r.word(grace, "severe")
	}
	suspension := inner("suspension")
	t.Suspension = ruling.Suspension{Restore: r.number(suspension, "restore", t.Months), Max: r.number(suspension, "max", t.Months)}
	validity := inner("validity")
	t.Validity = ruling.Validity{Months: r.number(validity, "months", t.Months), Renew: r.number(validity, "renew", 0), Restore: r.number(validity, "restore", 0)}
	t.ReEarn = r.number(m, "re_earn", t.Months)
	t.Corrections = r.number(m, "corrections", 0)
	r.agreement(t, m, suspension, validity)
	return t
}

// agreement checks the numbers of the certification block against each other.
func (r *reader) agreement(t ruling.Terms, m, suspension, validity *members) {
	wrong := func(m *members, key, format string, args ...any) {
		if m == nil || m.values["months"] != nil && r.Bad(m.values["months"]) {
			return // it was compared with what could not be read
		}
		if v := m.values[key]; v != nil {
			r.Report(v, "KM-TERMS", "", format, args...)
		}
	}
	if t.Of < t.Months {
		wrong(m, "of", "of (%d) can't be less than months (%d)", t.Of, t.Months)
	}
	if t.Suspension.Restore > t.Suspension.Max {
		wrong(suspension, "restore", "restore (%d) can't be more than max (%d)", t.Suspension.Restore, t.Suspension.Max)
	}
	if t.Validity.Months > 0 && t.Validity.Renew > t.Validity.Months {
		wrong(validity, "renew", "renew (%d) can't be more than months (%d)", t.Validity.Renew, t.Validity.Months)
	}
}

func (r *reader) knockOut(v *yaml.Node, n *Norm) []string {
	var known, ids []string
	for _, c := range n.criteria {
		known = append(known, c.ID)
	}
	for _, item := range r.sequence(v, "knock_out") {
		id, ok := r.text(item, "a criterion's id")
		if ok && !slices.Contains(known, id) && !r.anyID {
			r.Report(item, "KM-UNKNOWN-CRITERION", diag.DidYouMean(id, known), "there is no criterion %q", id)
			continue
		}
		ids = append(ids, id)
	}
	return ids
}
