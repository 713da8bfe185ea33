package bundle

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// constants are the words of conditions as the policy knows them: a severity
// is compared by its rank, all others by their word.
var constants = map[string]string{
	"NONE": "0", "LOW": "1", "MEDIUM": "2", "HIGH": "3", "CRITICAL": "4", "UNKNOWN": "5",
	"WEBSITE": `"website"`, "COMPUTER": `"computer"`,
	"OPEN": `"open"`, "ACCEPTED": `"accepted"`, "FALSE_POSITIVE": `"false_positive"`,
	"SENT": `"sent"`, "REPORTED": `"reported"`, "OPENED": `"opened"`, "CLICKED": `"clicked"`, "SUBMITTED": `"submitted"`,
}

// value gives a term for the expression. It is undefined if the expression
// fails.
func (t *translator) value(n *expr.Node) string {
	switch n.Op {
	case expr.Lit:
		return literal(n)
	case expr.Ident:
		return t.ident(n)
	case expr.Field:
		return field(n, t.value(n.Args[0]))
	case expr.List:
		elements := make([]string, len(n.Args))
		for i, a := range n.Args {
			elements[i] = t.value(a)
		}
		return "[" + strings.Join(elements, ", ") + "]"
	}
	call := t.calls[n]
	if call == "" {
		call = t.computed(n)
		t.calls[n] = call
	}
	return call
}

// computed is a value that an operator, a function or a macro gives.
func (t *translator) computed(n *expr.Node) string {
	if n.Op == expr.Has {
		return t.truth(n)
	}
	switch n.Name {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Negate, "portion", "days":
		return fmt.Sprintf("cel.%s(%s)", functions[n.Name], t.arguments(n))
	case "size":
		return fmt.Sprintf("count(%s)", t.value(n.Args[0]))
	case operators.Conditional:
		if !n.Type.IsExactType(types.BoolType) {
			return t.helper(n, func(name string) []string {
				return append(
					clauses(name+" := "+t.value(n.Args[1]), []body{t.statements(t.condition(n.Args[0], true))}),
					clauses(name+" := "+t.value(n.Args[2]), []body{t.statements(t.condition(n.Args[0], false))})...)
			})
		}
	case operators.Filter:
		return t.filter(n)
	case operators.Map:
		return t.mapped(n)
	}
	return t.truth(n)
}

var functions = map[string]string{
	operators.Add: "add", operators.Subtract: "subtract", operators.Multiply: "multiply", operators.Negate: "negate",
	"portion": "portion", "days": "days",
}

func (t *translator) arguments(n *expr.Node) string {
	terms := make([]string, len(n.Args))
	for i, a := range n.Args {
		terms[i] = t.value(a)
	}
	return strings.Join(terms, ", ")
}

// truth is the call of a helper that is true or false, or undefined if the
// condition fails.
func (t *translator) truth(n *expr.Node) string {
	return t.helper(n, func(name string) []string { return t.either(name, n, nil) })
}

// marks is the call of a helper that decides the macro's condition for each
// element of its list. It is undefined if the condition fails for any.
func (t *translator) marks(n *expr.Node) string {
	return t.helper(n, func(name string) []string {
		return []string{name + " := marks if {\n" + indent(t.marking(n)) + "}"}
	})
}

func (t *translator) marking(n *expr.Node) body {
	mark := "mark := " + t.value(n.Args[1])
	return body{
		"elements := " + t.value(n.Args[0]),
		fmt.Sprintf("marks := [mark | some %s in elements; %s]", used(variable(n.Var), body{mark}), mark),
		"count(marks) == count(elements)",
	}
}

// filter keeps the elements for which the condition holds. Only where neither
// the list nor the condition can fail is what is not found what does not hold:
// a comprehension passes over what is undefined.
func (t *translator) filter(n *expr.Node) string {
	name := variable(n.Var)
	if !t.canFail(n.Args[0]) && !t.canFail(n.Args[1]) {
		found := append(body{fmt.Sprintf("some %s in %s", name, t.value(n.Args[0]))}, t.statements(t.condition(n.Args[1], true))...)
		return fmt.Sprintf("[%s | %s]", name, strings.Join(found, "; "))
	}
	return t.helper(n, func(call string) []string {
		b := append(t.marking(n), fmt.Sprintf("kept := [%s | some i, %s in elements; marks[i]]", name, name))
		return []string{call + " := kept if {\n" + indent(b) + "}"}
	})
}

// mapped gives a value for each element, of those that a condition chooses if
// there is one.
func (t *translator) mapped(n *expr.Node) string {
	name := variable(n.Var)
	return t.helper(n, func(call string) []string {
		b := body{"kept := " + t.value(n.Args[0])}
		if len(n.Args) == 3 {
			b = append(t.marking(n), fmt.Sprintf("kept := [%s | some i, %s in elements; marks[i]]", name, name))
		}
		result := "result := " + t.value(n.Args[len(n.Args)-1])
		b = append(b,
			fmt.Sprintf("results := [result | some %s in kept; %s]", used(name, body{result}), result),
			"count(results) == count(kept)")
		return []string{call + " := results if {\n" + indent(b) + "}"}
	})
}

func literal(n *expr.Node) string {
	switch v := n.Value.(type) {
	case types.Int:
		return strconv.FormatInt(int64(v), 10)
	case types.Bool:
		return strconv.FormatBool(bool(v))
	case types.String:
		return quote(string(v))
	}
	return "null" // no other literal is part of the language
}

func (t *translator) ident(n *expr.Node) string {
	switch {
	case n.Bound() != nil:
		return variable(n.Bound().Var)
	case t.lets[n.Name] != nil:
		return "lets." + ruleName(n.Name)
	case constants[n.Name] != "":
		return constants[n.Name]
	case n.Name == "params":
		return "params"
	}
	return "document." + n.Name
}

// field is the term of a record's field.
func field(n *expr.Node, record string) string {
	switch {
	case n.Name == "severity" && kindOf(n) == "Vulnerability":
		return record + ".rank"
	case n.Name == "days_offered" && kindOf(n) == "Course":
		return fmt.Sprintf(`object.get(%s, "days_offered", null)`, record)
	}
	return dot(record, n.Name)
}

// kindOf is the kind of record whose field the node reads.
func kindOf(n *expr.Node) string { return strings.TrimPrefix(n.Args[0].Type.TypeName(), "@") }

// optional are the fields that a record may lack.
var optional = map[string]bool{
	"Company.name": true, "Company.size": true, "Company.sector": true, "Company.enrolled": true,
	"Website.scanned": true, "Website.retired": true,
	"Computer.os": true, "Computer.seen": true, "Computer.retired": true,
	"Vulnerability.title": true, "Vulnerability.remedy": true, "Vulnerability.found": true, "Vulnerability.seen": true, "Vulnerability.fixed": true,
	"Employee.enrolled": true, "Employee.left": true,
	"Questionnaire.employee": true, "Questionnaire.completed": true,
	"Course.employee": true, "Course.offered": true, "Course.completed": true, "Course.days_offered": true,
	"Phishing.employee": true, "Phishing.sent": true,
}

// alwaysThere tells whether every record has the field that the node names.
func alwaysThere(n *expr.Node) bool {
	kind := kindOf(n)
	if strings.HasPrefix(kind, "custom.") {
		return n.Name == "id"
	}
	return !optional[kind+"."+n.Name]
}

// canFail tells whether the expression could come to no value. It may say so
// of one that can't.
func (t *translator) canFail(n *expr.Node) bool {
	switch n.Op {
	case expr.Ident:
		if let := t.lets[n.Name]; let != nil && n.Bound() == nil {
			return t.once(let, "fails", t.canFail)
		}
	case expr.Field:
		if !alwaysThere(n) && n.Name != "days_offered" {
			return true
		}
	case expr.Call:
		switch n.Name {
		case operators.Add, operators.Subtract, operators.Multiply, operators.Negate, "portion":
			return true
		}
	}
	return slices.ContainsFunc(n.Args, t.canFail)
}

// mayBeAbsent tells whether the expression could come to an absent number. It
// may say so of one that can't.
func (t *translator) mayBeAbsent(n *expr.Node) bool {
	if n.Type.IsExactType(types.BoolType) {
		return false
	}
	switch n.Op {
	case expr.Ident:
		if bound := n.Bound(); bound != nil {
			return n.Type.IsExactType(types.IntType) && t.mayBeAbsent(bound.Args[0])
		}
		if let := t.lets[n.Name]; let != nil {
			return t.once(let, "absent", t.mayBeAbsent)
		}
	case expr.Field:
		return n.Name == "days_offered" && kindOf(n) == "Course"
	case expr.Call:
		if n.Name == "size" || n.Name == "portion" || n.Name == "days" {
			return false
		}
	}
	return slices.ContainsFunc(n.Args, t.mayBeAbsent)
}

// once asks something of what a name stands for a single time: names can stand
// in each other.
func (t *translator) once(let *expr.Expr, what string, ask func(*expr.Node) bool) bool {
	key := trait{let, what}
	answer, known := t.traits[key]
	if !known {
		answer = ask(let.Root())
		t.traits[key] = answer
	}
	return answer
}

// trait is something that is true or not of what a name stands for.
type trait struct {
	let  *expr.Expr
	what string
}
