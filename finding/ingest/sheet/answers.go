package sheet

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json/jsontext"
)

// checkAnswers says what is wrong with the map's headers, fixed values and
// right answers.
func (c Columns) checkAnswers(known []string) error {
	if c.Headers < 0 || c.Headers > 2 {
		return fmt.Errorf("headers %d: a sheet has 1 or 2 rows of them", c.Headers)
	}
	for _, field := range slices.Sorted(maps.Keys(c.Fixed)) {
		switch {
		case !slices.Contains(known, field):
			return fmt.Errorf("%s have no field %q, only %s", c.Kind, field, strings.Join(known, ", "))
		case c.Columns[field] != "":
			return fmt.Errorf("the field %q has both a column and a fixed value", field)
		}
	}
	if len(c.Right) > 0 && c.Kind != "questionnaires" {
		return fmt.Errorf("%s have no right answers", c.Kind)
	}
	if len(c.Right) > 0 && (c.Columns["score"] != "" || c.Fixed["score"] != "") {
		return errors.New("the score comes either from a column or from right answers")
	}
	for _, question := range slices.Sorted(maps.Keys(c.Right)) {
		if len(c.Right[question]) == 0 {
			return fmt.Errorf("the question %q has no right answer", question)
		}
	}
	return nil
}

// headers lists what each column is called: its own header and, with a row
// above, the one there and both. A header above goes on until the next.
func headers(above, own []string) [][]string {
	all := make([][]string, max(len(above), len(own)))
	question := ""
	for i := range all {
		part := ""
		if i < len(own) {
			part = strings.TrimSpace(own[i])
		}
		if i < len(above) && strings.TrimSpace(above[i]) != "" {
			question = strings.TrimSpace(above[i])
			all[i] = append(all[i], question)
		}
		if part != "" {
			all[i] = append(all[i], part, question+" / "+part)
		}
	}
	return all
}

// right is the share of the questions that were answered rightly, in percent.
func (s *sheet) right() int {
	got := 0
	for question, right := range s.columns.Right {
		given := ""
		if i := s.asked[question]; i < len(s.cells) {
			given = s.cells[i]
		}
		if slices.Equal(answers(given), answers(strings.Join(right, between))) {
			got++
		}
	}
	return (200*got + len(s.columns.Right)) / (2 * len(s.columns.Right)) // rounded
}

// between stands between several answers to one question.
const between = ";"

// answers lists the answers in a cell, without regard to their order.
func answers(cell string) []string {
	var all []string
	for one := range strings.SplitSeq(cell, between) {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	slices.Sort(all)
	return all
}

// objects reads a list of JSON objects as rows.
func (s *sheet) objects(text string) error {
	named := slices.Sorted(maps.Values(s.columns.Columns))
	named = append(named, slices.Sorted(maps.Keys(s.columns.Right))...)
	s.at, s.asked = map[string]int{}, map[string]int{}
	for field, name := range s.columns.Columns {
		s.at[field] = slices.Index(named, name)
	}
	for question := range s.columns.Right {
		s.asked[question] = slices.Index(named, question)
	}
	seen := make([]bool, len(named))
	documents := reader.Documents{Tool: "sheet", Lists: []string{"data", "results"}, Each: func(n int, raw jsontext.Value) error {
		flat := map[string][]string{}
		if err := flatten(flat, "", raw, 0); err != nil {
			return err
		}
		s.row, s.cells = n, make([]string, len(named))
		for i, name := range named {
			if given, ok := flat[name]; ok {
				seen[i] = true
				s.cells[i] = strings.Join(given, between)
			}
		}
		s.record()
		return nil
	}}
	if err := documents.Read(strings.NewReader(text), s.options); err != nil {
		return err
	}
	for i, name := range named {
		if !seen[i] && s.row > 0 {
			return &CellError{Row: 1, Column: name, Reason: "no object has such a member"}
		}
	}
	return nil
}

// deepest is how deep objects may lie in each other: each level is read anew.
const deepest = 32

// flatten lists the values of an object by their names, with dots for objects
// in it. Of plain data, in which questions are a list of names and values, it
// takes those.
func flatten(flat map[string][]string, prefix string, raw jsontext.Value, depth int) error {
	if depth > deepest {
		return fmt.Errorf("objects lie more than %d deep in each other", deepest)
	}
	d := reader.Tokens(strings.NewReader(string(raw)))
	return reader.Members(d, func(name string) error {
		value, err := d.ReadValue()
		if err != nil {
			return err
		}
		if prefix == "" && name == "questions" && value.Kind() == '[' {
			return plainData(flat, value)
		}
		return put(flat, prefix+name, value, depth)
	})
}

func put(flat map[string][]string, name string, value jsontext.Value, depth int) error {
	switch value.Kind() {
	case '{':
		return flatten(flat, name+".", value, depth+1)
	case '[':
		d := reader.Tokens(strings.NewReader(string(value)))
		return reader.Elements(d, func() error {
			var one reader.Text
			err := one.UnmarshalJSONFrom(d)
			if one != "" {
				flat[name] = append(flat[name], string(one))
			}
			return err
		})
	case 'n':
		return nil
	}
	var one reader.Text
	err := one.UnmarshalJSONFrom(reader.Tokens(strings.NewReader(string(value))))
	flat[name] = append(flat[name], string(one))
	return err
}

func plainData(flat map[string][]string, list jsontext.Value) error {
	d := reader.Tokens(strings.NewReader(string(list)))
	return reader.Elements(d, func() error {
		var question struct {
			Name  reader.Text    `json:"name"`
			Value jsontext.Value `json:"value"`
		}
		raw, err := d.ReadValue()
		if err != nil {
			return err
		}
		if err := reader.Fields(raw, &question); err != nil || len(question.Value) == 0 {
			return err
		}
		return put(flat, string(question.Name), question.Value, 0)
	})
}
