package certify_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// Each archive in testdata/versions is a case of a run that spans versions of
// a norm: as those of testdata/cases, with a file for each version.
func TestVersionCases(t *testing.T) {
	names, err := filepath.Glob("testdata/versions/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no cases")
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			about, files := archive(t, name)
			require.NotEmpty(t, strings.TrimSpace(about), "the case does not say what it is about")
			norms := fstest.MapFS{}
			for file, text := range files {
				if inner, is := strings.CutPrefix(file, "norms/"); is {
					norms[inner] = &fstest.MapFile{Data: []byte(scheme + text)}
				}
			}
			catalog, err := norm.LoadCatalog(norms)
			require.NoError(t, err)
			versions, entries, asked := certify.Versions(catalog.Certification()), read(t, files["entries.jsonl"]), 0
			for file, want := range files {
				instant, is := strings.CutPrefix(file, "timeline@")
				if !is {
					continue
				}
				asked++
				asOf, err := time.Parse(time.RFC3339, instant)
				require.NoError(t, err)
				require.Equal(t, strings.TrimRight(want, "\n"), story(versions.Evaluate(entries, asOf)), "as of %s", instant)
			}
			require.Positive(t, asked, "the case expects no timeline")
			require.Len(t, files, asked+len(norms)+1, "a file of the case is not used")
		})
	}
}

// scheme is a norm that wants for nothing but its version, range, zone and
// terms.
var scheme = strings.NewReplacer("version: \"1\"\n", "", "effective: {from: 2020-01}\n", "").Replace(around)

// The package and the oracle agree where runs span versions, and so do one
// jump and going from month to month, and entries in any other order.
func TestVersionsAgainstOracle(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	several, mattered := 0, 0
	for seed := range rounds {
		r := drawUnder(seed, zone, 3)
		require.NoError(t, r.versions.Check())
		for _, asOf := range r.instants(3) {
			got := r.evaluate(t, asOf)
			require.Equal(t, ask(r.versions, zone, r.entries, asOf), told(got), "seed %d, as of %s\n%+v", seed, asOf, r.versions)
			if s := got.State; got.Valid() && s.ValidThrough != 0 {
				require.True(t, asOf.Before(r.closing(s.ValidThrough)), "seed %d: valid past its term", seed)
			}
			if len(r.versions) > 1 {
				several++
				alone := certify.Versions{{Terms: r.terms}}.Evaluate(r.entries, asOf)
				require.NoError(t, alone.Err)
				if told(alone) != told(got) {
					mattered++
				}
			}
			r.Shuffle(len(r.entries), func(i, j int) { r.entries[i], r.entries[j] = r.entries[j], r.entries[i] })
			require.Equal(t, told(got), told(r.evaluate(t, asOf)), "seed %d", seed)
			known := slices.DeleteFunc(slices.Clone(r.entries), func(e certify.Entry) bool { return e.Recorded.After(asOf) })
			require.Equal(t, told(got), told(r.versions.Evaluate(known, asOf)), "seed %d", seed)
		}
	}
	require.Greater(t, several, int(rounds))
	require.Greater(t, mattered, several/4)
}

// Versions that differ in nothing but their months judge as one norm does.
func TestVersionsAlikeAreOne(t *testing.T) {
	zone, rounds := amsterdam(t), histories(t)
	for seed := range rounds {
		r := draw(seed, zone)
		versions := certify.Versions{}
		for i, from := range []int{-20, 5, 6, 30} {
			versions = append(versions, certify.Versions{{ID: "scheme", Version: string(rune('a' + i)), From: january + finding.YearMonth(from), Terms: r.terms}}...)
		}
		for i := range r.entries {
			if c := r.entries[i].Card; c != nil {
				c.Norm.ID, c.Norm.Version = "scheme", string(rune('a'+[]int{0, 1, 2, 3}[index(versions, c.Month)]))
			}
		}
		asOf := r.instants(1)[0]
		got := versions.Evaluate(r.entries, asOf)
		require.NoError(t, got.Err)
		require.Equal(t, told(r.evaluate(t, asOf)), told(got), "seed %d", seed)
	}
}

func index(v certify.Versions, m finding.YearMonth) int {
	at := 0
	for i := range v {
		if v[i].From <= m {
			at = i
		}
	}
	return at
}

// Versions that can't follow each other are an error, never a state.
func TestVersionsCheck(t *testing.T) {
	good := func() certify.Versions {
		return certify.Versions{{ID: "a", Version: "1", From: january, Terms: terms()}, {ID: "a", Version: "2", From: january + 6, Terms: terms()}}
	}
	require.NoError(t, good().Check())
	for says, spoil := range map[string]func(certify.Versions) certify.Versions{
		"there is no version":           func(certify.Versions) certify.Versions { return nil },
		"not after version \"1\"":       func(v certify.Versions) certify.Versions { v[1].From = january; return v },
		"the norm \"b\"":                func(v certify.Versions) certify.Versions { v[1].ID = "b"; return v },
		"the zone UTC":                  func(v certify.Versions) certify.Versions { v[1].Terms.Zone = "UTC"; return v },
		"version \"2\": of (1) is less": func(v certify.Versions) certify.Versions { v[1].Terms.Of = 1; return v },
	} {
		versions := spoil(good())
		require.ErrorContains(t, versions.Check(), says)
		require.ErrorContains(t, versions.Evaluate(history(t, "P", january.Start(amsterdam(t))), closeOf(t, january)).Err, says)
		require.Error(t, versions.Forecast(nil, closeOf(t, january)).Err)
	}
}

// What replaces what, of several outcomes for April, which both versions may
// judge: a version's own earlier outcome, and one that names no version
// everything before it.
func TestReplacedOutcomes(t *testing.T) {
	start := january.Start(amsterdam(t))
	digest := func(version string) string { return "sha256:" + strings.Repeat(version, 64) }
	versions := certify.Versions{{ID: "s", Version: "1", Digest: digest("1"), From: january, Terms: terms()},
		{ID: "s", Version: "2", Digest: digest("2"), From: january + 3, Overlap: 3, Terms: terms()}}
	for filed, passed := range map[string]bool{
		"1P": true, "2P": true, "1F": false, "1P 2F": true, "2F 1P": true, "1P 2F 1F": false, "2P 2F": false, "2F 1P 2P": true,
		"P": true, "1P F": false, "F 1P": true, "1P F 2F": false, "2P F 2P": true, "2F P": true, "1F F 1P": true, "3P": false, "P 3F": true, "2S 1P": true, "2S 1F": false,
	} {
		entries := history(t, "PPP", start)
		for i, what := range strings.Fields(filed) {
			e := certify.Entry{ID: what + strings.Repeat("+", i), Company: "c", Recorded: (january + 4).Start(amsterdam(t)).Add(time.Duration(i) * time.Hour), Type: certify.Score,
				Month: january + 3, Outcome: outcomes[rune(what[len(what)-1])]}
			if len(what) > 1 {
				e.NormDigest = digest(what[:1])
			}
			entries = append(entries, e)
		}
		got := versions.Evaluate(entries, closeOf(t, january+3))
		require.NoError(t, got.Err)
		want := map[bool]string{true: "building 4/6", false: "building 0/6"}[passed]
		require.Equal(t, want, shown(got.State), filed)
	}
}
