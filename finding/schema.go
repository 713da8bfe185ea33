package finding

import (
	_ "embed"
	"slices"
)

//go:embed month.schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the month document, for editors
// and other languages. It is generated from the types. What a schema can't
// say, such as facts from the future and repeated members, [Decode] checks.
func Schema() []byte { return slices.Clone(schema) }
