package expr

import (
	"fmt"
	"reflect"
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

// A kind is a type of record: its name and the fields an expression sees.
type kind struct {
	name   string
	list   string // the variable that holds all records of it; empty if none does
	typ    *types.Type
	fields []field
	key    func(rec any) ruling.Key
}

// A field of a record. get gives nil where the record has no value.
type field struct {
	name string
	typ  *types.Type
	get  func(rec any, p finding.Period) ref.Val
}

// objectType makes the type of a kind. The sign before its name keeps it from
// being a name that an expression could use.
func objectType(name string) *types.Type { return types.NewObjectType("@" + name) }

// object is one record as an expression sees it.
type object struct {
	kind   *kind
	rec    any // pointer to the finding's struct
	period finding.Period
}

// ConvertToNative is asked for by no expression of the language.
func (r *object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s can't become %v", r.kind.name, t)
}

// ConvertToType is asked for by no expression of the language.
func (r *object) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("%s can't become %s", r.kind.name, t.TypeName())
}

// Equal is refused when an expression is checked.
func (r *object) Equal(ref.Val) ref.Val { return types.NewErr("records are not compared") }

// Type is the kind of record.
func (r *object) Type() ref.Type { return r.kind.typ }

// Value is the record itself, which field access reads from.
func (r *object) Value() any { return r }

func (k *kind) field(name string) *field {
	for i := range k.fields {
		if k.fields[i].name == name {
			return &k.fields[i]
		}
	}
	return nil
}

func (k *kind) fieldNames() []string {
	names := make([]string, len(k.fields))
	for i, f := range k.fields {
		names[i] = f.name
	}
	return names
}

// The getters below are written per struct; each turns the zero value, which
// means absent, into nil.

func text[T any](name string, get func(*T) string) field {
	return field{name, types.StringType, func(rec any, _ finding.Period) ref.Val {
		if s := get(rec.(*T)); s != "" {
			return types.String(s)
		}
		return nil
	}}
}

func instant[T any](name string, get func(*T) time.Time) field {
	return field{name, types.TimestampType, func(rec any, _ finding.Period) ref.Val {
		if t := get(rec.(*T)); !t.IsZero() {
			return types.Timestamp{Time: t}
		}
		return nil
	}}
}

func texts[T any](name string, get func(*T) []string) field {
	return field{name, types.NewListType(types.StringType), func(rec any, _ finding.Period) ref.Val {
		return types.NewStringList(types.DefaultTypeAdapter, get(rec.(*T)))
	}}
}

func flag[T any](name string, get func(*T, finding.Period) bool) field {
	return field{name, types.BoolType, func(rec any, p finding.Period) ref.Val {
		return types.Bool(get(rec.(*T), p))
	}}
}

func number[T any](name string, get func(*T, finding.Period) int) field {
	return field{name, types.IntType, func(rec any, p finding.Period) ref.Val {
		return types.Int(get(rec.(*T), p))
	}}
}

func oneOf[T any](name string, typ *types.Type, get func(*T) int) field {
	return field{name, typ, func(rec any, _ finding.Period) ref.Val {
		return word{typ, get(rec.(*T))}
	}}
}

// newKind gives a kind whose records are structs T with a key.
func newKind[T any](name, list string, key func(*T) []string, fields ...field) *kind {
	return &kind{name: name, list: list, typ: objectType(name), fields: fields,
		key: func(rec any) ruling.Key { return key(rec.(*T)) }}
}

var companyKind = &kind{name: "Company", typ: objectType("Company"), fields: []field{
	text("id", func(c *finding.Company) string { return c.ID }),
	text("name", func(c *finding.Company) string { return c.Name }),
	{"size", types.IntType, func(rec any, _ finding.Period) ref.Val {
		if size := rec.(*finding.Company).Size; size > 0 {
			return types.Int(size)
		}
		return nil
	}},
	text("sector", func(c *finding.Company) string { return c.Sector }),
	instant("enrolled", func(c *finding.Company) time.Time { return c.Enrolled }),
	flag("active", func(c *finding.Company, p finding.Period) bool { return c.Active(p) }),
}}

// kinds are the record types that every month document can hold.
var kinds = []*kind{
	newKind("Website", "websites", func(w *finding.Website) []string { return w.Key() },
		text("id", func(w *finding.Website) string { return w.ID }),
		instant("scanned", func(w *finding.Website) time.Time { return w.Scanned }),
		instant("retired", func(w *finding.Website) time.Time { return w.Retired }),
		texts("sources", func(w *finding.Website) []string { return w.Sources }),
		flag("fresh", func(w *finding.Website, p finding.Period) bool { return w.Fresh(p) }),
		flag("active", func(w *finding.Website, p finding.Period) bool { return w.Active(p) }),
	),
	newKind("Computer", "computers", func(c *finding.Computer) []string { return c.Key() },
		text("id", func(c *finding.Computer) string { return c.ID }),
		text("os", func(c *finding.Computer) string { return c.OS }),
		instant("seen", func(c *finding.Computer) time.Time { return c.Seen }),
		instant("retired", func(c *finding.Computer) time.Time { return c.Retired }),
		texts("sources", func(c *finding.Computer) []string { return c.Sources }),
		flag("fresh", func(c *finding.Computer, p finding.Period) bool { return c.Fresh(p) }),
		flag("active", func(c *finding.Computer, p finding.Period) bool { return c.Active(p) }),
	),
	newKind("Vulnerability", "vulnerabilities", func(v *finding.Vulnerability) []string { return v.Key() },
		text("id", func(v *finding.Vulnerability) string { return v.ID }),
		oneOf("asset_type", assetType, func(v *finding.Vulnerability) int { return int(v.AssetType) }),
		text("asset", func(v *finding.Vulnerability) string { return v.Asset }),
		oneOf("severity", severityType, func(v *finding.Vulnerability) int { return int(v.Severity) }),
		text("title", func(v *finding.Vulnerability) string { return v.Title }),
		text("remedy", func(v *finding.Vulnerability) string { return v.Remedy }),
		instant("found", func(v *finding.Vulnerability) time.Time { return v.Found }),
		instant("seen", func(v *finding.Vulnerability) time.Time { return v.Seen }),
		instant("fixed", func(v *finding.Vulnerability) time.Time { return v.Fixed }),
		oneOf("status", statusType, func(v *finding.Vulnerability) int {
			return int(max(v.Status, finding.StatusOpen)) // still absent after merging: open
		}),
		texts("sources", func(v *finding.Vulnerability) []string { return v.Sources }),
		texts("references", func(v *finding.Vulnerability) []string { return v.References }),
		flag("open", func(v *finding.Vulnerability, p finding.Period) bool { return v.Open(p) }),
		number("days_open", func(v *finding.Vulnerability, p finding.Period) int { return v.DaysOpen(p) }),
	),
	newKind("Employee", "employees", func(e *finding.Employee) []string { return e.Key() },
		text("id", func(e *finding.Employee) string { return e.ID }),
		instant("enrolled", func(e *finding.Employee) time.Time { return e.Enrolled }),
		instant("left", func(e *finding.Employee) time.Time { return e.Left }),
		flag("active", func(e *finding.Employee, p finding.Period) bool { return e.Active(p) }),
	),
	newKind("Questionnaire", "questionnaires", func(q *finding.Questionnaire) []string { return q.Key() },
		text("id", func(q *finding.Questionnaire) string { return q.ID }),
		text("employee", func(q *finding.Questionnaire) string { return q.Employee }),
		instant("completed", func(q *finding.Questionnaire) time.Time { return q.Completed }),
		number("score", func(q *finding.Questionnaire, _ finding.Period) int { return q.Score }),
		flag("done", func(q *finding.Questionnaire, p finding.Period) bool { return q.Done(p) }),
	),
	newKind("Course", "courses", func(c *finding.Course) []string { return c.Key() },
		text("id", func(c *finding.Course) string { return c.ID }),
		text("employee", func(c *finding.Course) string { return c.Employee }),
		instant("offered", func(c *finding.Course) time.Time { return c.Offered }),
		instant("completed", func(c *finding.Course) time.Time { return c.Completed }),
		field{"days_offered", types.IntType, func(rec any, p finding.Period) ref.Val {
			if days, ok := rec.(*finding.Course).DaysOffered(p); ok {
				return types.Int(days)
			}
			return none{}
		}},
	),
	newKind("Phishing", "phishing", func(p *finding.Phishing) []string { return p.Key() },
		text("id", func(p *finding.Phishing) string { return p.ID }),
		text("employee", func(p *finding.Phishing) string { return p.Employee }),
		instant("sent", func(p *finding.Phishing) time.Time { return p.Sent }),
		oneOf("outcome", phishingType, func(p *finding.Phishing) int { return int(p.Outcome) }),
	),
}

// ListNames are the variables that hold a month's records, in document order.
func ListNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.list
	}
	return names
}
