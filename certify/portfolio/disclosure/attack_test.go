package disclosure

import (
	"math/big"

	"github.com/stretchr/testify/require"
)

// The attack knows nothing of how cells were hidden. It sees a published table,
// writes down that rows and columns add up and that nothing is negative, and
// works out the least and the most that each hidden number can be, by linear
// programming in exact fractions.
type attack struct {
	p        *Published
	variable map[[2]int]int // by place: the unknowns
	rows     [][]*big.Rat   // equations over the unknowns; the last column is what they come to
}

func newAttack(p *Published) *attack {
	a := &attack{p: p, variable: map[[2]int]int{}}
	for i := range p.Cells {
		for j := range p.Cells[i] {
			if p.Cells[i][j].Hidden {
				a.variable[[2]int{i, j}] = len(a.variable)
			}
		}
	}
	last, right := len(p.Cells)-1, len(p.Cells[0])-1
	for i := range p.Cells {
		a.equation(func(k int) [2]int { return [2]int{i, k} }, right)
	}
	for j := range p.Cells[0] {
		a.equation(func(k int) [2]int { return [2]int{k, j} }, last)
	}
	return a
}

// equation says that the cells of a line add up to its last.
func (a *attack) equation(place func(int) [2]int, last int) {
	row := make([]*big.Rat, len(a.variable)+1)
	for k := range row {
		row[k] = new(big.Rat)
	}
	for k := range last + 1 {
		at, sign := place(k), int64(1)
		if k == last {
			sign = -1
		}
		if v, hidden := a.variable[at]; hidden {
			row[v].SetInt64(sign)
			continue
		}
		row[len(row)-1].Sub(row[len(row)-1], new(big.Rat).SetInt64(sign*a.p.Cells[at[0]][at[1]].Value))
	}
	a.rows = append(a.rows, row)
}

// determined gives the hidden places whose number follows from the equations
// alone, by elimination.
func (a *attack) determined() [][2]int {
	rows := copied(a.rows)
	n, rank := len(a.variable), 0
	for v := 0; v < n && rank < len(rows); v++ {
		for i := rank; i < len(rows); i++ {
			if rows[i][v].Sign() != 0 {
				rows[rank], rows[i] = rows[i], rows[rank]
				pivot(rows, rank, v)
				rank++
				break
			}
		}
	}
	var found [][2]int
	for at, v := range a.variable {
		for _, row := range rows[:rank] {
			if row[v].Sign() != 0 && only(row[:n], v) {
				found = append(found, at)
			}
		}
	}
	return found
}

func only(row []*big.Rat, v int) bool {
	for k := range row {
		if k != v && row[k].Sign() != 0 {
			return false
		}
	}
	return true
}

func copied(rows [][]*big.Rat) [][]*big.Rat {
	all := make([][]*big.Rat, len(rows))
	for i := range rows {
		for _, x := range rows[i] {
			all[i] = append(all[i], new(big.Rat).Set(x))
		}
	}
	return all
}

// pivot makes the column a unit column with its 1 in the row.
func pivot(rows [][]*big.Rat, at, column int) {
	by := new(big.Rat).Inv(rows[at][column])
	for k := range rows[at] {
		rows[at][k].Mul(rows[at][k], by)
	}
	for i := range rows {
		if i == at || rows[i][column].Sign() == 0 {
			continue
		}
		factor := new(big.Rat).Set(rows[i][column])
		for k := range rows[i] {
			rows[i][k].Sub(rows[i][k], new(big.Rat).Mul(factor, rows[at][k]))
		}
	}
}

// bounds gives the least and the most that the hidden number can be; a most of
// nil is without bound.
func (a *attack) bounds(t require.TestingT, at [2]int) (least, most *big.Rat) {
	v, hidden := a.variable[at]
	require.True(t, hidden)
	most = a.maximum(t, v, 1)
	if negative := a.maximum(t, v, -1); negative != nil {
		least = negative.Neg(negative)
	}
	return least, most
}

// maximum is the largest of sign × the unknown, by the simplex method with
// Bland's rule in two phases; nil if there is none.
func (a *attack) maximum(t require.TestingT, v int, sign int64) *big.Rat {
	rows, n, m := copied(a.rows), len(a.variable), len(a.rows)
	basis := make([]int, m)
	for i, row := range rows { // an artificial unknown for each equation
		right := row[n]
		if right.Sign() < 0 {
			for k := range row {
				row[k].Neg(row[k])
			}
		}
		row = row[:n:n]
		for k := range m {
			x := new(big.Rat)
			if k == i {
				x.SetInt64(1)
			}
			row = append(row, x)
		}
		rows[i], basis[i] = append(row, right), n+i
	}
	phaseOne := make([]*big.Rat, n+m+1)
	for k := range phaseOne {
		phaseOne[k] = new(big.Rat)
		if k >= n && k < n+m {
			continue
		}
		for i := range rows {
			phaseOne[k].Sub(phaseOne[k], rows[i][k])
		}
	}
	rows = append(rows, phaseOne)
	require.True(t, simplex(rows, basis, n+m))
	require.Zero(t, rows[m][n+m].Sign(), "the published table itself is a solution")
	for i, b := range basis { // artificial unknowns that stayed are 0: out with them, or with the equation
		if b < n {
			continue
		}
		for k := range n {
			if rows[i][k].Sign() != 0 {
				pivot(rows, i, k)
				basis[i] = k
				break
			}
		}
	}
	goal := make([]*big.Rat, n+m+1)
	for k := range goal {
		goal[k] = new(big.Rat)
	}
	goal[v].SetInt64(-sign)
	rows[m] = goal
	for i, b := range basis {
		if rows[m][b].Sign() != 0 {
			pivot(rows, i, b)
		}
	}
	if !simplex(rows, basis, n) {
		return nil
	}
	return rows[m][n+m]
}

// simplex improves the last row over the first columns until it can't; false
// if there is no bound.
func simplex(rows [][]*big.Rat, basis []int, columns int) bool {
	m := len(basis)
	right := len(rows[0]) - 1
	for {
		enter := -1
		for k := range columns {
			if rows[m][k].Sign() < 0 {
				enter = k
				break
			}
		}
		if enter < 0 {
			return true
		}
		leave, ratio := -1, new(big.Rat)
		for i := range m {
			if rows[i][enter].Sign() <= 0 {
				continue
			}
			r := new(big.Rat).Quo(rows[i][right], rows[i][enter])
			if leave < 0 || r.Cmp(ratio) < 0 || r.Cmp(ratio) == 0 && basis[i] < basis[leave] {
				leave, ratio = i, r
			}
		}
		if leave < 0 {
			return false
		}
		pivot(rows, leave, enter)
		basis[leave] = enter
	}
}
