package source

import (
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	yamlLine      = regexp.MustCompile(`line \d+: `)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// syntax reports what the YAML parser could not read, at the character and in
// the words of [explain] or else where the parser stopped.
func (d *Document) syntax(err error) {
	message := yamlLine.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "")
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		at := d.alias("*" + m[1])
		d.fault(at, at+1+len(m[1]), "KM-ALIAS", "put the expression in quotes", "YAML reads *%s as an alias, not as text", m[1])
		return
	}
	if strings.Contains(message, "did not find expected whitespace or line break") { // what the parser says of a tag only
		if at, end := d.tag(); at >= 0 {
			d.fault(at, end, "KM-TAG", "put the expression in quotes", "YAML reads %s as a tag, not as text", d.Text[at:end])
			return
		}
	}
	if m := explain(d.Text); m != nil {
		d.fault(m.start, m.end, "KM-YAML", m.hint, "%s", m.message)
		return
	}
	line, _ := d.Place(d.stop())
	for line > 1 && strings.TrimSpace(d.Line(line)) == "" {
		line--
	}
	text := d.Line(line)
	start := d.Offset(line, 1) + len(text) - len(strings.TrimLeft(text, " \t"))
	d.fault(start, d.Offset(line, 1)+len(text), "KM-YAML", "compare it with the lines around it", "this is not YAML: %s", message)
}

// alias finds an alias where YAML takes it for one: at the start of a value.
func (d *Document) alias(sign string) int {
	for at := 0; ; at++ {
		next := strings.Index(d.Text[at:], sign)
		if next < 0 {
			return max(strings.Index(d.Text, sign), 0)
		}
		at += next
		if before := strings.TrimRight(d.Text[:at], " "); before == "" || strings.IndexByte(":-[{,\n", before[len(before)-1]) >= 0 {
			return at
		}
	}
}

// tag finds the last tag before the place where the parser gave up; -1 if
// there is none.
func (d *Document) tag() (start, end int) {
	stop := d.stop()
	for start = stop - 1; start >= 0; start-- {
		if d.Text[start] == '!' && (start == 0 || strings.IndexByte(" \t\n,[{", d.Text[start-1]) >= 0) {
			break
		}
	}
	end = max(start, 0)
	for end < len(d.Text) && strings.IndexByte(" \t\r\n,[]{}", d.Text[end]) < 0 {
		end++
	}
	return start, end
}

// stop is how far the parser reads before it gives up, found by handing it the
// file byte by byte.
func (d *Document) stop() int {
	r := &byteReader{text: d.Text}
	var n yaml.Node
	for decoder := yaml.NewDecoder(r); decoder.Decode(&n) == nil; {
	}
	return r.pos
}

type byteReader struct {
	text string
	pos  int
}

// Read gives one byte.
func (r *byteReader) Read(p []byte) (int, error) {
	if r.pos == len(r.text) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = r.text[r.pos]
	r.pos++
	return 1, nil
}
