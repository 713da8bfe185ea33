package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxShown is how many characters of a text from outside are shown: more than
// any name, host or title has that is meant to be read.
const maxShown = 200

// clean makes a text from outside one line without anything that could move
// the cursor, hide text or change its direction, and no longer than is read.
func clean(s string) string {
	var b strings.Builder
	shown, marks := 0, 0
	for _, c := range s {
		c = harmless(c)
		if unicode.Is(unicode.M, c) {
			if marks++; marks > 2 || shown == 0 { // piled up, or on what is not ours
				continue
			}
		} else {
			marks = 0
		}
		if shown == maxShown {
			b.WriteRune('…')
			break
		}
		b.WriteRune(c)
		shown++
	}
	return b.String()
}

// harmless is the character as it is shown: every space the same, and what
// can't be seen as a sign that it can't.
func harmless(c rune) rune {
	switch {
	case unicode.IsSpace(c) && c != '\u2028' && c != '\u2029':
		return ' '
	case !unicode.IsPrint(c), isBlank(c):
		return utf8.RuneError
	}
	return c
}

// isBlank tells which letters and symbols show nothing.
func isBlank(c rune) bool {
	switch c {
	case '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0', '\u034f', '\u17b4', '\u17b5':
		return true
	}
	return false
}

// columns is how many cells of a terminal the text takes.
func columns(s string) int {
	n := 0
	for _, c := range s {
		n += cells(c)
	}
	return n
}

func cells(c rune) int {
	if unicode.Is(unicode.Mn, c) || unicode.Is(unicode.Me, c) {
		return 0
	}
	switch width.LookupRune(c).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// fold breaks a text into lines of at most most cells; a longer word is broken
// where it reaches the edge.
func fold(s string, most int) []string {
	var lines []string
	here, used := "", 0
	end := func() {
		if here != "" {
			lines, here, used = append(lines, here), "", 0
		}
	}
	for word := range strings.FieldsSeq(s) {
		size := columns(word)
		if used > 0 && used+1+size > most {
			end()
		}
		if used > 0 {
			here, used = here+" ", used+1
		}
		for size > most {
			head := prefix(word, most)
			lines = append(lines, head)
			word = word[len(head):]
			size = columns(word)
		}
		here, used = here+word, used+size
	}
	end()
	return lines
}

// prefix is what of the word fits, at least one character.
func prefix(word string, most int) string {
	n := 0
	for i, c := range word {
		if n += cells(c); n > most && i > 0 {
			return word[:i]
		}
	}
	return word
}
