package lint

import (
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// A condition about one record is true, false or fails. With && || ! it fails
// only where the operands that don't fail leave it open, as CEL has it.
type outcome uint8

const (
	no outcome = iota
	fails
	yes
)

// cells compares conditions about one record. It cuts what a record can be
// into cells: for each field that both compare with constants, the values that
// these tell apart, and for each other condition the three outcomes it can
// have. What holds in every cell holds for every record. Some cells have no
// record in them, such as open ones of status accepted; so a proof may fail,
// but it is never wrong.
type cells struct {
	scope  *expr.Scope
	params map[string]any
	names  []string               // the dimensions, sorted
	values map[string][]value     // what each can be
	known  map[string]*fieldCells // of a dimension that is a field
	at     map[string]value       // the cell that is looked at
	afford func() bool            // whether another cell can be; nil: always
}

// value of a dimension: of a field a number or text, or its absence; of
// another condition its outcome.
type value struct {
	number  int64
	text    string
	absent  bool
	outcome outcome
}

type fieldCells struct {
	optional bool // may be absent
	silent   bool // if absent, comparisons are false instead of failing
	numbers  []int64
	texts    []string
	words    []string
	truth    bool
}

// mostCells is how many cells are looked at; beyond it nothing is claimed.
const mostCells = 20_000

// always are fields that every record has, beside words and derived ones.
var always = map[string]bool{"id": true, "asset": true, "asset_type": true, "severity": true, "status": true, "outcome": true,
	"open": true, "fresh": true, "active": true, "done": true, "score": true, "days_open": true}

// holds tells whether the claim is true in every cell of the conditions.
func (c *cells) holds(conditions []*pred, claim func(get func(*pred) outcome) bool) bool {
	c.values, c.known, c.at = map[string][]value{}, map[string]*fieldCells{}, map[string]value{}
	for _, p := range conditions {
		c.gather(p.body, p)
	}
	c.spread()
	total := 1
	for _, name := range c.names {
		if total *= len(c.values[name]); total > mostCells {
			return false
		}
	}
	return c.every(0, func() bool {
		return claim(func(p *pred) outcome { return c.eval(p.body, p) })
	})
}

func (c *cells) every(i int, claim func() bool) bool {
	if i == len(c.names) {
		return (c.afford == nil || c.afford()) && claim()
	}
	for _, v := range c.values[c.names[i]] {
		c.at[c.names[i]] = v
		if !c.every(i+1, claim) {
			return false
		}
	}
	return true
}

// gather finds the dimensions.
func (c *cells) gather(n *expr.Node, p *pred) {
	n = c.unfold(n)
	if n.Op == expr.Lit {
		return
	}
	if n.Op == expr.Call {
		switch n.Name {
		case operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.Conditional:
			for _, a := range n.Args {
				c.gather(a, p)
			}
			return
		}
	}
	field, constants, ok := c.comparison(n, p)
	if !ok {
		c.values[p.text(n)] = []value{{outcome: no}, {outcome: fails}, {outcome: yes}}
		return
	}
	name := p.dimension(field)
	k := c.known[name]
	if k == nil {
		k = &fieldCells{}
		c.known[name] = k
	}
	c.learn(k, field)
	for _, v := range constants {
		if v.text != "" {
			k.texts = append(k.texts, v.text)
		} else {
			k.numbers = append(k.numbers, v.number)
		}
	}
}

// unfold is the condition that a name stands for.
func (c *cells) unfold(n *expr.Node) *expr.Node {
	for n.Op == expr.Ident && n.Bound() == nil && c.scope.Value(n.Name) != nil {
		n = c.scope.Value(n.Name).Root()
	}
	return n
}

// learn notes what the field can be.
func (c *cells) learn(k *fieldCells, field *expr.Node) {
	list := c.scope.ListOf(field.Args[0])
	custom := strings.HasPrefix(list, "custom.")
	k.optional = !always[field.Name] || custom && field.Name != "id"
	k.silent = field.Name == "days_offered" && !custom
	switch {
	case field.Op == expr.Has: // its type is that of has itself
	case field.Type.Kind() == types.BoolKind:
		k.truth = true
	case field.Type.Kind() == types.OpaqueKind:
		k.words = wordsOfType(field.Type.TypeName())
	}
}

func wordsOfType(name string) []string {
	first := map[string]string{"Severity": "NONE", "AssetType": "WEBSITE", "Status": "OPEN", "PhishingOutcome": "SENT"}[name]
	return expr.WordsOf(first)
}

// spread gives each field the values that the constants tell apart.
func (c *cells) spread() {
	for name, k := range c.known {
		var all []value
		switch {
		case k.truth:
			all = []value{{number: 0}, {number: 1}}
		case k.words != nil:
			for i := range k.words {
				all = append(all, value{number: int64(i)})
			}
		default:
			all = between(k.numbers, k.texts)
		}
		if k.optional {
			all = append(all, value{absent: true})
		}
		c.values[name] = all
	}
	c.names = nil
	for name := range c.values {
		c.names = append(c.names, name)
	}
	slices.Sort(c.names)
}

// between gives each number and its neighbours, and each text and another.
func between(numbers []int64, texts []string) []value {
	near := []int64{0}
	for _, n := range numbers {
		near = append(near, n-1, n, n+1)
	}
	slices.Sort(near)
	var all []value
	for _, n := range slices.Compact(near) {
		all = append(all, value{number: n})
	}
	texts = slices.Clone(texts)
	slices.Sort(texts)
	for _, s := range slices.Compact(texts) {
		if s != "" {
			all = append(all, value{text: s})
		}
	}
	return append(all, value{text: "\x00"})
}

// comparison reads a comparison of a field with constants, a field that is
// true or false, or has().
func (c *cells) comparison(n *expr.Node, p *pred) (field *expr.Node, constants []value, ok bool) {
	switch {
	case n.Op == expr.Field && n.Type != nil && n.Type.Kind() == types.BoolKind && p.own(n.Args[0]):
		return n, nil, true
	case n.Op == expr.Has && p.own(n.Args[0]):
		return n, nil, true
	case n.Op != expr.Call || len(n.Args) != 2:
		return nil, nil, false
	}
	field, other := n.Args[0], n.Args[1]
	if n.Name == operators.In {
		if !isField(field, p) || other.Op != expr.List {
			return nil, nil, false
		}
		for _, element := range other.Args {
			v, ok := c.constant(element)
			if !ok {
				return nil, nil, false
			}
			constants = append(constants, v)
		}
		return field, constants, true
	}
	if _, ok := holdsAt(n.Name, 0); !ok {
		return nil, nil, false
	}
	if !isField(field, p) {
		field, other = other, field
	}
	v, ok := c.constant(other)
	if !ok || !isField(field, p) || field.Type.Kind() == types.TimestampKind {
		return nil, nil, false
	}
	return field, []value{v}, true
}

func isField(n *expr.Node, p *pred) bool { return n.Op == expr.Field && p.own(n.Args[0]) }

// constant is the value of a literal, a word or a parameter.
func (c *cells) constant(n *expr.Node) (value, bool) {
	var v any
	switch {
	case n.Op == expr.Lit:
		v = n.Value.Value()
	case n.Op == expr.Field && n.Args[0].Op == expr.Ident && n.Args[0].Name == "params" && n.Args[0].Bound() == nil:
		v = c.params[n.Name]
	case n.Op == expr.Ident && n.Bound() == nil:
		words := expr.WordsOf(n.Name)
		return value{number: int64(slices.Index(words, n.Name))}, words != nil
	case n.Op == expr.Call && n.Name == operators.Negate:
		inner, ok := c.constant(n.Args[0])
		return value{number: -inner.number}, ok && inner.text == ""
	}
	switch v := v.(type) {
	case int64:
		return value{number: v}, small(v)
	case string:
		return value{text: v}, v != ""
	case bool:
		if v {
			return value{number: 1}, true
		}
		return value{}, true
	}
	return value{}, false
}

// eval gives the outcome of the condition in the cell.
func (c *cells) eval(n *expr.Node, p *pred) outcome {
	n = c.unfold(n)
	if n.Op == expr.Lit {
		return holdsIf(n.Value == types.True)
	}
	if n.Op == expr.Call {
		switch n.Name {
		case operators.LogicalNot:
			return yes - c.eval(n.Args[0], p)
		case operators.LogicalAnd:
			return min(c.eval(n.Args[0], p), c.eval(n.Args[1], p))
		case operators.LogicalOr:
			return max(c.eval(n.Args[0], p), c.eval(n.Args[1], p))
		case operators.Conditional:
			switch c.eval(n.Args[0], p) {
			case yes:
				return c.eval(n.Args[1], p)
			case no:
				return c.eval(n.Args[2], p)
			}
			return fails
		}
	}
	field, _, ok := c.comparison(n, p)
	if !ok {
		return c.at[p.text(n)].outcome
	}
	return c.compare(n, field, p)
}

func holdsIf(b bool) outcome {
	if b {
		return yes
	}
	return no
}

func (c *cells) compare(n, field *expr.Node, p *pred) outcome {
	name := p.dimension(field)
	k, v := c.known[name], c.at[name]
	switch {
	case n.Op == expr.Has:
		return holdsIf(!v.absent)
	case v.absent && k.silent:
		return no
	case v.absent:
		return fails
	case n.Op == expr.Field:
		return holdsIf(v.number == 1)
	case n.Name == operators.In:
		for _, element := range n.Args[1].Args {
			if w, _ := c.constant(element); w == v {
				return yes
			}
		}
		return no
	}
	other, mirrored := n.Args[1], false
	if !isField(n.Args[0], p) {
		other, mirrored = n.Args[0], true
	}
	w, _ := c.constant(other)
	if v.text != "" || w.text != "" {
		return holdsIf((v.text == w.text) == (n.Name == operators.Equals))
	}
	sign := 0
	if v.number < w.number {
		sign = -1
	} else if v.number > w.number {
		sign = 1
	}
	if mirrored {
		sign = -sign
	}
	holds, _ := holdsAt(n.Name, sign)
	return holdsIf(holds)
}

// holdsAt tells what a comparison is if left is less, equal or greater.
func holdsAt(name string, sign int) (holds, ok bool) { return compare(name, int64(sign), 0) }

// pred is a condition about the record that a macro's variable stands for.
type pred struct {
	body  *expr.Node
	macro *expr.Node // nil: a condition that is about no record of a list
	scope *expr.Scope
}

// own tells whether the node is the record that the condition is about, or the
// company.
func (p *pred) own(n *expr.Node) bool {
	if n.Op != expr.Ident {
		return false
	}
	return p.macro != nil && n.Bound() == p.macro || n.Bound() == nil && n.Name == "company"
}

// text writes the node so that two conditions about the same thing read the
// same: the record is $, the variable of an inner macro $1, names are
// replaced by what they stand for.
func (p *pred) text(n *expr.Node) string {
	var b strings.Builder
	var inner []*expr.Node
	if p.macro != nil {
		inner = []*expr.Node{p.macro}
	}
	canonical(&b, n, inner, p.scope)
	return b.String()
}

// dimension names a field, read or asked for with has().
func (p *pred) dimension(field *expr.Node) string { return p.text(field.Args[0]) + "." + field.Name }

func canonical(b *strings.Builder, n *expr.Node, macros []*expr.Node, s *expr.Scope) {
	switch n.Op {
	case expr.Lit:
		if text, ok := n.Value.(types.String); ok {
			b.WriteString(strconv.Quote(string(text)))
			return
		}
		b.WriteString(strings.TrimSpace(literal(n)))
		return
	case expr.Ident:
		if at := slices.Index(macros, n.Bound()); at >= 0 && n.Bound() != nil {
			b.WriteString("$" + strconv.Itoa(at))
			return
		}
		if named := s.Value(n.Name); named != nil && n.Bound() == nil {
			canonical(b, named.Root(), nil, s)
			return
		}
		b.WriteString(n.Name)
		return
	case expr.Field:
		canonical(b, n.Args[0], macros, s)
		b.WriteString("." + n.Name)
		return
	}
	b.WriteString("(" + strconv.Itoa(int(n.Op)) + n.Name)
	for i, a := range n.Args {
		b.WriteByte(' ')
		if n.Op == expr.Each && i == 1 {
			macros = append(slices.Clip(macros), n)
		}
		canonical(b, a, macros, s)
	}
	b.WriteByte(')')
}

func literal(n *expr.Node) string {
	switch v := n.Value.Value().(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	}
	return "?"
}
