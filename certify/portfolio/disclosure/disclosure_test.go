package disclosure

import (
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// counts is a table of counts, in which everyone contributes once.
func counts(rows [][]int) Table {
	t := Table{Name: "counts"}
	who := 0
	for i, row := range rows {
		t.Rows = append(t.Rows, fmt.Sprint("r", i))
		var cells []Cell
		for _, n := range row {
			var c Cell
			for range n {
				who++
				c.Parts = append(c.Parts, Contribution{fmt.Sprint(who), 1})
			}
			cells = append(cells, c)
		}
		t.Cells = append(t.Cells, cells)
	}
	for j := range rows[0] {
		t.Columns = append(t.Columns, fmt.Sprint("c", j))
	}
	return t
}

// protect protects one table by itself.
func protect(t Table, r Rule) (*Published, error) {
	all, err := Protect(r, t)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// drawn is a random table, of counts or of amounts.
func drawn(t *rapid.T, most int, amounts bool) Table {
	rows, columns := rapid.IntRange(1, most).Draw(t, "rows"), rapid.IntRange(1, most).Draw(t, "columns")
	numbers := make([][]int, rows)
	for i := range numbers {
		for range columns {
			n := rapid.IntRange(0, 12).Draw(t, "n")
			if rapid.IntRange(0, 5).Draw(t, "large") == 0 {
				n *= 9
			}
			numbers[i] = append(numbers[i], n)
		}
	}
	table := counts(numbers)
	table.ColumnsDiffer = rapid.IntRange(0, 3).Draw(t, "differ") == 0
	for _, row := range table.Cells {
		for j := range row {
			row[j].Never = len(row[j].Parts) == 0 && rapid.IntRange(0, 2).Draw(t, "never") == 0
		}
	}
	if amounts {
		for i := range table.Cells {
			for j := range table.Cells[i] {
				for k := range table.Cells[i][j].Parts {
					part := &table.Cells[i][j].Parts[k]
					part.Value = int64(rapid.IntRange(0, 40).Draw(t, "amount"))
					if rapid.IntRange(0, 9).Draw(t, "dominant") == 0 {
						part.Value *= 100
					}
				}
			}
		}
	}
	return table
}

// places gives each place with what really stands there, totals included, in
// order.
func places(table Table) (order [][2]int, cells map[[2]int][]Contribution) {
	cells = map[[2]int][]Contribution{}
	rows, columns := len(table.Rows), len(table.Columns)
	for i := range rows {
		for j := range columns {
			for _, at := range [][2]int{{i, j}, {i, columns}, {rows, j}, {rows, columns}} {
				cells[at] = append(cells[at], table.Cells[i][j].Parts...)
			}
		}
	}
	order = slices.SortedFunc(maps.Keys(cells), func(a, b [2]int) int { return (a[0]-b[0])*1000 + a[1] - b[1] })
	return order, cells
}

// never tells whether nobody can stand in the place, or in any cell of the
// total that stands there.
func never(table Table, at [2]int) bool {
	for i := range table.Rows {
		for j := range table.Columns {
			if (at[0] == i || at[0] == len(table.Rows)) && (at[1] == j || at[1] == len(table.Columns)) && !table.Cells[i][j].Never {
				return false
			}
		}
	}
	return true
}

// checkSafe attacks a published table and looks what became known of each cell
// that the rule calls unsafe, told here once more in its own words.
func checkSafe(t require.TestingT, table Table, r Rule, p *Published) (unsafe int) {
	order, cells := places(table)
	attack := newAttack(p)
	determined := attack.determined()
	for _, at := range order {
		shown := p.Cells[at[0]][at[1]]
		if table.ColumnsDiffer && at[0] == len(table.Rows) {
			require.True(t, shown.Hidden, "there are no totals of columns")
			continue
		}
		if never(table, at) {
			require.Equal(t, Shown{}, shown, "everyone knows")
			continue
		}
		sum, by := int64(0), map[string]int64{}
		for _, c := range cells[at] {
			sum += c.Value
			by[c.Of] += c.Value
		}
		contributors, top := 0, int64(0)
		for k, v := range slices.Backward(slices.Sorted(maps.Values(by))) {
			if v > 0 {
				contributors++
			}
			if len(by)-k <= r.N {
				top += v
			}
		}
		if !shown.Hidden {
			require.Equal(t, sum, shown.Value, "what is shown is true")
		}
		dominated := r.N > 0 && 100*top > int64(r.Percent)*sum && int(sum) != contributors
		if contributors >= r.K && !dominated || r.Zeros && contributors == 0 {
			continue
		}
		unsafe++
		require.True(t, shown.Hidden, "%v holds %d of %d", at, sum, contributors)
		require.NotContains(t, determined, at, "%v follows from the sums", at)
		least, most := attack.bounds(t, at)
		real := new(big.Rat).SetInt64(sum)
		require.True(t, least.Cmp(real) <= 0 && (most == nil || most.Cmp(real) > 0), "%v is known to be no more than %v", at, most)
		if most == nil {
			continue
		}
		if int(sum) == contributors {
			require.GreaterOrEqual(t, most.Cmp(new(big.Rat).SetInt64(int64(r.K))), 0, "%v is known to be under %d: no more than %v", at, r.K, most)
		}
		if dominated {
			require.LessOrEqual(t, new(big.Rat).SetInt64(100*top).Cmp(new(big.Rat).Mul(most, new(big.Rat).SetInt64(int64(r.Percent)))), 0, "%v", at)
		}
	}
	return unsafe
}

// rounds is how many random tables are attacked.
func rounds(t *testing.T, usual int) int {
	if os.Getenv("KEURMERK_SLOW") == "1" {
		usual *= 40
	}
	t.Logf("%d random tables", usual)
	return usual
}

// However a random table of counts is made up, no cell under k can be worked
// out of what is published, nor can it be told to be under k.
func TestRandomCounts(t *testing.T) {
	attackRandom(t, rounds(t, 250), Rule{K: 5, N: 1, Percent: 75}, 5, false)
}

// The same where zeros are shown: no one to four can be told from five.
func TestRandomZeros(t *testing.T) {
	attackRandom(t, rounds(t, 60), Rule{K: 5, N: 1, Percent: 75, Zeros: true}, 5, false)
}

// The same for amounts, with dominant contributors.
func TestRandomAmounts(t *testing.T) {
	attackRandom(t, rounds(t, 100), Rule{K: 3, N: 1, Percent: 75}, 4, true)
	attackRandom(t, rounds(t, 50), Rule{K: 4, N: 2, Percent: 85}, 4, true)
}

func attackRandom(t *testing.T, rounds int, r Rule, most int, amounts bool) {
	generator := rapid.Custom(func(t *rapid.T) Table { return drawn(t, most, amounts) })
	unsafe, withheld := 0, 0
	for seed := range rounds {
		table := generator.Example(seed)
		p, err := protect(table, r)
		require.NoError(t, err)
		unsafe += checkSafe(t, table, r, p)
		order, cells := places(table)
		for _, at := range order {
			if at[0] == len(table.Rows) && at[1] == len(table.Columns) && !table.ColumnsDiffer {
				if m := r.merge(Cell{Parts: cells[at]}); m.contributors >= int64(r.K) && r.dominated(m) == 0 || r.Zeros && m.contributors == 0 {
					require.False(t, p.Cells[at[0]][at[1]].Hidden, "a safe total of everything is never hidden")
				}
			}
			if p.Cells[at[0]][at[1]].Hidden {
				withheld++
			}
		}
	}
	t.Logf("%d unsafe cells, %d hidden in all", unsafe, withheld)
	require.Positive(t, unsafe)
}

// The attack finds what there is to find: of tables in which no more than the
// unsafe cells are hidden, it breaks many.
func TestAttackHasTeeth(t *testing.T) {
	generator := rapid.Custom(func(t *rapid.T) Table { return drawn(t, 5, false) })
	broken := 0
	for seed := range 100 {
		table := generator.Example(seed)
		table.ColumnsDiffer = false
		order, cells := places(table)
		p := &Published{Rows: table.Rows, Columns: table.Columns}
		for range len(table.Rows) + 1 {
			p.Cells = append(p.Cells, make([]Shown, len(table.Columns)+1))
		}
		for _, at := range order {
			n := len(cells[at])
			p.Cells[at[0]][at[1]] = Shown{int64(n), n < 5}
		}
		for _, at := range newAttack(p).determined() {
			if n := len(cells[at]); n < 5 {
				broken++
				break
			}
		}
	}
	t.Logf("%d of 100 tables broken", broken)
	require.Greater(t, broken, 20)
}

// In small tables every table that would be published alike is gone through,
// one by one: among them each cell under k takes two values and k or more.
func TestAllTablesAlike(t *testing.T) {
	const k = 3
	generator := rapid.Custom(func(t *rapid.T) [][]int {
		rows := make([][]int, rapid.IntRange(1, 2).Draw(t, "rows"))
		columns := rapid.IntRange(1, 3).Draw(t, "columns")
		for i := range rows {
			rows[i] = rapid.SliceOfN(rapid.IntRange(0, 6), columns, columns).Draw(t, "row")
		}
		return rows
	})
	for seed := range rounds(t, 500) {
		numbers := generator.Example(seed)
		p, err := protect(counts(numbers), Rule{K: k})
		require.NoError(t, err)
		seen := alike(p, 6+k)
		_, cells := places(counts(numbers))
		for at, cell := range cells {
			if len(cell) < k {
				require.Greater(t, len(seen[at]), 1, "%v in %v", at, numbers)
				require.GreaterOrEqual(t, slices.Max(slices.Collect(maps.Keys(seen[at]))), int64(k), "%v in %v", at, numbers)
			}
		}
	}
}

// alike tries every number up to a limit in every hidden place of the table
// itself, and tells what each place held in those that fit the totals shown.
func alike(p *Published, limit int64) map[[2]int]map[int64]bool {
	rows, columns := len(p.Rows), len(p.Columns)
	seen := map[[2]int]map[int64]bool{}
	numbers := make([][]int64, rows+1) // with totals, as far as they are known
	for i := range numbers {
		numbers[i] = make([]int64, columns+1)
		for j := range numbers[i] {
			seen[[2]int{i, j}] = map[int64]bool{}
		}
	}
	fits := func(i, j int) bool { return p.Cells[i][j].Hidden || p.Cells[i][j].Value == numbers[i][j] }
	note := func() {
		last := numbers[rows]
		for j := range last {
			last[j] = 0
			for i := range rows {
				last[j] += numbers[i][j]
			}
			if !fits(rows, j) {
				return
			}
		}
		for i := range numbers {
			for j, n := range numbers[i] {
				seen[[2]int{i, j}][n] = true
			}
		}
	}
	var try func(i, j int)
	try = func(i, j int) {
		switch {
		case i == rows:
			note()
		case j == columns:
			numbers[i][j] = 0
			for _, n := range numbers[i][:columns] {
				numbers[i][j] += n
			}
			if fits(i, j) {
				try(i+1, 0)
			}
		case !p.Cells[i][j].Hidden:
			numbers[i][j] = p.Cells[i][j].Value
			try(i, j+1)
		default:
			for n := range limit + 1 {
				numbers[i][j] = n
				try(i, j+1)
			}
		}
	}
	try(0, 0)
	return seen
}

// text shows a published table, hidden numbers as x.
func text(p *Published) string {
	var b strings.Builder
	for _, row := range p.Cells {
		for j, c := range row {
			if j > 0 {
				b.WriteByte(' ')
			}
			if c.Hidden {
				b.WriteByte('x')
				continue
			}
			fmt.Fprint(&b, c.Value)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// What is hidden in tables that can be followed by eye.
func TestTables(t *testing.T) {
	for name, c := range map[string]struct {
		rows [][]int
		want string
	}{
		"nothing":               {[][]int{{10, 20}, {30, 40}}, "10 20 30\n30 40 70\n40 60 100\n"},
		"one unsafe":            {[][]int{{2, 20}, {30, 40}}, "x x 22\nx x 70\n32 60 92\n"},
		"a list":                {[][]int{{3}, {50}, {20}, {100}}, "x x\n50 50\nx x\n100 100\n173 173\n"},
		"a list of small":       {[][]int{{3}, {2}, {100}}, "x x\nx x\n100 100\n105 105\n"},
		"a zero":                {[][]int{{0}, {8}, {9}}, "x x\nx x\n9 9\n17 17\n"},
		"all too few":           {[][]int{{1, 2}, {0, 1}}, "x x x\nx x x\nx x x\n"},
		"everything in one":     {[][]int{{9}}, "9 9\n9 9\n"},
		"one, and that too few": {[][]int{{4}}, "x x\nx x\n"},
		"three by three":        {[][]int{{37, 30, 22}, {3, 2, 1}, {2, 6, 4}}, "37 30 22 89\nx x x 6\nx x x 12\n42 38 27 107\n"},
		"a small row":           {[][]int{{1, 2}, {30, 40}, {50, 60}}, "x x x\nx x x\n50 60 110\n81 102 183\n"},
	} {
		p, err := protect(counts(c.rows), Rule{K: 5})
		require.NoError(t, err)
		require.Equal(t, c.want, text(p), name)
	}
	p, err := protect(counts([][]int{{26, 0}, {0, 14}, {0, 0}}), Rule{K: 5, Zeros: true})
	require.NoError(t, err)
	require.Equal(t, "26 0 26\n0 14 14\n0 0 0\n26 14 40\n", text(p))
	months := counts([][]int{{2, 40}, {30, 20}, {1, 2}})
	months.ColumnsDiffer = true
	p, err = protect(months, Rule{K: 5})
	require.NoError(t, err)
	require.Equal(t, "x x 42\n30 20 50\nx x x\nx x x\n", text(p), "each row for itself")
}

// One contributor in several cells is one; one who gives nothing is none.
func TestContributors(t *testing.T) {
	cell := func(of ...string) (c Cell) {
		for _, name := range of {
			c.Parts = append(c.Parts, Contribution{name, 1})
		}
		return c
	}
	table := Table{Rows: []string{"r"}, Columns: []string{"a", "b"}, Cells: [][]Cell{{cell("1", "2"), cell("1", "2")}}}
	p, err := protect(table, Rule{K: 3})
	require.NoError(t, err)
	require.Equal(t, "x x x\nx x x\n", text(p), "two companies in all")
	table.Cells[0][1] = cell("3", "4", "5")
	table.Cells[0][1].Parts = append(table.Cells[0][1].Parts, Contribution{"6", 0})
	p, err = protect(table, Rule{K: 4})
	require.NoError(t, err)
	require.Equal(t, "x x 5\nx x 5\n", text(p))
}

// A sum that one of many makes up almost alone is hidden.
func TestDominance(t *testing.T) {
	spread := func(values ...int64) (c Cell) {
		for i, v := range values {
			c.Parts = append(c.Parts, Contribution{fmt.Sprint(i), v})
		}
		return c
	}
	even, one := spread(100, 110, 120, 130, 140), spread(1000, 10, 10, 10, 10)
	table := Table{Rows: []string{"even", "one", "other"}, Columns: []string{"sum"}, Cells: [][]Cell{{even}, {one}, {spread(300, 300, 300, 300, 300)}}}
	p, err := protect(table, Default())
	require.NoError(t, err)
	require.True(t, p.Cells[1][0].Hidden)
	require.False(t, p.Cells[3][0].Hidden)
	p, err = protect(table, Rule{K: 5})
	require.NoError(t, err)
	require.False(t, p.Cells[1][0].Hidden, "without that rule nothing is")
}

// What makes no sense is refused with its place.
func TestRefused(t *testing.T) {
	good := counts([][]int{{5}})
	for says, c := range map[string]struct {
		table Table
		rule  Rule
	}{
		"k is 1":               {good, Rule{K: 1}},
		"1 contributors and 0": {good, Rule{K: 5, N: 1}},
		"0 rows":               {Table{}, Default()},
		`row "r": 0 cells`:     {Table{Rows: []string{"r"}, Columns: []string{"c"}, Cells: [][]Cell{{}}}, Default()},
		"nobody can":           {Table{Rows: []string{"r"}, Columns: []string{"c"}, Cells: [][]Cell{{{Ones: 1, Never: true}}}}, Default()},
		`"x" contributed -1`:   {Table{Rows: []string{"r"}, Columns: []string{"c"}, Cells: [][]Cell{{{Parts: []Contribution{{"x", -1}}}}}}, Default()},
	} {
		_, err := protect(c.table, c.rule)
		require.ErrorContains(t, err, says)
	}
}

// Contributors that stand in one cell only need no names.
func TestOnes(t *testing.T) {
	for seed := range 100 {
		table := rapid.Custom(func(t *rapid.T) Table { return drawn(t, 5, false) }).Example(seed)
		named, err := protect(table, Default())
		require.NoError(t, err)
		for i := range table.Cells {
			for j := range table.Cells[i] {
				table.Cells[i][j] = Cell{Ones: len(table.Cells[i][j].Parts), Never: table.Cells[i][j].Never}
			}
		}
		ones, err := protect(table, Default())
		require.NoError(t, err)
		require.Equal(t, named, ones)
	}
	top := Rule{K: 5, N: 3, Percent: 75}.merge(Cell{Ones: 1, Parts: []Contribution{{"a", 3}, {"b", 2}, {"a", 1}}}).top
	require.Equal(t, int64(7), top)
}

// Tables given together are hidden at the same places: here premiums are 100 a
// policy-year, and would tell what policy-years hide.
func TestTogether(t *testing.T) {
	parts := func(factor int64, values ...int64) (c Cell) {
		for i, v := range values {
			c.Parts = append(c.Parts, Contribution{fmt.Sprint(i), v * factor})
		}
		return c
	}
	table := func(name string, factor int64, third ...int64) Table {
		return Table{Name: name, Rows: []string{"a", "b", "c"}, Columns: []string{"sum"},
			Cells: [][]Cell{{parts(factor, 1, 1)}, {parts(factor, 5, 5, 5, 5, 5, 5)}, {parts(factor, third...)}}}
	}
	years, premiums := table("policy-years", 1, 4, 4, 4, 4, 4, 4), table("premiums", 100, 9, 9, 9, 9, 9, 9)
	alone, err := protect(years, Default())
	require.NoError(t, err)
	require.Equal(t, "x x\n30 30\nx x\n56 56\n", text(alone))
	both, err := Protect(Default(), years, premiums)
	require.NoError(t, err)
	require.Equal(t, "x x\nx x\nx x\n56 56\n", text(both[0]))
	require.Equal(t, "x x\nx x\nx x\n8600 8600\n", text(both[1]))
	_, err = Protect(Default(), years, counts([][]int{{1}}))
	require.ErrorContains(t, err, "differ in size")
}

func ExampleProtect() {
	shown, err := Protect(Default(), Table{
		Rows: []string{"certified", "at risk", "suspended"}, Columns: []string{"companies"},
		Cells: [][]Cell{{{Ones: 110}}, {{Ones: 12}}, {{Ones: 2}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, row := range shown[0].Rows {
		fmt.Println(row, shown[0].Cells[i][0])
	}
	// Output:
	// certified {110 false}
	// at risk {0 true}
	// suspended {0 true}
}

// BenchmarkProtect is a count of 10,000 companies over 60 months, in four
// columns.
func BenchmarkProtect(b *testing.B) {
	rows := make([][]int, 60)
	for i := range rows {
		rows[i] = []int{9000 - i, 990, i, 10}
	}
	table := counts(rows)
	table.ColumnsDiffer = true
	for b.Loop() {
		if _, err := protect(table, Default()); err != nil {
			b.Fatal(err)
		}
	}
}
