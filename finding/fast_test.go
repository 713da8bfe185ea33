package finding_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// slowRounds is how many random cases are tried: the many only where the long
// runs are asked for.
func slowRounds(t testing.TB, few, many int) int {
	if os.Getenv("KEURMERK_SLOW") != "1" {
		return few
	}
	t.Logf("%d rounds", many)
	return many
}

// sameEitherWay states the law of the two ways to read: what the fast one
// takes, the other takes too, as the same month.
func sameEitherWay(t require.TestingT, data []byte) (taken bool) {
	fast := finding.DecodeFast(data)
	slow, err := finding.DecodeTokens(data)
	if fast != nil {
		require.NoError(t, err, "%s", data)
		require.Equal(t, slow, fast, "%s", data)
	}
	either, eitherErr := finding.DecodeBytes(data)
	if !bytes.HasPrefix(data, []byte("\ufeff")) { // refused before it is read
		require.Equal(t, err, eitherErr)
	}
	require.Equal(t, slow, either)
	return fast != nil
}

// written are random documents in the forms in which programs write them.
func written(t *rapid.T) []byte {
	m := findingtest.Month(t)
	for i := range m.Vulnerabilities {
		m.Vulnerabilities[i].Title = rapid.SampledFrom([]string{"", "kort", "één kwetsbaarheid van zekere lengte", `a "b" \c`, "\u2028", "🧀", "tab\t"}).Draw(t, "title")
	}
	for range rapid.IntRange(0, 2).Draw(t, "custom") {
		name := rapid.SampledFrom([]string{"backup", "x"}).Draw(t, "type")
		record := finding.Custom{ID: "r", Fields: map[string]finding.Value{"at": finding.TextValue("2026-11-12")}}
		record.Fields["n"] = finding.NumberValue(rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(t, "n"))
		record.Fields["b"] = finding.BoolValue(rapid.Bool().Draw(t, "b"))
		m.Custom = map[string][]finding.Custom{name: {record}}
	}
	var out bytes.Buffer
	require.NoError(t, m.Encode(&out))
	text := jsontext.Value(out.Bytes())
	if rapid.Bool().Draw(t, "indented") {
		require.NoError(t, text.Indent())
	}
	if rapid.Bool().Draw(t, "in name order") {
		require.NoError(t, text.Canonicalize())
	}
	return text
}

// What programs write is taken by the fast way, so that it is not idle.
func TestFastTakes(t *testing.T) {
	require.True(t, sameEitherWay(t, []byte(whole)))
	require.True(t, sameEitherWay(t, []byte(minimal(""))))
	require.True(t, sameEitherWay(t, large(t, 1000)))
	large := large(t, 100)
	zoneLast := strings.Replace(string(large), `,"month":"2026-11"`, "", 1)
	zoneLast = strings.TrimSuffix(strings.Replace(zoneLast, "2026-11-03T09:00:00Z", "2026-11-01", 5), "}") + `,"month":"2026-11","zone":"America/Curacao"}`
	require.True(t, sameEitherWay(t, []byte(zoneLast)), "dates before the zone")
	rapid.Check(t, func(t *rapid.T) {
		text := written(t)
		if !sameEitherWay(t, text) {
			require.True(t, hasLargeNumber(text), "%s", text)
		}
	})
}

// hasLargeNumber tells whether a number has more digits than the fast way reads.
func hasLargeNumber(text []byte) bool {
	digits := 0
	for _, c := range text {
		if digits++; c < '0' || c > '9' {
			digits = 0
		}
		if digits > 15 {
			return true
		}
	}
	return false
}

// parts are what damage puts into a document.
var parts = []string{`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, ` `, "\n", "\t", "\x00", "\x1f", "\x80", "\xff", "é", "\ufeff", "-", "0", "00", "1", ".", "e1", "E+2",
	"null", "true", "false", `\u0041`, `\ud800`, `\n`, `\x`, `"id":"x"`, `,"id":"x"`, `"company":{}`, `"Sources":[]`, `[[`, `{}`, `[]`, "2026-11-31", "2026-02-29",
	"1969-12-31T23:59:59Z", "2026-11-19T24:00:00Z", "2026-11-19t09:00:00Z", "2026-11-19T09:00:60Z", "2026-11-19T09:00:00.25Z", "2026-11-19T09:00:00+01:00", "High", "high", "open", "5.0", "1e1"}

// damage changes a text in some places.
func damage(r *rand.Rand, text []byte) []byte {
	text = slices.Clone(text)
	for range 1 + r.IntN(3) {
		from := r.IntN(len(text) + 1)
		to := min(len(text), from+r.IntN(4)*r.IntN(8))
		switch r.IntN(5) {
		case 0:
			text = slices.Delete(text, from, to)
		case 1, 2:
			text = slices.Replace(text, from, to, []byte(parts[r.IntN(len(parts))])...)
		case 3: // something of the document once more
			at := r.IntN(len(text) + 1)
			text = slices.Insert(text, at, slices.Clone(text[from:min(len(text), from+r.IntN(60))])...)
		case 4:
			if from < len(text) {
				text[from] ^= 1 << r.IntN(8)
			}
		}
	}
	return text
}

// Damaged documents are read the same either way, most of them refused.
func TestFastOnDamage(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	documents := [][]byte{[]byte(whole), []byte(minimal(`,"employees":[{"id":"e-1","enrolled":"2026-01-02"},{"id":"e-2","left":"2026-11-30T22:59:59Z"}]`)), large(t, 20)}
	taken, rounds := 0, slowRounds(t, 10_000, 500_000)
	for i := range rounds {
		if sameEitherWay(t, damage(r, documents[i%len(documents)])) {
			taken++
		}
	}
	require.Greater(t, taken, rounds/100)
	require.Less(t, taken, rounds/2)
}

// A small change to any one byte is seen the same either way.
func TestFastOnEachByte(t *testing.T) {
	for i := range len(whole) {
		for _, part := range []string{"", `"`, `\`, "\xc3"} {
			sameEitherWay(t, []byte(whole[:i]+part+whole[i+1:]))
			sameEitherWay(t, []byte(whole[:i]+part+whole[i:]))
		}
	}
}

// Texts of a document stay what they are: none shares memory that changes.
func TestFastTextsAreOwn(t *testing.T) {
	text := large(t, 200)
	m, err := finding.DecodeBytes(text)
	require.NoError(t, err)
	before := m.Digest()
	clear(text)
	require.Equal(t, before, m.Digest())
	second := slices.Clone(m.Vulnerabilities[1].Sources)
	m.Vulnerabilities[0].Sources = append(m.Vulnerabilities[0].Sources, "other")
	m.Vulnerabilities[0].Sources[0] = "another"
	require.Equal(t, second, m.Vulnerabilities[1].Sources)
}

// A document in any order becomes the same month.
func TestFastUnsorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := findingtest.Month(t)
		digest := m.Digest()
		shuffled := findingtest.Shuffle(t, m)
		var out bytes.Buffer
		require.NoError(t, shuffled.Encode(&out))
		read := finding.DecodeFast(out.Bytes())
		require.NotNil(t, read)
		require.Equal(t, digest, read.Digest())
	})
}

// Limits hold on the fast way as on the other.
func TestFastLimits(t *testing.T) {
	text := []byte(minimal(`,"employees":[{"id":"a"},{"id":"a"},{"id":"b"}]`))
	require.Nil(t, finding.DecodeFast(text, finding.LimitRecords(2)))
	require.NotNil(t, finding.DecodeFast(text, finding.LimitRecords(3)))
	require.NotNil(t, finding.DecodeFast(text, finding.LimitRecords(math.MaxInt)))
	mail := []byte(minimal(`,"employees":[{"id":"a@b"}]`))
	require.Nil(t, finding.DecodeFast(mail))
	require.NotNil(t, finding.DecodeFast(mail, finding.AllowEmails()))
}

// The fast way agrees with the other on any bytes: the same month, or it
// leaves them to the other.
func FuzzFast(f *testing.F) {
	f.Add([]byte(whole))
	for _, part := range parts {
		f.Add([]byte(minimal(fmt.Sprintf(`,"websites":[{"id":"a%s"}]`, part))))
		f.Add([]byte(minimal(fmt.Sprintf(`,"questionnaires":[{"id":"a","score":%s}]`, part))))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sameEitherWay(t, data) })
}

// Too many tiny records are not made before they are counted.
func TestFastHoldsLittle(t *testing.T) {
	text := []byte(minimal(`,"vulnerabilities":[{}` + strings.Repeat(`,{}`, 10_000_000) + `]`))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	require.Nil(t, finding.DecodeFast(text, finding.LimitRecords(1000)))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

// The first and the last days that a document can name begin in another year,
// or month, in UTC.
func TestFastAtTheEdges(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Pacific/Kiritimati", "UTC"} {
		for _, day := range []string{"1969-12-31", "1970-01-01", "1970-01-02", "2026-02-28", "2026-02-29", "2028-02-29", "2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01", "9999-12-31"} {
			for _, field := range []string{"seen", "retired"} {
				sameEitherWay(t, []byte(`{"company":{"id":"x"},"month":"2026-11","zone":"`+zone+`","computers":[{"id":"a","`+field+`":"`+day+`"}]}`))
			}
		}
	}
}
