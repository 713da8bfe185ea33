package plan

import (
	"slices"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
)

// bucket is a number that no row holds, as far as the conditions about a list
// tell numbers apart: below, at or above each constant that it is compared
// with. However many conditions there are, it takes one part of a class.
type bucket struct {
	field *record.Field
	cuts  []int64 // the constants, in order
	shift int     // where in a class its number stands
}

const (
	bucketBits = 8
	maxCuts    = 120
	bucketNone = 1<<bucketBits - 1 // the number is absent
	bucketGone = 1<<bucketBits - 2 // so is the field
)

// place is the number of the bucket that the value is in: odd at a constant,
// even between two.
func (b *bucket) place(v record.Value) uint64 {
	switch v.Kind {
	case record.None:
		return bucketNone
	case record.Number:
		at, exact := slices.BinarySearch(b.cuts, v.N)
		if exact {
			return uint64(2*at + 1)
		}
		return uint64(2 * at)
	}
	return bucketGone
}

// mirrored are the comparisons with their sides changed.
var mirrored = map[Op]Op{Equal: Equal, NotEqual: NotEqual, Less: Greater, LessEqual: GreaterEqual, Greater: Less, GreaterEqual: LessEqual}

// bucketed gives the comparison of a number with a constant as one of its
// bucket; nil if it is not such a comparison.
func (c *counted) bucketed(n *Node) *Node {
	op := mirrored[n.Op]
	if op == 0 {
		return nil
	}
	field, constant := n.Args[0], n.Args[1]
	if field.Op == Const {
		field, constant = constant, field
	} else {
		op = n.Op
	}
	if field.Op != Field || constant.Op != Const || constant.Value.Kind != record.Number {
		return nil
	}
	i := slices.IndexFunc(c.buckets, func(b *bucket) bool { return b.field == field.Field })
	if i < 0 {
		if c.bits+bucketBits > maxBits {
			return nil
		}
		i = len(c.buckets)
		c.buckets = append(c.buckets, &bucket{field: field.Field, shift: c.bits})
		c.bits += bucketBits
	}
	b := c.buckets[i]
	at, known := slices.BinarySearch(b.cuts, constant.Value.N)
	if !known {
		if len(b.cuts) == maxCuts {
			return nil
		}
		b.cuts = slices.Insert(b.cuts, at, constant.Value.N)
	}
	return &Node{Op: inBucket, bucket: b, than: op, Value: constant.Value}
}

// compareBucket compares what is known of the number with the constant.
func (n *Node) compareBucket(v *view) record.Value {
	place := v.loose >> n.bucket.shift & (1<<bucketBits - 1)
	switch place {
	case bucketNone:
		return record.OfBool(false)
	case bucketGone:
		return fault
	}
	order := 0
	switch than := n.bucket.place(n.Value); {
	case place < than:
		order = -1
	case place > than:
		order = 1
	}
	return record.OfBool(n.than.holds(order))
}
