package bundle_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/findingtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/rego/bundle"
	"github.com/cyberkeurmerk/keurmerk/score"
	opabundle "github.com/open-policy-agent/opa/v1/bundle"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/util"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// opa is a stock OPA that has loaded a bundle.
type opa struct{ query rego.PreparedEvalQuery }

// archive is the norm's bundle as it is written to a file.
func archive(t testing.TB, n *norm.Norm) []byte {
	t.Helper()
	b, err := bundle.Make(n)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.Write(&out))
	return out.Bytes()
}

// serve loads the very bytes of a bundle.
func serve(t testing.TB, archive []byte) opa {
	t.Helper()
	read, err := opabundle.NewReader(bytes.NewReader(archive)).Read()
	require.NoError(t, err)
	query, err := rego.New(rego.Query("data.keurmerk.score"), rego.ParsedBundle("keurmerk", &read)).PrepareForEval(t.Context())
	require.NoError(t, err)
	return opa{query}
}

// answer is what data.keurmerk.score says, as far as a card says it too.
type answer struct {
	Error      string          `json:"error,omitempty"`
	Faults     []string        `json:"faults,omitempty"`
	Company    string          `json:"company"`
	Month      string          `json:"month"`
	Norm       json.RawMessage `json:"norm"`
	Findings   counted         `json:"findings"`
	Earned     int             `json:"earned"`
	Applicable int             `json:"applicable"`
	Score      *int            `json:"score"`
	Measured   int             `json:"measured"`
	Threshold  int             `json:"threshold"`
	Qualifies  bool            `json:"qualifies"`
	Criteria   []criterion     `json:"criteria"`
}

type counted struct {
	Count int `json:"count"`
}

type criterion struct {
	ID       string   `json:"id"`
	Weight   int      `json:"weight"`
	Points   int      `json:"points"`
	Outcome  string   `json:"outcome"`
	Vacuous  bool     `json:"vacuous"`
	Evidence evidence `json:"evidence"`
}

type evidence struct {
	Count int        `json:"count"`
	Keys  [][]string `json:"keys"`
}

func (o opa) answer(t require.TestingT, document []byte) answer {
	var input any
	require.NoError(t, util.UnmarshalJSON(document, &input))
	results, err := o.query.Eval(context.Background(), rego.EvalInput(input))
	require.NoError(t, err)
	require.Len(t, results, 1, "there is always an answer")
	text, err := json.Marshal(results[0].Expressions[0].Value)
	require.NoError(t, err)
	return parse(t, text)
}

func parse(t require.TestingT, text []byte) answer {
	var a answer
	require.NoError(t, json.Unmarshal(text, &a), "%s", text)
	if a.Error == "" {
		var norm map[string]any
		require.NoError(t, json.Unmarshal(a.Norm, &norm))
		a.Norm, _ = json.Marshal(norm) // members in order of name
	}
	return a
}

// card is what the library says of the month.
func card(t require.TestingT, n *norm.Norm, m *finding.Month) answer {
	c, err := score.Judge(context.Background(), n, m)
	require.NoError(t, err)
	text, err := json.Marshal(c)
	require.NoError(t, err)
	return parse(t, text)
}

func reference(t testing.TB) *norm.Norm {
	t.Helper()
	n, err := cyberkeurmerk.Norm()
	require.NoError(t, err)
	return n
}

// load reads a norm of these conditions.
func load(t testing.TB, text string) *norm.Norm {
	t.Helper()
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	require.NoError(t, err)
	return n
}

// rounds is how many cases a random test runs.
func rounds(t *testing.T, quick, slow int) int {
	n := quick
	if os.Getenv("KEURMERK_SLOW") == "1" {
		n = slow
	}
	t.Logf("%d cases", n)
	return n
}

// The bundle of the reference norm gives the library's card, on months whose
// records are in no order and come in several parts.
func TestReferenceNorm(t *testing.T) {
	t.Parallel()
	n := reference(t)
	o := serve(t, archive(t, n))
	months := rapid.Custom(findingtest.Month)
	outcomes := map[string]int{}
	for i := range rounds(t, 300, 10_000) {
		m := months.Example(i)
		document, err := m.MarshalJSON()
		require.NoError(t, err)
		want := card(t, n, m)
		require.Equal(t, want, o.answer(t, document), "%s", document)
		for _, c := range want.Criteria {
			outcomes[c.Outcome]++
		}
	}
	for _, outcome := range []string{"met", "unmet", "unknown"} {
		require.Positive(t, outcomes[outcome], outcome)
	}
}

// The same norm gives the same bytes.
func TestDeterministic(t *testing.T) {
	require.Equal(t, archive(t, reference(t)), archive(t, reference(t)))
}
