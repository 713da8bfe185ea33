package format

import "slices"

// attach gives each comment to what it is about: behind a value to that, above
// an item to the item, at the end of a block and indented like it to the
// block. Comments above the first key go with the file if a blank line parts
// them from it.
func (f *file) attach() {
	next := 0
	closed := (*tree)(nil) // the block to which the last comment went back
	for _, c := range f.comments {
		for next < len(f.items) && f.items[next].start < c.at {
			next, closed = next+1, nil
		}
		last := f.last(next, c.at)
		switch {
		case !c.own && last == nil:
			f.head = append(f.head, c)
		case !c.own && closed == nil:
			f.behind(last, c)
		default:
			closed = f.above(last, next, c, closed)
		}
	}
	for _, it := range f.items {
		it.part()
	}
	f.fileHead()
}

// part tells the blank lines above the item's comments from those below them.
func (it *item) part() {
	for i, c := range it.head {
		switch {
		case c.at > it.start: // it stood between a key and its value
			it.head[i].above = false
		case i == 0:
			it.above, it.below, it.head[i].above = c.above, it.above, false
		}
	}
}

// last is the item that began last before the offset, or that which holds the
// braces or brackets closed since.
func (f *file) last(next, at int) *item {
	if next == 0 {
		return nil
	}
	it := f.items[next-1]
	for it != nil && it.of.flow() && it.of.end <= at {
		it = it.of.in
	}
	return it
}

// behind gives the item a comment that stands behind it.
func (f *file) behind(it *item, c comment) {
	if v := it.value; v.flow() && v.commented && c.at > v.end {
		v.foot = append(v.foot, c)
		return
	}
	it.tail = append(it.tail, c)
	mark(it.of)
}

// raise puts a comment from between a key and its value, or from within empty
// braces, above the key, and those before it too.
func (it *item) raise(c comment) {
	it.head = append(append(it.head, it.tail...), c)
	it.tail = nil
	mark(it.of)
}

// mark notes that comments stand in the tree, so that it can't be one line.
func mark(t *tree) {
	for ; t != nil && t.flow(); t = t.in.of {
		t.commented = true
	}
}

// above places a comment on a line of its own. It gives the block to which it
// goes back; the comments below it don't go deeper.
func (f *file) above(last *item, next int, c comment, closed *tree) *tree {
	var following *item
	if next < len(f.items) {
		following = f.items[next]
	}
	if last != nil {
		if v := last.value; v.start > c.at && (v.scalar() || v.flow()) {
			last.raise(c)
			return closed
		}
		if v := last.value; v.flow() && v.start < c.at && c.at < v.end && len(v.items) == 0 {
			last.raise(c)
			return closed
		}
	}
	at := f.root
	if last != nil {
		at = f.ends(last, c, closed)
	}
	if following != nil && following.within(at) {
		following.head = append(following.head, c)
		mark(following.of)
		return at
	}
	at.foot = append(at.foot, c)
	mark(at)
	return at
}

// ends is the tree, of those around the last item, that a comment belongs to
// by where it stands: in braces or brackets the innermost open one, else the
// outermost of those indented most, but not more than the comment.
func (f *file) ends(last *item, c comment, closed *tree) *tree {
	around := last.around()
	if v := last.value; !v.scalar() && v.flow() && v.start < c.at && c.at < v.end {
		return v
	}
	if last.of.flow() {
		return last.of
	}
	if i := slices.Index(around, closed); i > 0 {
		around = around[i:]
	}
	best := f.root
	for _, t := range slices.Backward(around) {
		if t.column <= c.column && t.column > best.column {
			best = t
		}
	}
	return best
}

// fileHead takes the comments that go with the file from the first key.
func (f *file) fileHead() {
	if len(f.root.items) == 0 {
		return
	}
	first := f.root.items[0]
	if first.below {
		f.head, first.head = append(f.head, first.head...), nil
		first.above, first.below = true, false
		return
	}
	for i := len(first.head) - 1; i > 0; i-- {
		if first.head[i].above {
			f.head, first.head = append(f.head, first.head[:i]...), first.head[i:]
			first.head[0].above, first.above = false, true
			return
		}
	}
}
