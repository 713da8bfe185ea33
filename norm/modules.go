package norm

import (
	"path"
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// Limits of what a norm can have beside it: many times what a norm needs, and
// small enough that reading it all costs little.
const (
	maxModules      = 32
	maxModuleBytes  = 64 << 10 // an engine may allow less
	moduleExtension = ".rego"
)

// asking is a criterion that a module judges, with the places for faults.
type asking struct {
	criterion string
	at        *yaml.Node   // the package's name
	keys      []*yaml.Node // applies, measured and evidence, as far as they are CEL
}

// Source is what the norm's engine compiled; without modules it is empty. Like
// [Norm.Parts] it is for the packages below this one.
func (n *Norm) Source() Source { return n.source }

// Policy is what the engine made of the modules; nil without modules.
func (n *Norm) Policy() Policy { return n.policy }

// modules reads the files that the norm's criteria are written in.
func (r *reader) modules(v *yaml.Node, n *Norm) {
	before := len(r.Faults)
	defer func() { r.blind = r.blind || len(r.Faults) > before }()
	items := r.sequence(v, "modules")
	if len(items) > maxModules {
		r.Report(items[maxModules], "KM-MODULES", "put more rules in one file", "a norm has at most %d modules", maxModules)
		return
	}
	for _, item := range items {
		if f := r.module(item, n.source.Modules); f != nil {
			n.source.Modules = append(n.source.Modules, Module{f.Name, f.Text})
		}
	}
	if len(items) == 0 && !r.Bad(v) {
		r.Report(v, "KM-MODULES", "name a file, as in [norm.rego]", "modules names no file")
	}
}

// module reads one file; nil if it can't be used.
func (r *reader) module(item *yaml.Node, before []Module) *source.File {
	f := r.beside(item, "the module", maxModuleBytes)
	switch {
	case f == nil:
		return nil
	case path.Ext(f.Name) != moduleExtension:
		r.Report(item, "KM-MODULE", "name a file that ends in "+moduleExtension, "the module %q is no Rego file", f.Name)
		return nil
	case slices.ContainsFunc(before, func(m Module) bool { return m.Name == f.Name }):
		r.Report(item, "KM-DUPLICATE", "remove one of the two", "the module %q is named twice", f.Name)
		return nil
	}
	faults := source.Gate(f)
	r.Faults = append(r.Faults, r.inModules(faults)...)
	if faults.Failed() {
		return nil
	}
	return f
}

// inModules names the files of the faults as the norm itself is named: with
// the folder in which it lies.
func (r *reader) inModules(faults diag.Faults) diag.Faults {
	for i := range faults {
		faults[i].File = path.Join(r.files.dir, faults[i].File)
	}
	return faults
}

// ask notes that a module judges the criterion.
func (r *reader) ask(v *yaml.Node, m *members, c *criterion, n *Norm) {
	name, ok := r.text(v, "rego")
	if !ok {
		return
	}
	c.byModule, c.asked = true, len(n.source.Criteria)
	n.source.Criteria = append(n.source.Criteria, Asked{c.ID, name})
	a := asking{c.ID, v, nil}
	for _, rule := range []string{RuleApplies, RuleMeasured, RuleEvidence} {
		if key := m.key(rule); key != nil {
			a.keys = append(a.keys, key)
		}
	}
	r.asking = append(r.asking, a)
}

// compileModules hands the modules to their engine, once everything that they
// can see is known. key is the norm's modules:, nil without.
func (r *reader) compileModules(key *yaml.Node, n *Norm) {
	if key == nil {
		for _, a := range r.asking {
			r.Report(a.at, "KM-MODULES", "name its file in modules: [file.rego]", "the norm has no modules")
		}
		return
	}
	at := slices.IndexFunc(r.engines, func(e Engine) bool { return e.Extension() == moduleExtension })
	if at < 0 {
		r.Report(key, "KM-ENGINE", "judge it with a program that reads Rego", "the norm has Rego modules, which this program does not read")
		return
	}
	if r.blind {
		return // or what follows from it would be told as faults of the rules
	}
	n.source.Parameters, n.source.Types = n.params, wordsOf(n.types)
	policy, faults := r.engines[at].Compile(n.source)
	for _, f := range faults {
		r.moduleFault(f, n)
	}
	if n.policy = policy; policy == nil {
		return
	}
	for i, a := range r.asking {
		for _, key := range a.keys {
			if policy.Has(i, key.Value) {
				r.Report(key, "KM-TWO-CONDITIONS", "keep one of the two", "%s is given here and by a rule of the package %s", key.Value, n.source.Criteria[i].Package)
			}
		}
	}
}

// moduleFault reports what the engine found, at its place.
func (r *reader) moduleFault(f ModuleFault, n *Norm) {
	if f.Module < 0 {
		r.Report(r.asking[f.Criterion].at, f.Code, f.Hint, "%s", f.Message)
		return
	}
	module := n.source.Modules[f.Module]
	fault := source.New(module.Name, module.Text).Fault(f.Start, f.End, f.Code, f.Hint, "%s", f.Message)
	fault.Severity = f.Severity
	r.Faults = append(r.Faults, r.inModules(diag.Faults{fault})...)
}

// wordsOf are the custom types in the words that the norm declares them with.
func wordsOf(types map[string]expr.CustomType) map[string]map[string]string {
	all := map[string]map[string]string{}
	for name, fields := range types {
		all[name] = map[string]string{}
		for field, typ := range fields {
			all[name][field] = fieldWords[typ]
		}
	}
	return all
}

var fieldWords = map[expr.FieldType]string{expr.Text: "text", expr.Number: "number", expr.Bool: "bool", expr.Date: "date"}

// judgeBy makes the verdict of a criterion that a module judges. What the norm
// file says of applies, measured and evidence in CEL takes the place of the
// rule that the package does not have, in the same order.
func (c *criterion) judgeBy(a Answer, j *judging, p *plannedCriterion) ruling.Verdict {
	v := c.verdict()
	if !c.applicable(&v, j, p) {
		return v
	}
	if a.Rule != RuleApplies && !c.measurable(&v, j, p) {
		return v
	}
	v.Outcome, v.Share, v.Reason, v.Evidence, v.More = a.Outcome, a.Share, a.Reason, a.Evidence, a.More
	if c.evidence != nil && (v.Outcome == ruling.Met || v.Outcome == ruling.Unmet) {
		c.explicit(&v, j)
	} else {
		j.cut(&v)
	}
	return v
}
