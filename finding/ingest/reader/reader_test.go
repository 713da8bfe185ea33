package reader_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/stretchr/testify/require"
)

func zipped(t *testing.T, files ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := z.Create(files[i])
		require.NoError(t, err)
		_, err = io.WriteString(f, files[i+1])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.String()
}

func gzipped(t *testing.T, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

func utf16le(text string, mark bool) string {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b strings.Builder
	for _, u := range units {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func swapped(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}

func limit(text string, opts ...reader.Option) (string, error) {
	data, err := io.ReadAll(reader.Limit(strings.NewReader(text), reader.Settle(opts)))
	return string(data), err
}

// However an output is packed and encoded, the same text comes out, and its
// head is recognised.
func TestUnpack(t *testing.T) {
	const text = "{\"naam\": \"Café € 𝄞\"}\r\n"
	for name, packed := range map[string]string{
		"plain": text, "mark": "\ufeff" + text, "gzip": gzipped(t, text), "gzip of UTF-16": gzipped(t, utf16le(text, true)),
		"two gzip members": gzipped(t, text[:9]) + gzipped(t, text[9:]),
		"zip":              zipped(t, "report/", "", "report/a.json", text, "__MACOSX/a.json", "x", ".DS_Store", "x"),
		"UTF-16LE":         utf16le(text, true), "UTF-16BE": swapped(utf16le(text, true)),
		"UTF-16LE without mark": utf16le(text, false), "UTF-16BE without mark": swapped(utf16le(text, false)),
	} {
		got, err := limit(packed)
		require.NoError(t, err, name)
		require.Equal(t, text, got, name)
		require.Contains(t, string(reader.Head([]byte(packed))), `{"naam"`, name)
	}
	for name, packed := range map[string]string{
		"two files": zipped(t, "a", "x", "b", "y"), "no file": zipped(t), "torn zip": zipped(t, "a", text)[:40],
		"torn gzip": gzipped(t, text)[:20], "gzip of gzip": gzipped(t, gzipped(t, text)),
	} {
		_, err := limit(packed)
		require.Error(t, err, name)
	}
}

func TestLimits(t *testing.T) {
	var limited *reader.LimitError
	for _, text := range []string{strings.Repeat("x", 101), gzipped(t, strings.Repeat("x", 100_000)), zipped(t, "a", strings.Repeat("x", 100_000))} {
		_, err := limit(text, reader.LimitBytes(100+int64(len(zipped(t, "a", ""))))) // what goes in is limited too
		if len(text) == 101 {
			_, err = limit(text, reader.LimitBytes(100))
		}
		require.ErrorAs(t, err, &limited)
		require.ErrorContains(t, err, "bytes")
	}
	_, err := limit(strings.Repeat("x", 100), reader.LimitBytes(100))
	require.NoError(t, err)
	err = reader.Files(strings.NewReader(zipped(t, "a", strings.Repeat("x", 600), "b", strings.Repeat("y", 600))), reader.Settle([]reader.Option{reader.LimitBytes(1000)}),
		func(_ string, r io.Reader) error { _, err := io.ReadAll(r); return err })
	require.ErrorAs(t, err, &limited, "the limit is on all files together")
}

func TestFiles(t *testing.T) {
	var got []string
	note := func(name string, r io.Reader) error {
		data, err := io.ReadAll(r)
		got = append(got, name+"="+string(data))
		return err
	}
	require.NoError(t, reader.Files(strings.NewReader(zipped(t, "b", utf16le("2", true), "a", "1")), reader.Settle(nil), note))
	require.NoError(t, reader.Files(strings.NewReader(gzipped(t, "3")), reader.Settle(nil), note))
	require.Equal(t, []string{"a=1", "b=2", "=3"}, got)
}

func TestXML(t *testing.T) {
	const latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Caf\xe9</a>"
	var s string
	require.NoError(t, reader.XML(strings.NewReader(latin)).Decode(&s))
	require.Equal(t, "Café", s)
	require.NoError(t, reader.XML(strings.NewReader("<!DOCTYPE a SYSTEM \"http://x/a.dtd\"><a>&lt;</a>")).Decode(&s))
	require.Equal(t, "<", s)
	for _, text := range []string{`<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>`, `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>`, `<a>`, `<?xml version="1.0" encoding="x"?><a/>`} {
		require.Error(t, reader.XML(strings.NewReader(text)).Decode(&s), text)
	}
	var limited *reader.LimitError
	require.ErrorAs(t, reader.XML(io.MultiReader(strings.NewReader("<a>"), &endless{})).Decode(&s), &limited)
	require.Equal(t, "b", reader.Root([]byte("\ufeff<?xml version='1.0'?><!-- c --><!DOCTYPE b><x:b xmlns:x='y'><c")).Local)
	require.Empty(t, reader.Root([]byte("{}")).Local)
	require.Equal(t, "2", reader.Attr(xml.StartElement{Attr: []xml.Attr{{Name: xml.Name{Local: "n"}, Value: " 2 "}}}, "n"))
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, bytes.Repeat([]byte("x"), len(p))), nil }

func TestRows(t *testing.T) {
	read := func(text string, opts ...reader.Option) (cells []string, err error) {
		for row, err := range reader.Rows("tool", strings.NewReader(text), reader.Settle(opts)) {
			if err != nil {
				return cells, err
			}
			cells = append(cells, row.Cell("Name")+"/"+row.Cell("other", "TEXT"))
		}
		return cells, nil
	}
	for _, text := range []string{
		"name,text\na,\"x\ny\"\n\nb,'=1\n", "sep=;\r\nname;text\r\na;\"x\ny\"\r\nb;'=1\r\n", "Name\tText\na\t\"x\ny\"\nb\t'=1\n", "\"Name\",\"Text\"\na,\"x\ny\"\n,\nb,'=1",
	} {
		cells, err := read(text)
		require.NoError(t, err, text)
		require.Equal(t, []string{"a/x\ny", "b/=1"}, cells, text)
	}
	for text, reason := range map[string]string{"": "empty", "a,b\n1": "1 of 2 cells", "a,b\n1,\"x": "quote"} {
		_, err := read(text)
		require.ErrorContains(t, err, reason, text)
	}
	_, err := read("a\n1\n2\n", reader.LimitRecords(1))
	require.ErrorContains(t, err, "more than 1 records")
	require.Equal(t, []string{"name", "host ip"}, reader.Columns([]byte("\ufeff\"Name\";Host IP\r\na;b")))
}

// Scores are those of the calculators of FIRST and NVD.
func TestCVSS(t *testing.T) {
	for vector, score := range map[string]float64{
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H":                    9.8,
		"CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N":                    6.1,
		"CVSS3#AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H":                       9.8,
		"AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N":                             0,
		"CVSS2#AV:N/AC:M/Au:N/C:N/I:P/A:N":                                4.3,
		"(AV:N/AC:L/Au:N/C:C/I:C/A:C)":                                    10,
		"AV:N/AC:M/Au:N/C:P/I:P/A:P":                                      6.8,
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N": 9.3,
	} {
		got, ok := reader.CVSS(vector)
		require.True(t, ok, vector)
		require.InDelta(t, score, got, 0.001, vector)
	}
	for _, vector := range []string{"", "CVSS", "CVSS:9/AV:N", "AV:N", "CVSS:3.1/AV:X", "nonsense/AT:N", "(", "CVSS2#AV:N"} {
		_, ok := reader.CVSS(vector)
		require.False(t, ok, vector)
	}
}

func TestPseudonym(t *testing.T) {
	o := reader.Settle([]reader.Option{reader.Salt([]byte("s"))})
	a, err := o.Pseudonym(" Jan@Korenaar.example")
	require.NoError(t, err)
	b, err := o.Pseudonym("jan@korenaar.example")
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Regexp(t, "^[0-9a-f]{32}$", a)
	_, err = reader.Settle(nil).Pseudonym("jan")
	require.ErrorIs(t, err, reader.ErrSalt)
	none, err := reader.Settle(nil).Pseudonym(" ")
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestTimes(t *testing.T) {
	o := reader.Settle(nil)
	want := time.Date(2024, 4, 6, 23, 18, 39, 0, time.UTC) // in Amsterdam it is summer
	for _, text := range []string{"Sun, 7 Apr 2024 01:18:39", "zo, 7 apr. 2024 01:18:39", "7. April 2024 01:18:39"} {
		require.Equal(t, want, o.Written(text), text)
	}
	require.Equal(t, 9, int(o.Written("Sat, 19 Sept 2026 12:39:25").Month()))
	for _, text := range []string{"", "x", "Sun, 7 Foo 2024 01:18:39", "Sun, 40 Apr 2024 01:18:39", "Sun, 7 Apr 2024", "a b c d"} {
		require.True(t, o.Written(text).IsZero(), text)
	}
	require.Equal(t, want, o.Local("2024-04-07 01:18:39", "2006-01-02 15:04:05"))
	require.Equal(t, want, o.Local("2024-04-06T23:18:39Z", "2006-01-02 15:04:05"))
	require.Equal(t, want, reader.Epoch(1712445519))
	require.Equal(t, want, reader.Epoch(1712445519000))
	require.True(t, reader.Epoch(-1).IsZero())
}

func TestTexts(t *testing.T) {
	require.Equal(t, []string{"CVE-2024-1234", "CVE-2024-12345"}, reader.CVEs("cve-2024-1234, CVE-2024-12345; CVE-2024-1234 CVE-1"))
	require.Equal(t, []string{"https://a.example/x?y=1&z", "http://b"}, reader.Links("<p>https://a.example/x?y=1&amp;z.</p><p>http://b</p> https://a.example/x?y=1&z"))
	require.Equal(t, `a "b" c`, reader.Plain("<p>a &quot;b&quot;</p>\n<p>c</p>"))
	require.Equal(t, "ab…", reader.Shorten(" abcd ", 2))
	require.Equal(t, finding.SeverityHigh, reader.Rated("-", 7.5))
	require.Equal(t, finding.SeverityUnknown, reader.Rated("Untriaged", 0))
	require.Equal(t, finding.SeverityLow, reader.Rated("LOW", 9))
	require.InDelta(t, 5.0, reader.Score(0, 11, 5), 0)
}

// No bytes make a reader of bytes fail otherwise than by an error.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))
	f.Add([]byte("\xff\xfe{\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		reader.Head(data)
		reader.Root(data)
		reader.CVSS(string(data))
		got, err := io.ReadAll(reader.Limit(bytes.NewReader(data), reader.Settle([]reader.Option{reader.LimitBytes(1 << 16)})))
		require.True(t, err != nil || len(got) <= 1<<16)
		for _, err := range reader.Rows("tool", bytes.NewReader(data), reader.Settle(nil)) {
			if err != nil {
				require.False(t, errors.Is(err, io.EOF))
			}
		}
	})
}
