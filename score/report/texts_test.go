package report

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

var verbs = regexp.MustCompile(`%[a-z]`)

// Both catalogues have every text, every key of every table, and the same
// places to fill in.
func TestCatalogues(t *testing.T) {
	nl, en := reflect.ValueOf(dutch), reflect.ValueOf(english)
	require.Greater(t, nl.NumField(), 50)
	for i := range nl.NumField() {
		name := nl.Type().Field(i).Name
		a, b := flat(nl.Field(i)), flat(en.Field(i))
		require.NotEmpty(t, a, name)
		require.Equal(t, slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)), name)
		for key := range a {
			require.NotEmpty(t, a[key], "%s %s in Dutch", name, key)
			require.NotEmpty(t, b[key], "%s %s in English", name, key)
			require.Equal(t, verbs.FindAllString(a[key], -1), verbs.FindAllString(b[key], -1), "%s %s", name, key)
		}
	}
}

// flat gives the texts of a field by key.
func flat(v reflect.Value) map[string]string {
	all := map[string]string{}
	switch v.Kind() {
	case reflect.String:
		all[""] = v.String()
	case reflect.Array:
		for i := range v.Len() {
			all[fmt.Sprint(i)] = v.Index(i).String()
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			all[key.String()] = v.MapIndex(key).String()
		}
	}
	return all
}

// The words that tables of texts are looked up by are all there.
func TestCatalogueKeys(t *testing.T) {
	for _, state := range []string{"applied", "expired", "pending", "unmatched"} {
		require.Contains(t, dutch.waiverStates, state)
	}
	for _, why := range []string{"late", "failed", "unknown"} {
		require.Contains(t, dutch.outWhy, why)
	}
	for _, phase := range []string{"none", "enrolled", "building", "certified", "at_risk", "suspended", "expired", "withdrawn", "re_earning", "left"} {
		require.Contains(t, dutch.phases, phase)
		require.Contains(t, dutch.badgePhases, phase)
	}
}

func TestFormats(t *testing.T) {
	for points, want := range map[ruling.Points][2]string{0: {"0%", "0%"}, 1: {"0,01%", "0.01%"}, 7999: {"79,99%", "79.99%"}, 8000: {"80%", "80%"}, 1250: {"12,5%", "12.5%"}, 10000: {"100%", "100%"}} {
		require.Equal(t, want, [2]string{dutch.percent(points), english.percent(points)})
	}
	for n, want := range map[int][2]string{7: {"7", "7"}, 999: {"999", "999"}, 1000: {"1.000", "1,000"}, 1234567: {"1.234.567", "1,234,567"}, -1000: {"-1.000", "-1,000"}} {
		require.Equal(t, want, [2]string{dutch.number(n), english.number(n)})
	}
	require.Equal(t, "6 januari 2027", dutch.day("2027-01-06"))
	require.Equal(t, "6 January 2027", english.day("2027-01-06"))
	require.Equal(t, "november 2026", dutch.dayOrMonth("2026-11"))
}
