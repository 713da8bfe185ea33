package scan

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/require"
)

// read reads one value with nothing behind it.
func read[T any](text string, with func(s *Scanner) T) (value T, ok bool) {
	s := Of([]byte(text))
	value = with(&s)
	return value, s.End()
}

// A text is what the JSON library says it is, wherever in a word of eight
// bytes something special stands.
func TestText(t *testing.T) {
	specials := []string{`"`, `\"`, `\\`, `\n`, `\u00e9`, `\ud83e\uddc0`, `\ud83e`, `\x`, "é", "🧀", "\xc3", "\xff", "\xed\xa0\x80", "\x00", "\x1f", " ", "\x7f", "\x80", "a", ""}
	taken := 0
	for before := range 18 {
		for after := range 10 {
			for _, special := range specials {
				text := `"` + strings.Repeat("a", before) + special + strings.Repeat("b", after) + `"`
				got, ok := read(text, func(s *Scanner) string { return string(s.Text()) })
				want, err := jsontext.AppendUnquote(nil, text)
				require.Equal(t, err == nil, ok, "%q", text)
				if ok {
					taken++
					require.Equal(t, string(want), got)
				}
			}
		}
	}
	require.Greater(t, taken, 1000)
	for _, cut := range []string{`"`, `"abc`, `"abcdefgh`, `"a\`, `"a\"`, ``, `a"`} {
		_, ok := read(cut, (*Scanner).Text)
		require.False(t, ok, "%q", cut)
	}
}

// Numbers are those of strconv; what is not taken is unusual or no number.
func TestNumbers(t *testing.T) {
	for _, text := range []string{"0", "1", "10", "8.1", "0.1", "10.0", "9.99", "0.30000000000000", "123456789012345", "1234567890.12345", "5.5"} {
		want, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		got, ok := read(text, (*Scanner).Decimal)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "-", "-1", "01", "1.", ".5", "1e1", "1.5e1", "1E1", "+1", "1.5.5", "1234567890123456", "0.1234567890123456", "5x", "0x5", "1 2", "NaN", `"1"`} {
		_, ok := read(text, (*Scanner).Decimal)
		require.False(t, ok, text)
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		text := strconv.FormatFloat(float64(r.IntN(100_000))/float64([]int{1, 10, 100, 1000, 7}[r.IntN(5)]), 'f', r.IntN(12), 64)
		if got, ok := read(text, (*Scanner).Decimal); ok {
			want, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			require.Equal(t, want, got, text)
		} else {
			require.Greater(t, len(text), 15, text)
		}
	}
	for _, text := range []string{"0", "7", "-7", "100", "999999999999999", "-999999999999999"} {
		want, err := strconv.ParseInt(text, 10, 64)
		require.NoError(t, err)
		got, ok := read(text, (*Scanner).Whole)
		require.True(t, ok, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "-", "-0", "01", "-01", "1.0", "1e2", "1000000000000000", "--1", "1-"} {
		_, ok := read(text, (*Scanner).Whole)
		require.False(t, ok, text)
	}
}

// An instant is what the time package says, for every day of a leap cycle and
// for damaged texts.
func TestInstant(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for day := range 146_097 + 366 {
		at := time.Date(1970, 1, 1+day, r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC)
		text := at.Format(time.RFC3339)
		got, ok := instant([]byte(text))
		require.True(t, ok, text)
		require.Equal(t, at, got)
	}
	day := time.Date(2026, 11, 29, 3, 12, 0, 0, time.UTC).Format(time.RFC3339)
	for range 200_000 {
		text := []byte(day)
		for range 1 + r.IntN(3) {
			text[r.IntN(len(text))] = "0123456789:-TZz+ ."[r.IntN(18)]
		}
		want, err := time.Parse(time.RFC3339, string(text))
		strict := err == nil && want.Year() >= 1970 && want.Format(time.RFC3339) == string(text)
		got, ok := instant(text)
		require.Equal(t, strict, ok, "%s", text)
		if ok {
			require.Equal(t, want.UTC(), got)
		}
	}
	for _, text := range []string{`"2026-02-29"`, `"2026-1-001"`, `"1969-12-31"`, `"2026-11-31"`, `"2026-00-10"`, `"2026-11-00"`, `"x"`, `""`} {
		other, ok := read(text, func(s *Scanner) string { _, _, other := s.Instant(); return string(other) })
		require.True(t, ok)
		require.Equal(t, strings.Trim(text, `"`), other)
	}
	date, ok := read(`"2024-02-29"`, func(s *Scanner) Date { _, date, _ := s.Instant(); return date })
	require.True(t, ok)
	require.Equal(t, Date{2024, 2, 29}, date)
}

// Objects and lists follow the grammar.
func TestStructure(t *testing.T) {
	names := WordsOf([]string{"a", "bb", "c"})
	object := func(s *Scanner) string {
		var order strings.Builder
		if s.Open('{') {
			var m Members
			for i := s.Member(names, &m); i >= 0; i = s.Member(names, &m) {
				order.WriteString(fmt.Sprint(i, "=", s.Bool(), ";"))
			}
		}
		return order.String()
	}
	for text, want := range map[string]string{
		`{}`:                                 "",
		` { } `:                              "",
		`{"a":true}`:                         "0=true;",
		`{"c":true,"a":false}`:               "2=true;0=false;",
		"{\"bb\"\n:\ttrue\r, \"c\" : false}": "1=true;2=false;",
	} {
		got, ok := read(text, object)
		require.True(t, ok, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{``, `{`, `}`, `{,}`, `{"a"}`, `{"a":}`, `{"a":true,}`, `{,"a":true}`, `{"a":true"c":true}`, `{"a":true,"a":true}`, `{"A":true}`,
		`{"aa":true}`, `{"a:true}`, `{"a":tru}`, `{"a":true}}`, `{"a":true} x`, `[]`, `{"a":true,,"c":true}`, "{\x00}", "{}\x00", "{}\v", `{"":true}`, `{a:true}`} {
		_, ok := read(text, object)
		require.False(t, ok, "%q", text)
	}
	list := func(s *Scanner) int {
		n := 0
		if s.Open('[') {
			for ; s.Element(n); n++ {
				s.Whole()
			}
		}
		return n
	}
	for text, want := range map[string]int{`[]`: 0, `[ ]`: 0, `[1]`: 1, `[1, 2 ,3]`: 3} {
		got, ok := read(text, list)
		require.True(t, ok, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{`[`, `]`, `[,]`, `[1,]`, `[1 2]`, `[1,,2]`, `[1`, `[1,`, `{}`, `[1}`} {
		_, ok := read(text, list)
		require.False(t, ok, text)
	}
}

// Kept texts are those that were given, whichever share a hash.
func TestTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var texts Texts
	texts.Begin(10)
	var kept, want []string
	var lists, wantLists [][]string
	for range 20_000 {
		b := []byte(strings.Repeat("x", r.IntN(20)) + strconv.Itoa(r.IntN(300)))
		if r.IntN(100) == 0 {
			b = []byte(strings.Repeat("y", r.IntN(40_000)))
		}
		want, kept = append(want, string(b)), append(kept, texts.Keep(b))
		clear(b)
		if r.IntN(3) == 0 {
			n := min(len(want), r.IntN(4))
			wantLists = append(wantLists, append([]string(nil), want[len(want)-n:]...))
			lists = append(lists, texts.List(kept[len(kept)-n:]))
		}
	}
	require.Equal(t, want, kept)
	require.Equal(t, wantLists, lists)
	require.Empty(t, texts.Keep(nil))
}
