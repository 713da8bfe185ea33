package norm_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/stretchr/testify/require"
)

// Each archive in testdata/catalogs is a folder of norms that can't be one
// catalog; the marks are those of testdata/faults.
func TestCatalogFaultPlaces(t *testing.T) {
	names, err := filepath.Glob("testdata/catalogs/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no fixtures")
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			files := archive(string(data))
			want, marks := map[string][]wanted{}, 0
			for file, f := range files {
				var text string
				text, want[file] = unmark(string(f.Data))
				f.Data = []byte(text)
				marks += len(want[file])
			}
			require.Positive(t, marks, "the fixture marks no fault")
			_, err = norm.LoadCatalog(files)
			var faults norm.Faults
			require.ErrorAs(t, err, &faults)
			require.Len(t, faults, marks, "%v", err)
			for _, f := range faults {
				require.NotEmpty(t, want[f.File], "%v", f)
				w := want[f.File][0]
				want[f.File] = want[f.File][1:]
				require.Equal(t, w.place, fmt.Sprintf("%d:%d-%d %s", f.Line, f.Column, f.EndColumn, f.Code))
				require.Contains(t, f.Message+"; "+f.Hint, w.says)
				require.Equal(t, f.Severity, faults[0].Severity)
				require.True(t, norm.Faults{f}.Failed(), "it is no warning")
			}
		})
	}
}

// version writes a version of one norm; keys are lines of it.
func version(name, from string, keys ...string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, `keurmerk: 1
id: scheme
version: %q
title: {en: Scheme}
languages: [en]
effective: {from: %s}
timezone: Europe/Amsterdam
score: {threshold: 80%%}
criteria:
  - {id: joined, weight: 100%%, when: company.active, title: {en: Joined}, met: {en: Joined.}, remedy: {en: Join.}}
certification: {months: 6, close_day: 6}
%s`, name, from, strings.Join(keys, "\n"))}
}

func catalog(t *testing.T, files fstest.MapFS) *norm.Catalog {
	c, err := norm.LoadCatalog(files)
	require.NoError(t, err)
	return c
}

// A month has the version in force on its first day; during an overlap who had
// enrolled before has the one before it too.
func TestCatalogPicksByMonth(t *testing.T) {
	c := catalog(t, fstest.MapFS{
		"2027.yaml":        version("2027", "2027-01", "transition: {published: 2026-10-01, notice: 3, overlap: 2}"),
		"2026.yml":         version("2026", "2026-01"),
		"later/norm.yaml":  version("2028", "2028-01", "transition: {notice: 12, overlap: 1}"),
		"draft.yaml":       version("2029", "2027-06", "status: draft"),
		"notes/readme.md":  {Data: []byte("x")},
		"later/other.yaml": {Data: []byte("not a norm")},
		".hidden.yaml":     {Data: []byte("not a norm")},
	})
	require.Len(t, c.Versions(), 3)
	require.Equal(t, "Europe/Amsterdam", c.Zone())
	zone, err := finding.LoadZone(c.Zone())
	require.NoError(t, err)
	month := func(year int, m time.Month) finding.YearMonth { return finding.MonthOf(year, m) }
	early := month(2026, 3).Start(zone)
	newYear := month(2027, 1).Start(zone)
	for _, k := range []struct {
		month    finding.YearMonth
		enrolled time.Time
		now, old string
	}{
		{month(2025, 12), early, "2026", ""},
		{month(2026, 12), early, "2026", ""},
		{month(2027, 1), early, "2027", "2026"},
		{month(2027, 2), early, "2027", "2026"},
		{month(2027, 3), early, "2027", ""},
		{month(2027, 1), newYear.Add(-time.Second), "2027", "2026"},
		{month(2027, 1), newYear, "2027", ""},
		{month(2027, 1), time.Time{}, "2027", ""},
		{month(2028, 1), newYear, "2028", "2027"},
		{month(2028, 2), newYear, "2028", ""},
		{month(2099, 1), newYear, "2028", ""},
	} {
		require.Equal(t, k.now, c.At(k.month).Version(), "%v", k.month)
		before := c.Before(k.month, k.enrolled)
		if k.old == "" {
			require.Nil(t, before, "%v", k.month)
			continue
		}
		require.NotNil(t, before, "%v", k.month)
		require.Equal(t, k.old, before.Version(), "%v", k.month)
	}
	plain := c.Certification()
	require.Len(t, plain, 3)
	require.Equal(t, 2, plain[1].Overlap)
	require.Equal(t, c.Versions()[1].Files(), plain[1].Digest)
}

// An earlier version whose range is closed can't be used past it, overlap or
// not: its own file says so.
func TestOverlapEndsWithTheRange(t *testing.T) {
	closed := version("1", "2026-01")
	closed.Data = []byte(strings.Replace(string(closed.Data), "{from: 2026-01}", "{from: 2026-01, until: 2026-07}", 1))
	c := catalog(t, fstest.MapFS{"1.yaml": closed, "2.yaml": version("2", "2026-07", "transition: {overlap: 3}")})
	early := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	require.NotNil(t, c.Before(finding.MonthOf(2026, 7), early))
	require.Nil(t, c.Before(finding.MonthOf(2026, 8), early))
}

// A version that is published too late is refused, whether it says so itself
// or is added at that instant; the first version needs no notice.
func TestRetroactive(t *testing.T) {
	c := catalog(t, fstest.MapFS{"1.yaml": version("1", "2026-01", "transition: {published: 2026-05-05, notice: 3}")})
	next, err := norm.Load(fstest.MapFS{"2.yaml": version("2", "2026-07", "transition: {notice: 3, overlap: 3}")}, "2.yaml")
	require.NoError(t, err)
	zone, err := finding.LoadZone(c.Zone())
	require.NoError(t, err)
	inTime := finding.MonthOf(2026, 4).Start(zone)
	both, err := c.Add(next, inTime)
	require.NoError(t, err)
	require.Len(t, both.Versions(), 2)
	require.Len(t, c.Versions(), 1, "the catalog it was added to is as it was")
	for _, k := range []struct {
		at         time.Time
		code, says string
	}{
		{inTime.Add(time.Second), "KM-NOTICE", "less than 3 months before its first month (2026-07); let it begin in 2026-08 or later"},
		{finding.MonthOf(2026, 7).Start(zone), "KM-NOTICE", "let it begin in 2026-10 or later"},
		{finding.MonthOf(2026, 7).Start(zone).Add(time.Second), "KM-RETROACTIVE", "published on 2026-07-01, after its first month (2026-07) has begun; let it begin in 2026-11 or later"},
	} {
		_, err = c.Add(next, k.at)
		var faults norm.Faults
		require.ErrorAs(t, err, &faults)
		require.Equal(t, k.code, faults[0].Code)
		require.Contains(t, faults[0].Message+"; "+faults[0].Hint, k.says)
		require.Equal(t, "2.yaml", faults[0].File)
		require.Equal(t, 6, faults[0].Line)
	}
}

// The name of a version tells which is older where the numbers in it do.
func TestOlderByName(t *testing.T) {
	for names, refused := range map[string]bool{
		"2 1": false, "1 2": true, "2026.9 2026.10": true, "2026.10 2026.9": false, "v1 v2": true, "2026 2026.1": true, "2026.1 2026": false,
		"2026-07 2026-08": true, "spring autumn": false, "autumn spring": false, "v1 2": false, "1 v2": false, "a1 b2": false,
	} {
		later, earlier, _ := strings.Cut(names, " ")
		_, err := norm.LoadCatalog(fstest.MapFS{"a.yaml": version(earlier, "2026-01"), "b.yaml": version(later, "2026-07")})
		require.Equal(t, refused, err != nil, names)
	}
}

// A version may be a variant of another norm that lies beside it and is no
// version itself.
func TestCatalogOfVariants(t *testing.T) {
	files := tailored(t, strict)
	files["norm.yaml"].Data = append(files["norm.yaml"].Data, "effective: {from: 2027-01}\n"...)
	c := catalog(t, files)
	require.Len(t, c.Versions(), 1)
	require.Equal(t, "strict", c.Versions()[0].ID())
}

func TestNoCatalog(t *testing.T) {
	_, err := norm.LoadCatalog(fstest.MapFS{"readme.md": {}})
	require.ErrorContains(t, err, "holds no norm")
	_, err = norm.LoadCatalog(fstest.MapFS{"1.yaml": version("1", "2026-01", "status: draft")})
	require.ErrorContains(t, err, "only drafts")
	_, err = norm.LoadCatalog(os.DirFS(filepath.Join(t.TempDir(), "none")))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func ExampleLoadCatalog() {
	folder := fstest.MapFS{
		"2026.yaml": version("2026", "2026-01"),
		"2027.yaml": version("2027", "2027-01", "transition: {published: 2026-09-15, notice: 3, overlap: 3}"),
	}
	c, err := norm.LoadCatalog(folder)
	if err != nil {
		panic(err)
	}
	enrolled := time.Date(2026, 5, 20, 9, 0, 0, 0, time.UTC)
	for _, month := range []finding.YearMonth{finding.MonthOf(2026, 12), finding.MonthOf(2027, 1), finding.MonthOf(2027, 4)} {
		fmt.Print(month, ": version ", c.At(month).Version())
		if before := c.Before(month, enrolled); before != nil {
			fmt.Print(", or ", before.Version())
		}
		fmt.Println()
	}
	// Output:
	// 2026-12: version 2026
	// 2027-01: version 2027, or 2026
	// 2027-04: version 2027
}
