package card_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"
)

// plain is a card that the JSON library writes by itself.
type plain card.Card

// fill puts something random into every member there is, at any depth.
func fill(r *rand.Rand, v reflect.Value) {
	switch v.Interface().(type) {
	case finding.YearMonth:
		v.SetInt(int64(finding.MonthOf(1970+r.IntN(8000), 1)) + r.Int64N(12))
		return
	case ruling.Outcome:
		v.SetUint(r.Uint64N(4))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(r, field)
		}
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), r.IntN(4), 4)
		for i := range list.Len() {
			fill(r, list.Index(i))
		}
		if r.IntN(4) > 0 {
			v.Set(list)
		}
	case reflect.Pointer:
		if r.IntN(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem())
		}
	case reflect.String:
		v.SetString([]string{"", "a", "kvk:1", `"\`, "<b>&", "\u2028é🧀", "\x00\n\x7f"}[r.IntN(7)])
	case reflect.Int:
		v.SetInt(r.Int64N(20_001) - 10_000)
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	default:
		panic(v.Type())
	}
}

// A card is written as the JSON library writes its type, whatever is in it;
// a new member can't be forgotten.
func TestAppend(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 5_000 {
		var c card.Card
		fill(r, reflect.ValueOf(&c).Elem())
		want, err := json.Marshal(plain(c), json.Deterministic(true))
		require.NoError(t, err)
		got, err := c.Append([]byte("before"))
		require.NoError(t, err)
		require.Equal(t, "before"+string(want), string(got))
		marshalled, err := c.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, want, marshalled)
	}
	for name, break_ := range map[string]func(c *card.Card){
		"month":   func(c *card.Card) { c.Month = 0 },
		"outcome": func(c *card.Card) { c.Criteria = []card.Criterion{{Outcome: 9}} },
		"text":    func(c *card.Card) { c.Company = "\xff" },
	} {
		c := card.Card{Month: finding.MonthOf(2026, 11)}
		break_(&c)
		_, err := c.MarshalJSON()
		require.Error(t, err, name)
	}
}

func BenchmarkAppend(b *testing.B) {
	var c card.Card
	require.NoError(b, c.UnmarshalJSON([]byte(text)))
	out := []byte{}
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if out, err = c.Append(out[:0]); err != nil {
			b.Fatal(err)
		}
	}
}
