package plan

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// Op says what a [Node] is.
type Op uint8

// The kinds of nodes. A failing argument fails the node, but for And, Or and
// If; an absent number ([record.None]) makes a comparison false and arithmetic
// an absent number.
const (
	Const      Op = iota + 1 // Value
	Field                    // a field of the record gone through
	Has                      // whether the record has the field
	Company                  // a field of the company
	CompanyHas               // whether the company has the field
	Month                    // the month as a text, 2026-11
	Let                      // Args[0], worked out once a month and known by Name

	Not
	And // of two; one that is false decides, though the other fails
	Or  // likewise with true
	If  // Args[0] ? Args[1] : Args[2]

	Equal
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual

	Add
	Subtract
	Multiply
	Negate

	In       // Args[0] is one of the others
	InTexts  // Args[0] is among the texts of Args[1]
	Size     // of a text in code points, or of texts
	Contains // Args[0] contains Args[1]
	StartsWith
	EndsWith
	Matches // Args[0] has a match of Pattern

	Portion   // Args[0] of Args[1] in points, rounded down
	Days      // whole periods of 24 hours from Args[0] to the month's end
	ThisMonth // Args[0] lies in the month

	Exists // of the records that Through goes through: one meets Where
	All
	ExistsOne
	Count // how many meet Where

	// Of the records that Through goes through and that meet Where, those
	// whose Field is the text Args[0]: whether there are any, how many, and
	// whether the text is among the fields of all, each of which must have it.
	JoinExists
	JoinCount
	JoinIn

	loose    // in a condition about a record: one that no row holds, by its place
	inBucket // a comparison of a number that no row holds
)

// Node is one part of a condition. Whoever builds it has checked the types.
type Node struct {
	Op      Op
	Args    []*Node
	Value   record.Value
	Field   *record.Field // of a join: that of the other list
	Name    string        // of a Let
	Truth   bool          // of a Let: it stands for a condition
	Pattern *regexp.Regexp
	Through *Through
	Counted *Node // of a comparison: the Count in it whose records decide it, or nil

	bucket *bucket // of inBucket, with the comparison
	than   Op

	at  int // of Let, Exists …, a join: where its value, count or index is kept; of loose: where in a class it stands
	key string
}

// Through is what a quantifier or a count goes through: the records of a list
// that meet all of Filters, one after the other, and what is asked of each. A
// filter that fails on a record fails the whole.
type Through struct {
	List    *record.List
	Filters []*Node
	Where   *Node // nil: nothing is asked
}

// identity writes the node so that equal nodes have equal texts. What a
// [Let] stands for is known by its name.
func (n *Node) identity() string {
	if n.key == "" {
		n.key = n.write()
	}
	return n.key
}

func (n *Node) write() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(int(n.Op)))
	switch n.Op {
	case Const:
		fmt.Fprintf(&b, "=%d:%d:%q", n.Value.Kind, n.Value.N, n.Value.S)
		return b.String()
	case Let:
		return "let " + n.Name
	case Field, Has, Company, CompanyHas:
		return b.String() + "." + n.Field.Name
	case Matches:
		fmt.Fprintf(&b, "~%q", n.Pattern)
	case JoinExists, JoinCount, JoinIn:
		b.WriteString("." + n.Field.Name)
	case loose:
		return b.String() + "#" + strconv.Itoa(n.at)
	}
	b.WriteByte('(')
	for _, a := range n.Args {
		b.WriteString(a.identity())
		b.WriteByte(' ')
	}
	if n.Through != nil {
		b.WriteString(n.Through.identity())
	}
	b.WriteByte(')')
	return b.String()
}

func (t *Through) identity() string {
	var b strings.Builder
	b.WriteString(t.List.Name)
	for _, f := range t.Filters {
		b.WriteString(" if " + f.identity())
	}
	if t.Where != nil {
		b.WriteString(" where " + t.Where.identity())
	}
	return b.String()
}

// counts tells whether the node asks something of a list, all of whose records
// it counts.
func (n *Node) counts() bool { return n.Through != nil && !n.joins() }

// joins tells whether the node looks up records of a list by a text.
func (n *Node) joins() bool { return n.Op == JoinExists || n.Op == JoinCount || n.Op == JoinIn }

// logical tells whether the node is a condition made of conditions, where it
// is one.
func (n *Node) logical() bool {
	switch n.Op {
	case Not, And, Or, If:
		return true
	}
	return false
}
