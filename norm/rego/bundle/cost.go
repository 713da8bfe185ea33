package bundle

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// cost is how many visits of records an expression takes at most: a sum of
// products of the sizes of lists, each with how many times it counts. It
// mirrors what the library counts, so that a condition that is over the budget
// of a month is unknown here too. The key of a product is its factors, as
// terms of Rego in order.
type cost map[string]int64

// between are the factors of a product.
const between = " * "

func number(n int64) cost { return cost{"": n} }

func sized(list string) cost { return cost{"count(" + list + ")": 1} }

func (c cost) plus(d cost) cost {
	sum := maps.Clone(c)
	for product, n := range d {
		sum[product] = saturated(sum[product], n)
	}
	return sum
}

func (c cost) times(d cost) cost {
	all := cost{}
	for _, x := range slices.Sorted(maps.Keys(c)) {
		for _, y := range slices.Sorted(maps.Keys(d)) {
			var factors []string
			for _, side := range []string{x, y} {
				if side != "" {
					factors = append(factors, strings.Split(side, between)...)
				}
			}
			slices.Sort(factors)
			product := strings.Join(factors, between)
			all[product] = saturated(all[product], multiplied(c[x], d[y]))
		}
	}
	return all
}

// greatest is the greatest of some.
func greatest(all ...cost) cost {
	var terms []string
	for _, c := range all {
		if text := c.text(); text != "0" && !slices.Contains(terms, text) {
			terms = append(terms, text)
		}
	}
	switch i := slices.IndexFunc(all, func(c cost) bool { return c.text() != "0" }); {
	case len(terms) == 0:
		return number(0)
	case len(terms) == 1:
		return all[i]
	}
	return cost{fmt.Sprintf("max([%s])", strings.Join(terms, ", ")): 1}
}

// text is the cost as a term of Rego.
func (c cost) text() string {
	var terms []string
	for _, product := range slices.Sorted(maps.Keys(c)) {
		switch n := c[product]; {
		case n == 0:
		case product == "":
			terms = append(terms, fmt.Sprint(n))
		case n == 1:
			terms = append(terms, product)
		default:
			terms = append(terms, fmt.Sprint(n)+between+product)
		}
	}
	if len(terms) == 0 {
		return "0"
	}
	return strings.Join(terms, " + ")
}

// withinAny tells whether the cost is within the budget of every month, which
// is a million and a thousand for each record.
func (c cost) withinAny() bool {
	for product, n := range c {
		records := strings.HasPrefix(product, "count(") && !strings.Contains(product, between)
		if n > 0 && !(product == "" && n <= 1_000_000) && !(records && n <= 1000) {
			return false
		}
	}
	return true
}

func saturated(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func multiplied(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}

// cost of a named value is worked out once: names can stand in each other.
func (t *translator) cost(n *expr.Node) cost {
	switch n.Op {
	case expr.Ident:
		if let := t.lets[n.Name]; let != nil && n.Bound() == nil {
			if t.costs[let] == nil {
				t.costs[let] = t.cost(let.Root())
			}
			return t.costs[let]
		}
	case expr.Each:
		perRecord := number(1)
		for _, inner := range n.Args[1:] {
			perRecord = perRecord.plus(t.cost(inner))
		}
		return t.spent(t.cost(n.Args[0]).plus(t.length(n.Args[0], 0).times(perRecord)))
	}
	total := number(0)
	for _, a := range n.Args {
		total = total.plus(t.cost(a))
	}
	if n.Op == expr.Call && n.Name == operators.In {
		total = total.plus(t.length(n.Args[1], 0))
	}
	return t.spent(total)
}

// spent counts what the cost has cost to work out.
func (t *translator) spent(c cost) cost {
	if t.step(len(c)); t.tooLarge() {
		return number(0)
	}
	return c
}

// deep is a part of an expression, and how many lists deep in it.
type deep struct {
	node  *expr.Node
	depth int
}

// length is how many elements a list that lies so many lists deep in this one
// can have at most.
func (t *translator) length(n *expr.Node, depth int) cost {
	key := deep{n, depth}
	if t.lengths[key] == nil {
		t.lengths[key] = t.spent(t.longest(n, depth))
	}
	return t.lengths[key]
}

func (t *translator) longest(n *expr.Node, depth int) cost {
	most := func(parts []*expr.Node, depth int) cost {
		all := make([]cost, len(parts))
		for i, p := range parts {
			all[i] = t.length(p, depth)
		}
		return greatest(all...)
	}
	switch n.Op {
	case expr.List:
		if depth > 0 {
			return most(n.Args, depth-1)
		}
		return number(int64(len(n.Args)))
	case expr.Each:
		if n.Name == operators.Map && depth > 0 {
			return most(n.Args[len(n.Args)-1:], depth-1)
		}
		return t.length(n.Args[0], depth)
	case expr.Ident:
		switch let := t.lets[n.Name]; {
		case n.Bound() != nil:
			return t.length(n.Bound().Args[0], depth+1)
		case let != nil:
			return t.length(let.Root(), depth)
		case n.Type.Kind() != types.ListKind:
			return number(0)
		}
		return sized("document." + n.Name)
	case expr.Field:
		if n.Args[0].Op == expr.Ident && n.Args[0].Name == "custom" {
			return sized(dot("document.custom", n.Name))
		}
		return cost{"document.longest_texts": 1}
	case expr.Call:
		if n.Name == operators.Conditional {
			return most(n.Args[1:], depth)
		}
	}
	return number(0)
}

// budget is the statement that the expression is within the month's budget;
// none if it always is.
func (t *translator) budget(n *expr.Node) body {
	if c := t.cost(n); !c.withinAny() {
		return body{c.text() + " <= document.budget"}
	}
	return nil
}
