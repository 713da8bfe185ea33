package bundle

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// cost is how many visits of records an expression takes at most, as a term
// over the sizes of lists. It mirrors what the library counts, so that a
// condition that is over the budget of a month is unknown here too.
type cost struct {
	term   string           // in Rego; empty: the number
	number int64            // the constant part
	per    map[string]int64 // at most, for each record of a list
	curved bool             // more than a number for each record
}

func number(n int64) cost { return cost{number: n} }

func sized(list string) cost {
	return cost{term: "count(" + list + ")", per: map[string]int64{list: 1}}
}

// unbounded is the size of a list that is no list of records.
func unbounded() cost { return cost{term: "document.longest_texts", curved: true} }

func (c cost) text() string {
	if c.term == "" {
		return strconv.FormatInt(c.number, 10)
	}
	return c.term
}

func (c cost) plus(d cost) cost {
	if c.term == "" && c.number == 0 && !c.curved {
		return d
	}
	if d.term == "" && d.number == 0 && !d.curved {
		return c
	}
	sum := cost{number: saturated(c.number, d.number), per: map[string]int64{}, curved: c.curved || d.curved}
	for _, from := range []cost{c, d} {
		for list, n := range from.per {
			sum.per[list] = saturated(sum.per[list], n)
		}
	}
	if c.term != "" || d.term != "" {
		sum.term = fmt.Sprintf("%s + %s", c.text(), d.text())
	}
	return sum
}

func (c cost) times(d cost) cost {
	switch {
	case c.term == "" && c.number == 0 || d.term == "" && d.number == 0:
		return number(0)
	case d.term == "" && d.number == 1:
		return c
	}
	product := cost{term: fmt.Sprintf("(%s) * (%s)", c.text(), d.text()), curved: true}
	if d.term == "" && !c.curved {
		product.curved, product.number, product.per = false, multiplied(c.number, d.number), map[string]int64{}
		for list, n := range c.per {
			product.per[list] = multiplied(n, d.number)
		}
	}
	return product
}

// greatest is the term for the greater of two.
func (c cost) greatest(d cost) cost {
	sum := c.plus(d)
	sum.term = fmt.Sprintf("max([%s, %s])", c.text(), d.text())
	return sum
}

// withinAny tells whether the cost is within the budget of every month, which
// is a million and a thousand for each record.
func (c cost) withinAny() bool {
	if c.curved || c.number > 1_000_000 {
		return false
	}
	for _, n := range c.per {
		if n > 1000 {
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

func (t *translator) cost(n *expr.Node) cost {
	switch n.Op {
	case expr.Ident:
		if let := t.lets[n.Name]; let != nil && n.Bound() == nil {
			return t.cost(let.Root())
		}
	case expr.Each:
		perRecord := number(1)
		for _, inner := range n.Args[1:] {
			perRecord = perRecord.plus(t.cost(inner))
		}
		return t.cost(n.Args[0]).plus(t.length(n.Args[0]).times(perRecord))
	}
	total := number(0)
	for _, a := range n.Args {
		total = total.plus(t.cost(a))
	}
	return total
}

// length is how many elements the list can have at most.
func (t *translator) length(n *expr.Node) cost {
	switch n.Op {
	case expr.List:
		return number(int64(len(n.Args)))
	case expr.Each:
		return t.length(n.Args[0])
	case expr.Ident:
		if let := t.lets[n.Name]; let != nil && n.Bound() == nil {
			return t.length(let.Root())
		}
		if n.Bound() != nil {
			return number(0)
		}
		return sized("document." + n.Name)
	case expr.Field:
		if n.Args[0].Op == expr.Ident && n.Args[0].Name == "custom" {
			return sized(dot("document.custom", n.Name))
		}
		return unbounded()
	case expr.Call:
		if n.Name == operators.Conditional {
			return t.length(n.Args[1]).greatest(t.length(n.Args[2]))
		}
	}
	return number(0)
}

// budget is the statement that the expression is within the month's budget;
// none if it always is.
func (t *translator) budget(n *expr.Node) body {
	c := t.cost(n)
	if c.withinAny() {
		return nil
	}
	return body{strings.TrimSpace(c.text()) + " <= document.budget"}
}
