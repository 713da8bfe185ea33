package expr

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"cel.dev/cel-go/cel"
)

var (
	expecting   = regexp.MustCompile(`(?s) expecting .*`)
	recognition = regexp.MustCompile(`(?s)token recognition error at: '(.*)'`)
)

// syntaxFaults says what the parser could not read: every sign that is none of
// the language's, or else the parser's first fault, as what follows one is
// rarely worth reading.
func syntaxFaults(iss *cel.Issues, text []rune) []Fault {
	if own := (&signs{text: text}).read(); len(own) > 0 {
		return inOrder(own)
	}
	first := iss.Errors()[0]
	at := offsetOf(first.Location.Line(), first.Location.Column(), text)
	f := Fault{From: at, To: min(at+1, len(text)), Code: "KM-CEL-SYNTAX"}
	message := expecting.ReplaceAllString(strings.TrimPrefix(first.Message, "Syntax error: "), "")
	switch m := recognition.FindStringSubmatch(message); {
	case strings.Contains(message, "'<EOF>'") && !strings.Contains(message, "extraneous"):
		f.From, f.To = len(text), len(text)
		f.Message, f.Hint = "the expression stops too early", "complete it, or leave out its last operator"
	case m != nil:
		f.Message = fmt.Sprintf("%q is no part of the language", m[1])
	case strings.Contains(message, "recursion"), strings.Contains(message, "size exceeds"):
		f.Code, f.From, f.To = "KM-CEL-SIZE", 0, min(1, len(text))
		f.Message, f.Hint = fmt.Sprintf("the expression nests more than %d deep", maxNesting), "give parts of it a name under let:"
	case strings.Contains(message, "invalid argument to has"):
		if name := strings.LastIndex(string(text[:at]), "has"); name >= 0 {
			f.From = len([]rune(string(text[:at])[:name]))
			f.To = f.From + len("has")
		}
		f.Message, f.Hint = "has asks for a field", "write has(record.field)"
	case strings.Contains(message, "must be a simple name"):
		f.Message, f.Hint = "the first argument is a name for one record", "write it as exists(x, x.field)"
	case strings.Contains(message, "extraneous input"), strings.Contains(message, "mismatched input"), strings.Contains(message, "no viable alternative"):
		token := word1(text[at:])
		f.To = at + max(1, len([]rune(token)))
		f.Message = fmt.Sprintf("%q was not expected here", token)
		f.Hint = "put an operator such as && before it, or remove it"
	default:
		f.Message = message
	}
	return []Fault{f}
}

// word1 is the first word or sign of the text.
func word1(text []rune) string {
	for i, r := range text {
		if strings.ContainsRune(" \t\r\n().,", r) {
			return string(text[:max(i, 1)])
		}
	}
	return string(text)
}

// misspelt are signs that people type, with what the language has instead.
// Longer ones stand before those they begin with.
var misspelt = []struct{ sign, write string }{
	{"===", "write =="}, {"!==", "write !="}, {"==", ""}, {"!=", ""}, {"<=", ""}, {">=", ""}, {"=>", "write >="}, {"=<", "write <="}, {"<>", "write !="},
	{"=", "write =="}, {"&&", ""}, {"||", ""}, {"&", "write &&"}, {"|", "write ||"},
	{"≥", "write >="}, {"≤", "write <="}, {"≠", "write !="}, {"×", "write *"}, {"−", "write -"}, {"–", "write -"},
	{"“", "write \""}, {"”", "write \""}, {"„", "write \""}, {"‘", "write '"}, {"’", "write '"}, {"`", "write '"},
	{";", "remove it"}, {"#", "write // before a comment"}, {"$", "remove it"}, {"@", "remove it"}, {"…", "write it out"},
}

// misworded are words that people type between or before operands.
var misworded = map[string]string{
	"and": "write &&", "en": "write &&", "or": "write ||", "of": "write ||", "not": "write !", "niet": "write !", "is": "write ==",
	"if": "write it as condition ? one : other", "then": "write it as condition ? one : other", "else": "write it as condition ? one : other",
}

// signs goes through an expression that could not be parsed.
type signs struct {
	text   []rune
	pos    int
	open   []int // the brackets that are open
	faults []Fault
	raw    bool // a backslash in quotes is a backslash
	after  rune // what the last word or sign ended with; 0 at the start
}

func (s *signs) wrong(to int, hint, format string, args ...any) {
	s.faults = append(s.faults, Fault{s.pos, to, "KM-CEL-SYNTAX", fmt.Sprintf(format, args...), hint})
}

func (s *signs) read() []Fault {
	for s.pos < len(s.text) {
		switch r := s.text[s.pos]; {
		case unicode.IsSpace(r):
			s.pos++
			continue
		case s.has("//"):
			for s.pos < len(s.text) && s.text[s.pos] != '\n' {
				s.pos++
			}
			continue
		case r == '\'' || r == '"':
			if !s.quoted(r) {
				return s.faults
			}
		case unicode.IsLetter(r) || r == '_':
			s.word()
		case strings.ContainsRune("([{", r):
			s.open = append(s.open, s.pos)
			s.pos++
		case strings.ContainsRune(")]}", r):
			s.closing(r)
		default:
			s.sign()
		}
		s.after = s.text[s.pos-1]
	}
	if len(s.open) > 0 {
		opened := s.text[s.open[len(s.open)-1]]
		s.wrong(s.pos, "add "+string(closes[opened]), "the expression stops too early: a %c is not closed", opened)
	}
	return s.faults
}

var closes = map[rune]rune{'(': ')', '[': ']', '{': '}'}

func (s *signs) has(sign string) bool {
	for i, r := range []rune(sign) {
		if s.pos+i >= len(s.text) || s.text[s.pos+i] != r {
			return false
		}
	}
	return true
}

func (s *signs) closing(r rune) {
	switch {
	case len(s.open) == 0:
		s.wrong(s.pos+1, "remove it, or open it before", "%c closes nothing", r)
	case closes[s.text[s.open[len(s.open)-1]]] != r:
		opened := s.text[s.open[len(s.open)-1]]
		s.wrong(s.pos+1, "write "+string(closes[opened]), "%c can't close the %c before it", r, opened)
		s.open = s.open[:len(s.open)-1]
	default:
		s.open = s.open[:len(s.open)-1]
	}
	s.pos++
}

// quoted goes past a text in quotes; false if it has no end.
func (s *signs) quoted(quote rune) bool {
	triple := strings.Repeat(string(quote), 3)
	if s.has(triple) {
		from := s.pos
		for s.pos += 3; s.pos < len(s.text); s.pos++ {
			if s.has(triple) {
				s.pos += 3
				return true
			}
		}
		s.pos = from
	}
	for i := s.pos + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		switch {
		case s.text[i] == '\\' && !s.raw:
			i++
		case s.text[i] == quote:
			s.pos = i + 1
			return true
		}
	}
	s.wrong(s.pos+1, "close it with "+string(quote), "the text that begins here has no end")
	return false
}

func (s *signs) word() {
	end := s.pos
	for end < len(s.text) && (unicode.IsLetter(s.text[end]) || unicode.IsDigit(s.text[end]) || s.text[end] == '_') {
		end++
	}
	word := string(s.text[s.pos:end])
	if hint := misworded[strings.ToLower(word)]; hint != "" && s.after != '.' && s.operandFollows(end) {
		s.wrong(end, hint, "%q is no word of the language", word)
	}
	s.pos = end
}

// operandFollows tells whether a name, a number, a text or a bracket comes
// next: a word before one is meant as an operator.
func (s *signs) operandFollows(at int) bool {
	for at < len(s.text) && unicode.IsSpace(s.text[at]) {
		at++
	}
	if at == len(s.text) {
		return true
	}
	r := s.text[at]
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("(['\"!-_", r)
}

func (s *signs) sign() {
	for _, m := range misspelt {
		if !s.has(m.sign) {
			continue
		}
		length := len([]rune(m.sign))
		switch {
		case strings.ContainsAny(m.sign, "“„‘") && s.typographic() > 0:
			end := s.typographic()
			s.wrong(end, fmt.Sprintf("write %q", string(s.text[s.pos+1:end-1])), "a text stands in straight quotes, not in these")
			length = end - s.pos
		case m.sign == "=":
			s.wrong(s.pos+1, m.write, "a single = compares nothing")
		case m.write != "":
			s.wrong(s.pos+length, m.write, "%s is no sign of the language", m.sign)
		}
		s.pos += length
		return
	}
	s.pos++
}

// typographic is where a text in typographic quotes ends; 0 if it does not.
func (s *signs) typographic() int {
	for i := s.pos + 1; i < len(s.text) && s.text[i] != '\n'; i++ {
		if strings.ContainsRune("“”’", s.text[i]) {
			return i + 1
		}
	}
	return 0
}
