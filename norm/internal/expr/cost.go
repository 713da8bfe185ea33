package expr

import (
	"math"
	"strings"

	"cel.dev/cel-go/common/operators"
)

// Budget is how many visits of records one expression may cost in a month of
// so many records. It grows with the month, so that a large company is judged
// like a small one, and leaves room for going through one list for each record
// of another of some thousand.
func Budget(records int) int64 { return 1_000_000 + visitsEach*int64(records) }

// cost is the number of visits that the expression takes at most with lists of
// these sizes. It is known beforehand and counts what a short cut would spare,
// so it is the same for every way of evaluating.
func (e *Expr) cost(f *Facts) int64 { return e.scope.cost(e.root, f) }

func (s *Scope) cost(n *Node, f *Facts) int64 {
	switch n.Op {
	case Ident:
		if let := s.lets[n.Name]; let != nil && n.bound == nil {
			return f.cost(n.Name, let)
		}
	case Each:
		total := add(s.cost(n.Args[0], f), 0)
		perRecord := int64(1)
		for _, body := range n.Args[1:] {
			perRecord = add(perRecord, s.cost(body, f))
		}
		return add(total, multiply(s.length(n.Args[0], f), perRecord))
	}
	var total int64
	for _, a := range n.Args {
		total = add(total, s.cost(a, f))
	}
	if n.Op == Call && n.Name == operators.In {
		total = add(total, s.length(n.Args[1], f))
	}
	return total
}

// cost is that of a named value, which counts at each use and is worked out
// once: names that use names would double it at every step.
func (f *Facts) cost(name string, let *Expr) int64 {
	cost, known := f.costs[name]
	if !known {
		cost = let.cost(f)
		f.costs[name] = cost
	}
	return cost
}

// length is how many elements the list can have at most.
func (s *Scope) length(n *Node, f *Facts) int64 { return s.lengthAt(n, 0, f) }

// at is a part of an expression, and how many lists deep in it.
type at struct {
	node  *Node
	depth int
}

// lengthAt is how many elements a list that lies so many lists deep in this
// one can have at most. It is worked out once for each part, since parts that
// use parts would double it at every step.
func (s *Scope) lengthAt(n *Node, depth int, f *Facts) int64 {
	key := at{n, depth}
	length, known := f.lengths[key]
	if !known {
		length = s.longest(n, depth, f)
		f.lengths[key] = length
	}
	return length
}

func (s *Scope) longest(n *Node, depth int, f *Facts) int64 {
	most := func(parts []*Node, depth int) (longest int64) {
		for _, p := range parts {
			longest = max(longest, s.lengthAt(p, depth, f))
		}
		return longest
	}
	switch n.Op {
	case List:
		if depth > 0 {
			return most(n.Args, depth-1)
		}
		return int64(len(n.Args))
	case Each:
		if n.Name == operators.Map && depth > 0 {
			return most(n.Args[len(n.Args)-1:], depth-1)
		}
		return s.lengthAt(n.Args[0], depth, f)
	case Ident:
		if n.bound != nil {
			return s.lengthAt(n.bound.Args[0], depth+1, f)
		}
		if let := s.lets[n.Name]; let != nil {
			return let.scope.lengthAt(let.root, depth, f)
		}
		return int64(f.sizes[n.Name])
	case Field:
		if custom := s.customs[n.Name]; custom != nil && n.Args[0].Name == "custom" {
			return int64(f.sizes[custom.list])
		}
		return int64(f.sizes[textsOf])
	case Call:
		if n.Name == operators.Conditional {
			return most(n.Args[1:], depth)
		}
	}
	return 0
}

func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func multiply(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}

// lower is a type's name in the middle of a sentence.
func lower(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// keyText shows a record's key in a sentence.
func keyText(key []string) string { return strings.Join(key, " ") }
