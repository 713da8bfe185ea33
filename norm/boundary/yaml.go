package boundary

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"go.yaml.in/yaml/v3"
)

// YAML writes the months as tests for the norm's own file, two for each
// boundary, each with all that is not met. They pass as they are; what they
// are for is to be looked at once, and to fail when the norm changes.
func (f *Found) YAML(w io.Writer) error {
	var tests []any
	for _, b := range f.Boundaries {
		values := strings.SplitN(b.Differs, " | ", 2)
		field, low, ok := strings.Cut(values[0], ": ")
		if !ok {
			field, low = "with", values[0]
		}
		for i, side := range b.Sides {
			value := low
			if i == 1 {
				value = values[len(values)-1]
			}
			document, err := withOf(side.Month)
			if err != nil {
				return err
			}
			outcomes := map[string]string{}
			for _, v := range side.Verdicts {
				if v.Outcome != ruling.Met {
					outcomes[v.Criterion] = v.Outcome.String()
				}
			}
			tests = append(tests, test{
				Name:  fmt.Sprintf("%s, %s: %s is %t, %s %s", b.Criterion, b.Part, b.Text, i == 1, field, value),
				Month: side.Month.Month.String(), Without: flow{"company"}, With: document,
				Expect: expect{outcomes, true},
			})
		}
	}
	encoder := yaml.NewEncoder(w)
	encoder.SetIndent(2)
	if err := encoder.Encode(map[string]any{"tests": tests}); err != nil {
		return err
	}
	return encoder.Close()
}

type flow []string

// MarshalYAML writes the list on one line.
func (f flow) MarshalYAML() (any, error) {
	n := &yaml.Node{}
	err := n.Encode([]string(f))
	n.Style = yaml.FlowStyle
	return n, err
}

// test and expect are written as norm files have them.
type test struct {
	Name    string     `yaml:"name"`
	Month   string     `yaml:"month"`
	Without flow       `yaml:"without"`
	With    *yaml.Node `yaml:"with"`
	Expect  expect     `yaml:"expect"`
}

type expect struct {
	Outcomes map[string]string `yaml:"outcomes,flow"`
	Only     bool              `yaml:"only"`
}

// withOf is the month document as a test's with: without what the test gives
// elsewhere, one record a line.
func withOf(m *finding.Month) (*yaml.Node, error) {
	var document bytes.Buffer
	if err := m.Encode(&document); err != nil {
		return nil, err
	}
	var n yaml.Node
	if err := yaml.Unmarshal(document.Bytes(), &n); err != nil {
		return nil, err
	}
	root := n.Content[0]
	root.Style = 0
	var kept []*yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "month", "zone":
			continue
		case "company":
			value.Content = value.Content[2:] // the id, which is the test's own
			if len(value.Content) == 0 {
				continue
			}
		}
		key.Style = 0
		if value.Kind == yaml.SequenceNode {
			value.Style = 0
		}
		plain(value)
		kept = append(kept, key, value)
	}
	root.Content = kept
	return root, nil
}

// plain takes the quotes off keys.
func plain(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			n.Content[i].Style = 0
		}
	}
	for _, c := range n.Content {
		plain(c)
	}
}
