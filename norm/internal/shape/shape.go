// Package shape is the shape of a norm file as data: each mapping, its keys,
// what may stand at each, and a sentence about it.
//
// The reader of norms takes from it which keys a mapping must and may have,
// the words of a choice and the range of a number, as [Mapping.Required] and
// [Mapping.Key] give them; package schema makes the JSON Schema for editors
// from [Norm]. A key is added in one line, where its mapping stands in this
// package:
//
//	{"effort", optional, whole(1, 5), "How much work it is…", "Hoeveel werk het is…"},
//
// and in the function that reads that mapping, which finds the value among
// the mapping's values. The tests of package schema see that the reader and
// the schema agree; go test ./norm/schema -update writes its file anew.
package shape

// Kind is what sort of value stands at a key.
type Kind uint8

// The kinds of values.
const (
	Text       Kind = iota + 1 // a text that is not empty
	Free                       // a text that may be empty
	ID                         // lower-case letters, digits and hyphens
	Percentage                 // 80%, 12.5%
	Bool                       // true or false
	Month                      // 2026-11
	Instant                    // 2026-11-02, or with a time of day
	Language                   // two letters
	Zone                       // Europe/Amsterdam
	Texts                      // a text in each of the norm's languages
	Expression                 // CEL
	List                       // the name of a list of records
	Parameter                  // a whole number, a text, true or false
	Limit                      // a whole number, or the name of a parameter
	Months                     // the months of a history: 80%x6 70%
	Phase                      // where a company stands: certified, building 5/6
	Digest                     // sha256: and 64 hex digits
	Record                     // a month document, without what a test gives elsewhere
	Word                       // one of Words
	Whole                      // Least to Most
	Keyed                      // a Mapping
	Items                      // a list, each an Each
	Named                      // names that the author gives, at each an Each
	Either                     // one of Among
)

// Value is what may stand at a key; only what its kind names is set.
type Value struct {
	Kind        Kind
	Words       []string // in the order in which they are told
	Least, Most int
	Mapping     *Mapping
	Each        *Value
	Among       []Value
	Filled      bool   // of a list: it has one item at least
	Pattern     string // of names: what they look like; empty: any
}

func of(k Kind) Value                     { return Value{Kind: k} }
func word(words ...string) Value          { return Value{Kind: Word, Words: words} }
func whole(least, most int) Value         { return Value{Kind: Whole, Least: least, Most: most} }
func keyed(m *Mapping) Value              { return Value{Kind: Keyed, Mapping: m} }
func list(each Value) Value               { return Value{Kind: Items, Each: &each} }
func some(each Value) Value               { return Value{Kind: Items, Each: &each, Filled: true} }
func either(among ...Value) Value         { return Value{Kind: Either, Among: among} }
func named(pattern string, v Value) Value { return Value{Kind: Named, Each: &v, Pattern: pattern} }

// Key is one key of a mapping.
type Key struct {
	Name     string
	Required bool
	Value
	Means string // one sentence, for the author who hovers over the key
	Dutch string // the same in Dutch
}

const (
	required = true
	optional = false
)

// Mapping is a mapping with known keys, in the order of the canonical form.
type Mapping struct {
	What  string // as a fault names it: "a criterion"
	Keys  []Key
	One   []string // exactly one of these is given
	After []After  // keys that go with others
}

// After says that with the key exactly one of Needs is given, and without it
// none of them.
type After struct {
	Key   string
	Needs []string
}

// Required are the names of the keys that must be given.
func (m *Mapping) Required() []string { return m.names(required) }

// Optional are the names of the keys that may be given.
func (m *Mapping) Optional() []string { return m.names(optional) }

func (m *Mapping) names(wanted bool) []string {
	var names []string
	for _, k := range m.Keys {
		if k.Required == wanted {
			names = append(names, k.Name)
		}
	}
	return names
}

// Key is the key of that name; the zero Key, at which nothing may stand, if
// there is none.
func (m *Mapping) Key(name string) Key {
	for _, k := range m.Keys {
		if k.Name == name {
			return k
		}
	}
	return Key{}
}

// Index is the place of the key in the canonical order; behind all others if
// it is not known.
func (m *Mapping) Index(name string) int {
	for i, k := range m.Keys {
		if k.Name == name {
			return i
		}
	}
	return len(m.Keys)
}
