package rego

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word, number, text or sign of a module. Comments and white space
// are none.
type token struct{ start, end int }

// Limits of a module, looked at before it is parsed. The reference norm's twin
// is a tenth of them.
const (
	maxBytes      = 16 << 10 // of one module
	maxTotalBytes = 48 << 10 // of all modules of a norm
	maxNesting    = 24       // brackets within each other
	maxDepth      = 4        // comprehensions, every and not in each other
	maxElse       = 20       // else in one module
	maxPasses     = 40       // over all rules, until what each stands for is known
	maxRules      = 300      // in all modules
	maxTerms      = 600      // in one rule: names, values, calls
)

// scanner splits a module into tokens, and refuses what the parser would take
// long for, or say badly.
type scanner struct {
	text   string
	tokens []token
	open   []int // offsets of brackets not closed yet
	elses  int
	report func(start, end int, code, hint, format string, args ...any)
	failed bool
}

var (
	wholeNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,17})$`)
	longSigns   = []string{":=", "==", "!=", "<=", ">="}
)

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

const signs = "()[]{}.,;:=<>!+-*/%&|@"

// scan goes through the text; false if there is a fault.
func (s *scanner) scan() bool {
	for at := 0; at < len(s.text) && !s.failed; {
		r, size := utf8.DecodeRuneInString(s.text[at:])
		switch {
		case r == '#':
			at = s.lineEnd(at)
		case strings.ContainsRune(" \t\r\n", r): // what Rego takes for white space
			at += size
		default:
			end := s.token(at, r, size)
			s.tokens = append(s.tokens, token{at, end})
			at = end
		}
	}
	if len(s.open) > 0 && !s.failed {
		at := s.open[len(s.open)-1]
		s.fault(at, at+1, "KM-REGO-SYNTAX", "", "this %s is never closed", s.text[at:at+1])
	}
	return !s.failed
}

func (s *scanner) fault(start, end int, code, hint, format string, args ...any) {
	s.failed = true
	s.report(start, end, code, hint, format, args...)
}

func (s *scanner) lineEnd(at int) int {
	if n := strings.IndexByte(s.text[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(s.text)
}

// token gives the end of the token at the offset.
func (s *scanner) token(at int, r rune, size int) int {
	switch {
	case r == '"' || r == '`':
		return s.quoted(at, byte(r))
	case r == '_' || r < utf8.RuneSelf && unicode.IsLetter(r):
		return s.word(at)
	case unicode.IsDigit(r) && r < utf8.RuneSelf:
		return s.number(at)
	case strings.ContainsRune("([{", r):
		if s.open = append(s.open, at); len(s.open) > maxNesting {
			s.fault(at, at+1, "KM-REGO-NESTING", "give a part a rule of its own", "brackets stand more than %d deep in each other", maxNesting)
		}
		return at + 1
	case strings.ContainsRune(")]}", r):
		s.closes(at)
		return at + 1
	case strings.ContainsRune(signs, r):
		for _, sign := range longSigns {
			if strings.HasPrefix(s.text[at:], sign) {
				return at + len(sign)
			}
		}
		return at + 1
	case r == '$':
		s.fault(at, at+1, "KM-REGO-SUBSET", "", "texts with values in them are not part of the language")
		return at + 1
	}
	s.fault(at, at+size, "KM-REGO-SYNTAX", "remove it", "%q has no meaning here", string(r))
	return at + size
}

func (s *scanner) closes(at int) {
	n := len(s.open)
	if n == 0 {
		s.fault(at, at+1, "KM-REGO-SYNTAX", "remove it", "this %s closes nothing", s.text[at:at+1])
		return
	}
	opened := s.open[n-1]
	if want := closing[s.text[opened]]; s.text[at] != want {
		if slices.ContainsFunc(s.open[:n-1], func(outer int) bool { return closing[s.text[outer]] == s.text[at] }) {
			s.fault(opened, opened+1, "KM-REGO-SYNTAX", "write "+string(want), "this %c is never closed", s.text[opened])
		} else {
			s.fault(at, at+1, "KM-REGO-SYNTAX", "write "+string(want), "%c is closed by %c", s.text[opened], s.text[at])
		}
		return
	}
	s.open = s.open[:n-1]
}

func (s *scanner) word(at int) int {
	end := at
	for end < len(s.text) && isWord(s.text[end]) {
		end++
	}
	if s.text[at:end] == "else" {
		if s.elses++; s.elses > maxElse {
			s.fault(at, end, "KM-REGO-SIZE", "write rules of their own", "a module has at most %d else", maxElse)
		}
	}
	return end
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (s *scanner) number(at int) int {
	end := at
	for end < len(s.text) && (isWord(s.text[end]) || s.text[end] == '.' && end+1 < len(s.text) && s.text[end+1] >= '0' && s.text[end+1] <= '9' ||
		(s.text[end] == '-' || s.text[end] == '+') && strings.IndexByte("eE", s.text[end-1]) >= 0 && !strings.HasPrefix(s.text[at:], "0x")) {
		end++
	}
	if !wholeNumber.MatchString(s.text[at:end]) {
		s.fault(at, end, "KM-REGO-SUBSET", "write a whole number of at most 18 digits", "%.40s is no whole number", s.text[at:end])
	}
	return end
}

// quoted gives the end of a text in double quotes or backquotes.
func (s *scanner) quoted(at int, quote byte) int {
	for end := at + 1; end < len(s.text); end++ {
		switch c := s.text[end]; {
		case c == quote:
			return end + 1
		case quote == '"' && c == '\\':
			end++
		case quote == '"' && c == '\n':
			s.fault(at, at+1, "KM-REGO-SYNTAX", "close it on the same line", "this text is never closed")
			return end
		}
	}
	s.fault(at, at+1, "KM-REGO-SYNTAX", "", "this text is never closed")
	return len(s.text)
}

// at is the token that the offset lies in, or the first behind it; the last
// one if there is none.
func (s *scanner) at(offset int) token {
	for _, t := range s.tokens {
		if offset < t.end {
			return t
		}
	}
	if n := len(s.tokens); n > 0 {
		return s.tokens[n-1]
	}
	return token{}
}
