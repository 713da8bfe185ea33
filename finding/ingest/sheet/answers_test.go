package sheet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/stretchr/testify/require"
)

var survey = sheet.Columns{Kind: "questionnaires", Fixed: map[string]string{"id": "basis-2026"}, Columns: map[string]string{"employee": "mail"},
	Right: map[string][]string{"q_phish": {"melden"}, "q_pw": {"lang", "uniek"}, "controls.patch": {"ja"}}}

var taken = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)

// Answers are read as SurveyJS keeps them, and as a sheet with two rows of
// headers; right answers count whatever their order.
func TestAnswers(t *testing.T) {
	const objects = `[{"mail":"a@korenaar.example","q_phish":"melden","q_pw":["uniek","lang"],"controls":{"patch":"ja"}},
		{"mail":"b@korenaar.example","q_phish":"klikken","q_pw":["lang"],"controls":null,"x":1}, {"mail":"c@korenaar.example","q_phish":"melden"}]`
	plain := `[{"correct":1,"questions":[{"name":"mail","value":"a@korenaar.example"},{"name":"q_phish","value":"melden"},{"name":"q_pw","value":["lang","uniek"]},{"name":"controls","value":{"patch":"ja"}}]},
		{"questions":[{"name":"mail","value":"b@korenaar.example"}]},{"questions":[{"name":"mail","value":"c@korenaar.example"},{"name":"q_phish","value":"melden"}]}]`
	columns := survey
	columns.Headers = 2
	columns.Columns = map[string]string{"employee": "Respondent / mail"}
	columns.Right = map[string][]string{"q_phish": {"melden"}, "Wachtwoord / keuze": {"uniek", "lang"}, "controls": {"ja"}}
	for text, c := range map[string]sheet.Columns{
		objects: survey, `{"json":{},"data":` + objects + `}`: survey, plain: survey,
		"Respondent,,Wachtwoord,\nmail,q_phish,keuze,controls\na@korenaar.example,melden,lang;uniek,ja\nb@korenaar.example,klikken,lang,\nc@korenaar.example,melden,,\n": columns,
	} {
		b, err := sheet.Read(strings.NewReader(text), c, reader.Taken(taken), reader.Salt([]byte("s")))
		require.NoError(t, err, text)
		var scores []int
		for _, q := range b.Questionnaires {
			require.Equal(t, "basis-2026", q.ID)
			require.Equal(t, taken, q.Completed, "when nobody says, they were in when they were taken")
			require.Regexp(t, "^[0-9a-f]{32}$", q.Employee)
			scores = append(scores, q.Score)
		}
		require.Equal(t, []int{100, 0, 33}, scores, text)
	}
}

func TestAnswersRefused(t *testing.T) {
	for text, reason := range map[string]string{`[{"mail":"x"}]`: "no object has such a member", `[{"mail":"x"`: "stops too early", "[" + strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100) + "]": "more than 32 deep", `[5]`: "no document", "mail\n1\n": "no such column"} {
		b, err := sheet.Read(strings.NewReader(text), survey)
		require.ErrorContains(t, err, reason, text)
		require.Empty(t, b)
	}
	for name, change := range map[string]func(*sheet.Columns){
		"headers":       func(c *sheet.Columns) { c.Headers = 3 },
		"unknown field": func(c *sheet.Columns) { c.Fixed = map[string]string{"id": "x", "os": "y"} },
		"twice":         func(c *sheet.Columns) { c.Columns = map[string]string{"id": "x"} },
		"no kind of it": func(c *sheet.Columns) { c.Kind, c.Columns = "employees", nil },
		"score twice":   func(c *sheet.Columns) { c.Columns = map[string]string{"score": "x"} },
		"no answer":     func(c *sheet.Columns) { c.Right = map[string][]string{"q": {}} },
	} {
		c := survey
		change(&c)
		require.Error(t, c.Check(), name)
	}
}

// Whatever the bytes are, reading ends in a batch that a month takes, or in an
// error.
func FuzzAnswers(f *testing.F) {
	f.Add(`[{"mail":"a@b","q_phish":"melden","q_pw":["x"],"controls":{"patch":"ja"}}]`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := sheet.Read(strings.NewReader(text), survey, reader.Salt([]byte("s")))
		if err != nil {
			require.Empty(t, b.Questionnaires)
			return
		}
		m := &finding.Month{Company: finding.Company{ID: "c"}, Month: finding.MonthOf(2026, 11)}
		_, err = m.Add(b)
		require.NoError(t, err)
	})
}
