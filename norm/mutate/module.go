package mutate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
)

// token finds in a module what is changed in it, and what must be passed over:
// comments, texts, names and whole operators that contain a comparison's sign.
var token = regexp.MustCompile("#[^\n]*|\"(?:[^\"\\\\\n]|\\\\.)*\"|`[^`]*`|[A-Za-z_][A-Za-z0-9_.]*|:=|[=!<>]=|[<>]|[0-9]+(?:\\.[0-9]+)?")

var wholeNumber = regexp.MustCompile(`^[0-9]{1,9}$`)

var insteadInModule = map[string]string{"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">"}

// module changes the comparisons and whole numbers of a module, and leaves out
// each not.
func (b *breeder) module(f *source.File) {
	for _, at := range token.FindAllStringIndex(f.Text, -1) {
		written := f.Text[at[0]:at[1]]
		kind, test := "", "months in which both sides are equal, and in which they differ by one"
		var texts []string
		switch {
		case insteadInModule[written] != "":
			kind, texts = "comparison", []string{insteadInModule[written]}
		case wholeNumber.MatchString(written):
			number, err := strconv.Atoi(written)
			if err != nil {
				continue
			}
			kind, test = "number", "months on either side of "+written
			texts = []string{strconv.Itoa(number - 1), strconv.Itoa(number + 1)}
		case written == "not":
			b.addIn(f, Module, "", fmt.Sprintf("%s: not is left out", brief(line(f, at[0]))), "months in which what follows is true, and false",
				Edit{Start: at[0], End: at[1]})
			continue
		default:
			continue
		}
		for _, text := range texts {
			b.addIn(f, Module, "", fmt.Sprintf("%s: the %s %s becomes %s", brief(line(f, at[0])), kind, written, text), test,
				Edit{Start: at[0], End: at[1], New: text})
		}
	}
}

// line is the text of the line in which the byte stands.
func line(f *source.File, offset int) string {
	number, _ := f.Place(offset)
	return strings.TrimSpace(f.Line(number))
}
