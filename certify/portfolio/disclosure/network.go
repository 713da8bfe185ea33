package disclosure

import (
	"cmp"
	"math"
	"slices"
)

// A table with its totals is a network in which numbers flow (Cox, JASA 90,
// 1995): each row and each column is a node, and each cell an arc. What flows
// from the column of totals into a row flows on through its cells into the
// columns, from there through their totals into the row of totals, and through
// the total of everything back to the column of totals. What comes in at a node
// goes out of it, which says that the table adds up.
//
// Another table that shows the same numbers is another flow that differs in the
// hidden arcs only. So an unsafe cell can be larger by an amount if that amount
// can be sent round through its arc over others that are hidden: forwards
// without limit, backwards as far as it leaves nothing negative. Where it can't,
// the cheapest way round tells which arcs to hide.
type network struct {
	cells         [][]arc
	rows, columns int // of the table itself; these indices stand for the totals
}

type arc struct {
	value  int64
	need   int64
	hidden bool
	never  bool  // nothing can flow here
	cost   int64 // of hiding it
	moved  int64 // by which the other table that is being sought differs
}

// What it costs to hide a cell is its value, so that little is lost; totals
// cost more than all cells together, and the total of everything more than all
// totals.
const (
	cellCost  = int64(1)
	mostCost  = int64(1) << 32
	totalCost = int64(1) << 44
	grandCost = int64(1) << 56
)

func newNetwork(t *Table, r Rule) *network {
	n := &network{rows: len(t.Rows), columns: len(t.Columns)}
	rowTotals, columnTotals, everything := slices.Repeat([]Cell{{Never: true}}, n.rows), slices.Repeat([]Cell{{Never: true}}, n.columns), Cell{Never: true}
	for i, row := range t.Cells {
		for j, c := range row {
			rowTotals[i].add(c)
			columnTotals[j].add(c)
			everything.add(c)
		}
	}
	w := r.whole(t, everything)
	arcs := func(cells []Cell, cost int64, total Cell, totalCost int64) []arc {
		var row []arc
		for _, c := range cells {
			row = append(row, newArc(c, r.need(c, w), cost))
		}
		return append(row, newArc(total, r.need(total, w), totalCost))
	}
	for i, row := range t.Cells {
		n.cells = append(n.cells, arcs(row, cellCost, rowTotals[i], totalCost))
	}
	n.cells = append(n.cells, arcs(columnTotals, totalCost, everything, grandCost))
	if t.ColumnsDiffer { // these are shown nowhere
		for j := range n.cells[n.rows] {
			c := &n.cells[n.rows][j]
			c.hidden, c.need = true, 0
		}
	}
	return n
}

// add makes the cell a total that holds the other too. Where nobody can stand
// in any of its cells, nobody can stand in a total.
func (c *Cell) add(o Cell) {
	c.Ones += o.Ones
	c.Parts = append(c.Parts, o.Parts...)
	c.Never = c.Never && o.Never
}

// rank tells ways over cells from those over totals and those over the total
// of everything.
func rank(cost int64) int {
	switch {
	case cost < totalCost:
		return 0
	case cost < grandCost:
		return 1
	}
	return 2
}

func newArc(c Cell, need, cost int64) arc {
	a := arc{need: need, hidden: need > 0, value: int64(c.Ones), never: c.Never}
	for _, part := range c.Parts {
		a.value += part.Value
	}
	a.cost = cost + min(a.value, mostCost)
	return a
}

// protect hides arcs until each unsafe one can be as large as it needs. Those
// that need most go first, since their ways round serve others too.
func (n *network) protect() {
	var unsafe, also []place
	for i := range n.cells {
		for j := range n.cells[i] {
			if n.cells[i][j].need > 0 {
				unsafe = append(unsafe, place{i, j})
			}
		}
	}
	slices.SortStableFunc(unsafe, func(a, b place) int { return cmp.Compare(n.at(b).need, n.at(a).need) })
	for _, p := range unsafe {
		if !n.raise(p, false) { // can't be, but nothing may be shown then
			n.hideAll()
			return
		}
		also = append(also, n.settle()...)
	}
	n.trim(unsafe, also)
}

type place struct{ i, j int }

func (n *network) at(p place) *arc { return &n.cells[p.i][p.j] }

// raise sends what the arc needs round by the cheapest ways, at one go where
// that takes no more totals than doing it in parts. There is always a way: every total may rise with the cell. With
// hidden it uses no others than hidden arcs, and says whether these will do.
func (n *network) raise(p place, hidden bool) bool {
	for rest := n.at(p).need; rest > 0; {
		way, cost := n.cheapest(p, rest, hidden)
		if part, price := n.cheapest(p, 1, hidden); way == nil || rank(price) < rank(cost) {
			way = part
		}
		if way == nil {
			return false
		}
		amount := rest
		for _, s := range way {
			if c := n.at(s.place); !s.forwards {
				amount = min(amount, c.value+c.moved)
			}
		}
		for _, s := range way {
			if c := n.at(s.place); s.forwards {
				c.moved += amount
			} else {
				c.moved -= amount
			}
		}
		rest -= amount
	}
	return true
}

// settle forgets what was sent, and hides the arcs that it went over; it gives
// those that were not hidden before.
func (n *network) settle() (also []place) {
	for i := range n.cells {
		for j := range n.cells[i] {
			c := &n.cells[i][j]
			if c.moved != 0 && !c.hidden {
				c.hidden = true
				also = append(also, place{i, j})
			}
			c.moved = 0
		}
	}
	return also
}

// trim shows again what is not needed after all, the dearest first: of what was
// hidden for one unsafe arc, another's ways may make up for.
func (n *network) trim(unsafe, also []place) {
	slices.SortStableFunc(also, func(a, b place) int { return cmp.Compare(n.at(b).cost, n.at(a).cost) })
	for _, p := range also {
		n.at(p).hidden = false
		for _, u := range unsafe {
			enough := n.raise(u, true)
			n.settle()
			if !enough {
				n.at(p).hidden = true
				break
			}
		}
	}
}

func (n *network) hideAll() {
	for i := range n.cells {
		for j := range n.cells[i] {
			n.cells[i][j].hidden = true
		}
	}
}

// stretch is a cell on a way, taken in the direction of its arc or against it.
type stretch struct {
	place
	forwards bool
}

// ends gives the nodes of an arc: rows come first, then columns.
func (n *network) ends(p place) (from, to int) {
	row, column := p.i, n.rows+1+p.j
	if (p.i == n.rows) == (p.j == n.columns) {
		return row, column
	}
	return column, row
}

// cheapest finds the cheapest way from where the arc ends to where it begins,
// not through itself, by Dijkstra's method; nil if there is none. Backwards it
// goes over no arc that has not the least amount, and with hidden over none that
// is shown.
func (n *network) cheapest(p place, least int64, hidden bool) (way []stretch, price int64) {
	nodes := n.rows + n.columns + 2
	cost, done, by := make([]int64, nodes), make([]bool, nodes), make([]stretch, nodes)
	for k := range cost {
		cost[k] = math.MaxInt64
	}
	goal, start := n.ends(p)
	cost[start] = 0
	for {
		at := -1
		for k := range nodes {
			if !done[k] && cost[k] < math.MaxInt64 && (at < 0 || cost[k] < cost[at]) {
				at = k
			}
		}
		if at < 0 || at == goal {
			break
		}
		done[at] = true
		n.leave(at, least, func(s stretch, to int) {
			if s.place == p || done[to] || hidden && !n.at(s.place).hidden {
				return
			}
			if price := cost[at] + n.price(s); price < cost[to] {
				cost[to], by[to] = price, s
			}
		})
	}
	if cost[goal] == math.MaxInt64 {
		return nil, 0
	}
	for at := goal; at != start; {
		s := by[at]
		way = append(way, s)
		from, to := n.ends(s.place)
		at = from
		if !s.forwards {
			at = to
		}
	}
	return way, cost[goal]
}

// price is what it costs to hide the cell, if it is not hidden yet or will be.
func (n *network) price(s stretch) int64 {
	if c := n.at(s.place); !c.hidden && c.moved == 0 {
		return c.cost
	}
	return 0
}

// leave goes through the stretches on which the least amount more can be sent
// from the node, in order of row and column.
func (n *network) leave(node int, least int64, visit func(s stretch, to int)) {
	try := func(i, j int) {
		p := place{i, j}
		from, to := n.ends(p)
		switch c := n.at(p); {
		case c.never:
		case from == node:
			visit(stretch{p, true}, to)
		case c.value+c.moved >= least:
			visit(stretch{p, false}, from)
		}
	}
	if node <= n.rows {
		for j := range n.columns + 1 {
			try(node, j)
		}
		return
	}
	for i := range n.rows + 1 {
		try(i, node-n.rows-1)
	}
}
