package expr

import (
	"context"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/plan"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/record"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

var randomParams = map[string]any{"five": int64(5), "word": "b", "yes": true}

// randomScope has a custom type, parameters, and a few random named values.
func randomScope(t testing.TB, a *author) *Scope {
	scope, err := NewScope(
		map[string]CustomType{"backup": {"ok": Bool, "size": Number, "note": Text, "tested": Date}},
		map[string]FieldType{"five": Number, "word": Text, "yes": Bool})
	require.NoError(t, err)
	for _, name := range []string{"l0", "l1", "l2", "l3"} {
		text, typ := "", a.one("bool", "int", "list")
		switch typ {
		case "bool":
			text = a.truth(2)
		case "int":
			text = a.number(2)
		default:
			text, typ = a.list(2)
			text += ".filter(" + a.predicate(typ, 1) + ")"
		}
		e, faults := scope.Compile(text, Any)
		if len(faults) > 0 {
			continue
		}
		scope, err = scope.Let(name, e)
		require.NoError(t, err)
		a.lets[name] = typ
	}
	return scope
}

// A plan comes to what cel-go comes to, and what a naive reading of the
// language's description does: the same truth or a failure, the same
// records, and vacuous or not, however the conditions are put together.
func TestPlanIsCEL(t *testing.T) {
	scopes := 15
	if os.Getenv("KEURMERK_SLOW") != "" {
		scopes = 1500
	}
	var pairs, planned, refused, failing atomic.Int64
	const together = 5
	t.Run("rounds", func(t *testing.T) {
		for part := range together {
			t.Run(strconv.Itoa(part), func(t *testing.T) {
				t.Parallel()
				for seed := part; seed < scopes; seed += together {
					p, r, n, f := comparePlan(t, uint64(seed))
					planned.Add(int64(p))
					refused.Add(int64(r))
					pairs.Add(int64(n))
					failing.Add(int64(f))
				}
			})
		}
	})
	t.Logf("%d pairs of a condition and a month, %d conditions planned, %d pairs failing; %d conditions refused; 1,500 instead of 15 rounds with KEURMERK_SLOW=1",
		pairs.Load(), planned.Load(), failing.Load(), refused.Load())
	require.Greater(t, planned.Load(), 2*refused.Load())
	require.Greater(t, failing.Load(), pairs.Load()/50)
	require.Greater(t, pairs.Load()-failing.Load(), pairs.Load()/2)
}

// comparePlan compares the conditions of one random norm.
func comparePlan(t *testing.T, seed uint64) (planned, refused, pairs, failing int) {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 1)), lets: map[string]string{}}
	scope := randomScope(t, a)
	lowerer, builder := scope.Lowerer(randomParams), plan.New()
	var exprs []*Expr
	var conditions []*plan.Condition
	for range 30 {
		want, text := Truth, ""
		if a.chance(20) {
			want, text = Whole, a.number(3)
		} else {
			text = a.truth(4)
		}
		e, faults := scope.Compile(text, want)
		if len(faults) > 0 {
			require.Contains(t, []string{"KM-CEL-SIZE", "KM-CEL-NESTING", "KM-CEL-SHADOW"}, faults[0].Code, "%s: %v", text, faults)
			continue
		}
		node, _, cause := lowerer.Lower(e)
		var c *plan.Condition
		if cause == nil {
			c, _ = builder.Add(node) // nil if there are more parts than a class can tell apart
		}
		if c == nil {
			refused++
		}
		exprs, conditions = append(exprs, e), append(conditions, c)
	}
	p := builder.Plan()
	for range 25 {
		m := randomMonth(a.Rand)
		period, err := m.Period()
		require.NoError(t, err)
		pass, facts := p.Pass(plan.Pack(m, period)), scope.Facts(context.Background(), m, period, randomParams)
		for i, e := range exprs {
			if !sameAsCEL(t, facts, e, conditions[i], pass) {
				failing++
			}
			pairs++
		}
		pass.Done()
	}
	return len(exprs) - refused, refused, pairs, failing
}

// sameAsCEL holds one condition against cel-go; it tells whether it came to a
// value.
func sameAsCEL(t *testing.T, facts *Facts, e *Expr, c *plan.Condition, pass *plan.Pass) bool {
	m := facts.month
	want, err := e.Uncharged(facts)
	agreesNaive(t, e, m, facts.period, want, err)
	if c == nil {
		return err == nil
	}
	got := c.Value(pass)
	if err != nil {
		if got.Kind != record.Fault {
			require.Fail(t, "no failure", "%s\n%+v: %v", e.Text, m, err)
		}
		return false
	}
	if want != celValue(got) {
		require.Equal(t, want, celValue(got), "%s\n%+v", e.Text, m)
	}
	truth, ok := want.(types.Bool)
	if !ok {
		return true
	}
	decided := e.Decide(facts, bool(truth))
	for _, most := range []int{-1, 0, 2} {
		found := c.Decide(pass, bool(truth), most)
		keys := decided.Keys
		if most >= 0 {
			keys = keys[:min(most, len(keys))]
		}
		if len(decided.Keys) != found.Count || decided.Vacuous != found.Vacuous || !slices.EqualFunc(keys, found.Keys, slices.Equal[ruling.Key]) {
			require.Equal(t, decided, Decided{found.Keys, found.Vacuous}, "at most %d of %d: %s\n%+v", most, found.Count, e.Text, m)
			require.Fail(t, "another count")
		}
	}
	return true
}

func celValue(v record.Value) ref.Val {
	switch v.Kind {
	case record.Bool:
		return types.Bool(v.N == 1)
	case record.Number:
		return types.Int(v.N)
	case record.None:
		return none{}
	}
	return nil
}

// Records that lack the text by which they are looked up, or that are looked
// up by a text that is lacking, come to what they come to one by one.
func TestLookups(t *testing.T) {
	a := &author{Rand: rand.New(rand.NewPCG(7, 7)), lets: map[string]string{}}
	scope := randomScope(t, a)
	texts := []string{
		"employees.all(e, courses.exists(c, c.employee == e.id && has(c.completed)))",
		"computers.exists(c, vulnerabilities.exists(v, v.title == c.os))",
		"computers.exists(c, vulnerabilities.exists(v, v.title == c.os && v.remedy == 'a'))",
		"computers.all(c, vulnerabilities.all(v, v.title != c.os || v.remedy == 'a' || v.open))",
		"computers.filter(c, vulnerabilities.filter(v, c.os == v.remedy && v.open).size() > 0).size() > 1",
		"vulnerabilities.exists_one(v, computers.exists_one(c, c.os == v.title))",
		"computers.exists(c, c.os in vulnerabilities.map(v, v.title))",
		"computers.exists(c, c.id in vulnerabilities.map(v, v.open, v.title))",
		"computers.all(c, c.id in vulnerabilities.map(v, v.remedy == 'a', v.asset))",
		"computers.all(c, c.id in vulnerabilities.filter(v, v.remedy == 'a').map(v, v.asset))",
		"'a' in vulnerabilities.map(v, v.title)",
		"websites.exists(w, vulnerabilities.filter(v, v.remedy == 'a').exists(v, v.asset == w.id))",
	}
	builder, lowerer := plan.New(), scope.Lowerer(randomParams)
	var exprs []*Expr
	var conditions []*plan.Condition
	for _, text := range texts {
		e, faults := scope.Compile(text, Truth)
		require.Empty(t, faults, text)
		node, _, refused := lowerer.Lower(e)
		require.Nil(t, refused, text)
		c, err := builder.Add(node)
		require.NoError(t, err)
		exprs, conditions = append(exprs, e), append(conditions, c)
	}
	p := builder.Plan()
	worked, failed := map[string]int{}, map[string]int{}
	for range 500 {
		m := randomMonth(a.Rand)
		period, err := m.Period()
		require.NoError(t, err)
		pass, facts := p.Pass(plan.Pack(m, period)), scope.Facts(context.Background(), m, period, randomParams)
		for i, e := range exprs {
			if sameAsCEL(t, facts, e, conditions[i], pass) {
				worked[e.Text]++
			} else {
				failed[e.Text]++
			}
		}
		pass.Done()
	}
	for _, text := range texts {
		require.Positive(t, worked[text], text)
	}
	require.Greater(t, len(failed), 8)
}
