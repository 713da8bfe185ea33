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
func Budget(records int) int64 { return 1_000_000 + 1_000*int64(records) }

// cost is the number of visits that the expression takes at most with lists of
// these sizes. It is known beforehand and counts what a short cut would spare,
// so it is the same for every way of evaluating.
func (e *Expr) cost(sizes map[string]int) int64 {
	return e.scope.cost(e.root, sizes)
}

func (s *Scope) cost(n *Node, sizes map[string]int) int64 {
	switch n.Op {
	case Ident:
		if let := s.lets[n.Name]; let != nil && n.bound == nil {
			return let.cost(sizes)
		}
	case Each:
		total := add(s.cost(n.Args[0], sizes), 0)
		perRecord := int64(1)
		for _, body := range n.Args[1:] {
			perRecord = add(perRecord, s.cost(body, sizes))
		}
		return add(total, multiply(s.length(n.Args[0], sizes), perRecord))
	}
	var total int64
	for _, a := range n.Args {
		total = add(total, s.cost(a, sizes))
	}
	return total
}

// length is how many elements the list can have at most.
func (s *Scope) length(n *Node, sizes map[string]int) int64 {
	switch n.Op {
	case List:
		return int64(len(n.Args))
	case Each:
		return s.length(n.Args[0], sizes)
	case Ident:
		if let := s.lets[n.Name]; let != nil && n.bound == nil {
			return let.scope.length(let.root, sizes)
		}
		return int64(sizes[n.Name])
	case Field:
		if custom := s.customs[n.Name]; custom != nil && n.Args[0].Name == "custom" {
			return int64(sizes[custom.list])
		}
		return int64(sizes[textsOf])
	case Call:
		if n.Name == operators.Conditional {
			return max(s.length(n.Args[1], sizes), s.length(n.Args[2], sizes))
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
