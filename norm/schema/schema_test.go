package schema_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/shape"
	"github.com/cyberkeurmerk/keurmerk/norm/schema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write norm.schema.json anew")

const file = "../norm.schema.json"

// The file in the repository is what the tables say.
func TestFile(t *testing.T) {
	text, err := schema.JSON()
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(file, text, 0o644))
	}
	held, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(held), string(text), "go test ./norm/schema -update writes it anew")
}

// corpus are norms that between them have every key there is.
func corpus(t testing.TB) map[string]string {
	all := map[string]string{}
	names, err := filepath.Glob("testdata/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, names, "there are no fixtures")
	for _, name := range names {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		all[filepath.Base(name)] = string(text)
	}
	reference, err := cyberkeurmerk.FS().Open(cyberkeurmerk.File)
	require.NoError(t, err)
	defer reference.Close()
	var text bytes.Buffer
	_, err = text.ReadFrom(reference)
	require.NoError(t, err)
	all["reference.yaml"] = text.String()
	return all
}

func compile(t testing.TB) *jsonschema.Schema {
	text, err := schema.JSON()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	require.NoError(t, c.AddResource("norm.schema.json", doc))
	s, err := c.Compile("norm.schema.json")
	require.NoError(t, err)
	return s
}

// Every norm of the corpus has the shape that the schema asks for, and the
// reader finds nothing wrong with its shape.
func TestCorpus(t *testing.T) {
	s := compile(t)
	for name, text := range corpus(t) {
		root := parse(t, text)
		require.NoError(t, s.Validate(value(root)), name)
		if name != "variant.yaml" { // its base is no file here
			require.Empty(t, misshapen(text), name)
		}
	}
	require.Empty(t, faults(corpus(t)["whole.yaml"]))
}

// No key of the tables is missing from the corpus, so none that the reader
// does not know could stay in the schema, and each has its two sentences.
func TestEveryKey(t *testing.T) {
	used := map[*shape.Mapping]map[string]bool{}
	for _, text := range corpus(t) {
		visit(shape.Value{Kind: shape.Keyed, Mapping: &shape.Norm}, parse(t, text), used)
	}
	require.Greater(t, len(used), 15)
	for m, keys := range used {
		for _, k := range m.Keys {
			beside := m == &shape.History && slices.Contains(shape.HistoryExpect.Optional(), k.Name)
			require.True(t, keys[k.Name] || beside, "%s: no norm of the corpus has %q", m.What, k.Name)
			require.NotEmpty(t, k.Means, k.Name)
			require.NotEmpty(t, k.Dutch, k.Name)
		}
	}
	require.Equal(t, expr.ListNames(), shape.Lists.Words)
}

func visit(v shape.Value, n *yaml.Node, used map[*shape.Mapping]map[string]bool) {
	switch {
	case v.Kind == shape.Either:
		for _, one := range v.Among {
			if (one.Kind == shape.Keyed) == (n.Kind == yaml.MappingNode) {
				visit(one, n, used)
			}
		}
	case v.Kind == shape.Items:
		for _, item := range n.Content {
			visit(*v.Each, item, used)
		}
	case v.Kind == shape.Named:
		for i := 1; i < len(n.Content); i += 2 {
			visit(*v.Each, n.Content[i], used)
		}
	case v.Kind == shape.Keyed:
		if used[v.Mapping] == nil {
			used[v.Mapping] = map[string]bool{}
		}
		for i := 0; i < len(n.Content); i += 2 {
			used[v.Mapping][n.Content[i].Value] = true
			visit(v.Mapping.Key(n.Content[i].Value).Value, n.Content[i+1], used)
		}
	}
}

// shapeCodes are the faults that a schema can see as well; missing quotes are
// not among them, since a schema sees no quotes.
var shapeCodes = []string{"KM-UNKNOWN-KEY", "KM-MISSING-KEY", "KM-WORD", "KM-NUMBER", "KM-KIND", "KM-PERCENT", "KM-BOOL",
	"KM-MONTH", "KM-NAME", "KM-ID", "KM-EMPTY-VALUE", "KM-TWO-CONDITIONS", "KM-CRITERIA", "KM-VARIANT"}

// beyond are faults that a schema can't see: what one type of a history's
// entries needs and has, since it knows the keys of all types together; a text
// for all languages where there are several; and texts without quotes.
var beyond = regexp.MustCompile(`^(` + strings.Join(shape.Entry.Key("type").Words, "|") + `) (needs|has)|` +
	`^(title|met|remedy) must be a mapping|^value must be a whole number, not "[^"]*[^0-9"]`)

// faults are what the reader finds wrong with a norm.
func faults(text string) (found norm.Faults) {
	_, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	found, _ = errors.AsType[norm.Faults](err)
	return found
}

func misshapen(text string) (found norm.Faults) {
	for _, f := range faults(text) {
		if slices.Contains(shapeCodes, f.Code) && !beyond.MatchString(f.Message) {
			found = append(found, f)
		}
	}
	return found
}

// One thing at a time is spoilt, anywhere in a norm. What the schema refuses
// the reader refuses, and what the reader refuses for its shape the schema
// refuses too.
func TestAgree(t *testing.T) {
	s := compile(t)
	texts := corpus(t)
	names := []string{"rego.yaml", "whole.yaml"}
	refused, total := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		root := parse(t, texts[rapid.SampledFrom(names).Draw(t, "norm")])
		spoil(t, root)
		out, err := yaml.Marshal(root)
		require.NoError(t, err)
		var again yaml.Node
		require.NoError(t, yaml.Unmarshal(out, &again))
		err = s.Validate(value(again.Content[0]))
		total++
		if err != nil {
			refused++
			require.NotEmpty(t, faults(string(out)), "only the schema refuses it: %v\n%s", err, out)
		} else if found := misshapen(string(out)); len(found) > 0 {
			t.Fatalf("only the reader refuses it: %v\n%s", found, out)
		}
	})
	t.Logf("%d of %d spoilt norms were refused by the schema", refused, total)
	require.Positive(t, refused)
}

// spoil changes one node: a key gets another name or goes with its value, a
// value becomes another.
func spoil(t *rapid.T, root *yaml.Node) {
	var parents []*yaml.Node
	var collect func(n *yaml.Node)
	collect = func(n *yaml.Node) {
		if len(n.Content) > 0 {
			parents = append(parents, n)
		}
		for _, c := range n.Content {
			collect(c)
		}
	}
	collect(root)
	p := rapid.SampledFrom(parents).Draw(t, "parent")
	if p.Kind == yaml.SequenceNode {
		p.Content[rapid.IntRange(0, len(p.Content)-1).Draw(t, "item")] = another(t)
		return
	}
	at := 2 * rapid.IntRange(0, len(p.Content)/2-1).Draw(t, "key")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		p.Content[at].Value = "Xyzzy"
	case 1:
		p.Content = slices.Delete(p.Content, at, at+2)
	case 2:
		key := rapid.SampledFrom([]string{"when", "share", "tailor", "extends", "count", "some", "more_than", "where"}).Draw(t, "added")
		p.Content = append(p.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: key}, another(t))
	default:
		p.Content[at+1] = another(t)
	}
}

func another(t *rapid.T) *yaml.Node {
	text := rapid.SampledFrom([]string{"xyzzy", "'1'", "-1", "0", "5", "99999", "true", "80%", "100.01%", "12,5", "''", "' '", "[]", "{}", "[a]", "{a: b}", "2026-13", "2026-02"}).Draw(t, "value")
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	return doc.Content[0]
}

func parse(t require.TestingT, text string) *yaml.Node {
	var doc yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte(text), &doc))
	return doc.Content[0]
}

var wholeNumber = regexp.MustCompile(`^[-+]?[0-9]+$`)

// value is the node as editors hand it to a schema: by the core schema of
// YAML 1.2, in which dates are texts.
func value(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			list = append(list, value(item))
		}
		return list
	}
	switch quoted := n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0; {
	case quoted:
		return n.Value
	case n.Value == "true", n.Value == "false":
		return n.Value == "true"
	case n.Value == "", n.Value == "~", strings.EqualFold(n.Value, "null"):
		return nil
	case wholeNumber.MatchString(n.Value):
		i, err := strconv.Atoi(n.Value)
		if err == nil {
			return i
		}
	}
	return n.Value
}
