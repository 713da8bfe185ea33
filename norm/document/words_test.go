package document

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

var verbs = regexp.MustCompile(`%(\[\d\])?[a-z]`)

// entries are all texts of a language by their path.
func entries(t *testing.T, language string) map[string]string {
	all := map[string]string{}
	v := reflect.ValueOf(catalogue[language])
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch f := v.Field(i).Interface().(type) {
		case string:
			all[name] = f
		case map[string]string:
			require.NotEmpty(t, f, "%s: %s", language, name)
			for key, text := range f {
				all[name+"."+key] = text
			}
		case [][2]string:
			require.NotEmpty(t, f, "%s: %s", language, name)
			for n, pair := range f {
				all[fmt.Sprintf("%s.%d", name, n)], all[fmt.Sprintf("%s.%d.meaning", name, n)] = pair[0], pair[1]
			}
		default:
			t.Fatalf("%s is of a type that this test does not know", name)
		}
	}
	return all
}

// No language lacks an entry that another has, and each says the same values.
func TestCatalogue(t *testing.T) {
	want := entries(t, "nl")
	require.Greater(t, len(want), 60)
	for _, language := range Languages() {
		got := entries(t, language)
		for name, text := range want {
			require.NotEmpty(t, got[name], "%s: %s is missing", language, name)
			require.NotEmpty(t, text, "nl: %s is missing", name)
			a, b := verbs.FindAllString(text, -1), verbs.FindAllString(got[name], -1)
			slices.Sort(a)
			slices.Sort(b)
			require.Equal(t, a, b, "%s: %s", language, name)
		}
		require.Len(t, got, len(want), language)
	}
}
