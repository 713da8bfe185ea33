package main

import "strings"

// maxWord is how many bytes people are shown of one word, such as an id out of
// a damaged file. Data is never cut.
const maxWord = 400

// words cuts what is said where a word is longer than anyone reads, and shows
// control characters for what they are.
func words(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		end := strings.IndexAny(text, " \n\t")
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		if len(word) > maxWord {
			word = strings.ToValidUTF8(word[:maxWord], "") + "…"
		}
		b.WriteString(strings.Map(visible, word))
		if end < len(text) {
			b.WriteByte(text[end])
			end++
		}
		text = text[end:]
	}
	return b.String()
}

// visible shows a control character as the mark for one that can't be shown.
func visible(r rune) rune {
	if r < ' ' || r == 0x7f {
		return '\ufffd'
	}
	return r
}
