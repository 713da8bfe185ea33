package finding

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// Detect tells whether the first bytes of a file, as plain UTF-8, are of a month
// document, be it whole, cut off or at fault: it has a company and, as far as
// the bytes go, no member that the document does not have.
func Detect(head []byte) bool {
	d := jsontext.NewDecoder(bytes.NewBuffer(head), jsontext.AllowDuplicateNames(true))
	if d.PeekKind() != '{' {
		return false
	}
	d.ReadToken() // it was peeked at
	company := false
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		switch {
		case err != nil:
			return company
		case !slices.Contains(monthNames, name.String()):
			return false
		}
		company = company || name.String() == "company"
		if d.SkipValue() != nil {
			return company
		}
	}
	return company
}
