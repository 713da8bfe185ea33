package expr

// Work is what evaluating an expression takes at most in a month of n records,
// the longest list of texts in any of them being t: Fixed + (Each + Text × t) × n
// steps. What the named values that it uses take is not in it.
type Work struct{ Fixed, Each, Text int64 }

// Fits tells whether one expression may take so much.
func (w Work) Fits(records, texts int) bool {
	one, _ := allowance(int64(records + texts))
	each := add(w.Each, multiply(w.Text, int64(texts)))
	return add(w.Fixed, multiply(each, int64(records))) <= one
}

// joinedWork is that of an expression in which records are looked up by a text:
// each part is gone to once for each record, of whichever list.
func (e *Expr) joinedWork() (w Work) {
	e.root.Walk(func(*Node) { w.Each++ })
	w.Fixed = w.Each
	return w
}

// work is that of the expression; false if it grows faster than the month
// does, or visits more than the [Budget] allows for each record.
func (e *Expr) work() (w Work, ok bool) {
	sized := func(list string, records, texts int) *Facts {
		return &Facts{lets: e.scope.lets, sizes: map[string]int{list: records, textsOf: texts}, costs: map[string]int64{}, lengths: map[at]int64{}}
	}
	steps := func(list string, records, texts int) int64 {
		return e.scope.steps(e.root, sized(list, records, texts))
	}
	w.Fixed = steps("", 0, 0)
	for _, list := range e.scope.MonthLists(e.root) {
		each := steps(list, 1, 0) - w.Fixed
		text := steps(list, 1, 1) - w.Fixed - each
		if steps(list, 3, 2) != w.Fixed+3*(each+2*text) || e.cost(sized(list, 1, 0)) > visitsEach {
			return w, false
		}
		w.Each, w.Text = max(w.Each, each), max(w.Text, text)
	}
	return w, true
}

// visitsEach is what [Budget] allows for each record.
const visitsEach = 1000
