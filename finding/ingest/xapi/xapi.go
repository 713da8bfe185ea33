// Package xapi reads Experience API statements, which learning platforms keep
// of what people did: who was offered a course, and who completed it.
//
//	batch, err := xapi.Read(file, reader.Salt(salt))
//	added, err := month.Add(batch)
//
// Written from xAPI 1.0.3 (IEEE 9274.1.1), cmi5, and what Moodle and Ralph
// write. Statements stand one a line, in an array, or in the answer of a record
// store, {"statements": […], "more": "…"}:
//
//	{"actor": {"mbox": "mailto:…"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
//	 "object": {"id": "https://lms.example/course/7"}, "result": {"success": true}, "timestamp": "2026-11-04T08:00:00Z"}
//
//	| xAPI                                              | finding                                      |
//	|---------------------------------------------------|----------------------------------------------|
//	| object.id; of an attempt that of its parent       | id of the course or questionnaire            |
//	| actor: mbox, else mbox_sha1sum, openid, account (home page and name) | employee, hashed          |
//	| completed, passed, satisfied, mastered            | course: completed at the timestamp, unless result.success or .completion is false: then offered |
//	| registered, enrolled, assigned, launched, initialized, attempted, started, failed | course: offered, at the latest, at the timestamp |
//	| submit, submitted, completed on a survey, questionnaire or feedback | questionnaire: completed; score from result.score.scaled |
//	| timestamp, else stored, else [reader.Taken]       | when                                         |
//	| voided                                            | the statement that it names is left out      |
//
// A verb is known by the last part of its address. Other verbs (played,
// answered, viewed, …) say nothing of a whole course and are counted in
// Skipped. Names of people and of groups are passed over. Nobody's absence is
// concluded from statements.
package xapi

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Name is the tool's name.
const Name = "xapi"

// statement is what is kept of a statement.
type statement struct {
	ID    reader.Text `json:"id"`
	Actor struct {
		Type    reader.Text `json:"objectType"`
		Mbox    reader.Text `json:"mbox"`
		SHA1    reader.Text `json:"mbox_sha1sum"`
		OpenID  reader.Text `json:"openid"`
		Account struct {
			HomePage reader.Text `json:"homePage"`
			Name     reader.Text `json:"name"`
		} `json:"account"`
	} `json:"actor"`
	Verb struct {
		ID reader.Text `json:"id"`
	} `json:"verb"`
	Object struct {
		ID         reader.Text `json:"id"`
		Type       reader.Text `json:"objectType"`
		Definition struct {
			Type reader.Text `json:"type"`
		} `json:"definition"`
	} `json:"object"`
	Context struct {
		Activities struct {
			Parent jsontext.Value `json:"parent"`
		} `json:"contextActivities"`
	} `json:"context"`
	Result struct {
		Success    *bool `json:"success"`
		Completion *bool `json:"completion"`
		Score      struct {
			Scaled reader.Number `json:"scaled"`
		} `json:"score"`
	} `json:"result"`
	Timestamp reader.Text `json:"timestamp"`
	Stored    reader.Text `json:"stored"`
}

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	rest, ok := reader.Object(head)
	if !ok || !reader.Names(rest, "actor", "verb", "object") {
		return false
	}
	text := string(rest)
	return strings.Contains(text, "verb") && (strings.Contains(text, `"mbox`) || strings.Contains(text, `"account"`) || strings.Contains(text, `"openid"`))
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError], [reader.ErrSalt] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), passed: map[string]int{}, voided: map[string]bool{}}
	documents := reader.Documents{Tool: Name, Lists: []string{"statements"}, Each: s.statement, Wrapper: s.answer}
	if err := documents.Read(reader.Limit(r, s.options), s.options); err != nil {
		return finding.Batch{}, err
	}
	return s.batch(), nil
}

// said is what a statement comes down to.
type said struct {
	id            string // of the statement
	course        *finding.Course
	questionnaire *finding.Questionnaire
}

// scan is one reading.
type scan struct {
	options reader.Options
	said    []said
	skipped []finding.Skip
	verbs   []string       // that were passed over, as they appear
	passed  map[string]int // how many of each
	voided  map[string]bool
	read    bool
}

func (s *scan) skip(n int, reason string) error {
	s.skipped = append(s.skipped, finding.Skip{Where: fmt.Sprintf("statement %d", n), Reason: reason})
	return nil
}

func (s *scan) answer(members map[string]jsontext.Value, _ int) error {
	var more string
	if raw, ok := members["more"]; ok && json.Unmarshal(raw, &more) == nil && more != "" {
		s.skipped = append(s.skipped, finding.Skip{Where: "answer", Reason: "partial: there are more statements"})
	}
	return nil
}

var (
	completing = []string{"completed", "passed", "satisfied", "mastered"}
	beginning  = []string{"registered", "enrolled", "assigned", "launched", "initialized", "attempted", "started", "failed"}
	submitting = []string{"submit", "submitted", "completed"}
)

func (s *scan) statement(n int, raw jsontext.Value) error {
	s.read = true
	var st statement
	if err := json.Unmarshal(raw, &st, jsontext.AllowDuplicateNames(true)); err != nil {
		return err
	}
	verb := last(string(st.Verb.ID))
	asked := st.asks() && slices.Contains(submitting, verb)
	completed, begun := slices.Contains(completing, verb), slices.Contains(beginning, verb)
	switch {
	case verb == "":
		return s.skip(n, "it has no verb")
	case verb == "voided":
		s.voided[string(st.Object.ID)] = true
		s.pass(verb)
		return nil
	case !asked && !completed && !begun:
		s.pass(verb)
		return nil
	case st.Object.ID == "" || st.Object.Type != "" && st.Object.Type != "Activity":
		return s.skip(n, "it is about no activity")
	}
	at := reader.Instant(reader.First(string(st.Timestamp), string(st.Stored)))
	if at.IsZero() {
		at = s.options.Taken
	}
	if at.IsZero() {
		return s.skip(n, "nobody says when")
	}
	person, err := s.options.Pseudonym(st.person())
	if err != nil {
		return err
	}
	if person == "" {
		return s.skip(n, "it names nobody")
	}
	one := said{id: string(st.ID)}
	id := st.activity()
	if asked {
		one.questionnaire = &finding.Questionnaire{ID: id, Employee: person, Completed: at, Score: percent(float64(st.Result.Score.Scaled))}
	} else {
		one.course = &finding.Course{ID: id, Employee: person}
		if completed && !is(st.Result.Success, false) && !is(st.Result.Completion, false) {
			one.course.Completed = at
		} else {
			one.course.Offered = at
		}
	}
	s.said = append(s.said, one)
	return nil
}

func is(b *bool, value bool) bool { return b != nil && *b == value }

func percent(scaled float64) int { return int(math.Round(100 * min(max(scaled, 0), 1))) }

func (s *scan) pass(verb string) {
	if s.passed[verb]++; s.passed[verb] == 1 {
		s.verbs = append(s.verbs, verb)
	}
}

// last is the last part of an address, in lower case.
func last(id string) string {
	return strings.ToLower(id[strings.LastIndexAny(id, "/#")+1:])
}

// asks tells whether the activity is one that asks people something.
func (st *statement) asks() bool {
	return slices.Contains([]string{"survey", "questionnaire", "feedback"}, last(string(st.Object.Definition.Type)))
}

// activity is the id of what was done; of one attempt that of what was
// attempted.
func (st *statement) activity() string {
	if last(string(st.Object.Definition.Type)) == "attempt" && st.Context.Activities.Parent.Kind() == '[' {
		var parents []struct {
			ID reader.Text `json:"id"`
		}
		if json.Unmarshal(st.Context.Activities.Parent, &parents, jsontext.AllowDuplicateNames(true)) == nil && len(parents) > 0 && parents[0].ID != "" {
			return string(parents[0].ID)
		}
	}
	return string(st.Object.ID)
}

// person is the actor's own identification, to be hashed.
func (st *statement) person() string {
	a := &st.Actor
	switch {
	case a.Type == "Group":
		return ""
	case a.Mbox != "":
		return strings.TrimPrefix(strings.ToLower(string(a.Mbox)), "mailto:")
	case a.SHA1 != "":
		return "sha1:" + string(a.SHA1)
	case a.OpenID != "":
		return string(a.OpenID)
	case a.Account.Name != "":
		return string(a.Account.HomePage) + " " + string(a.Account.Name)
	}
	return ""
}

// batch puts together what was said and not voided.
func (s *scan) batch() finding.Batch {
	b := finding.Batch{Source: Name, Skipped: s.skipped}
	for _, one := range s.said {
		switch {
		case one.id != "" && s.voided[one.id]:
			b.Skipped = append(b.Skipped, finding.Skip{Where: "statement " + one.id, Reason: "it was voided"})
		case one.course != nil:
			b.Courses = append(b.Courses, *one.course)
		default:
			b.Questionnaires = append(b.Questionnaires, *one.questionnaire)
		}
	}
	for _, verb := range s.verbs {
		b.Skipped = append(b.Skipped, finding.Skip{Where: fmt.Sprintf("%d statements", s.passed[verb]), Reason: fmt.Sprintf("%q says nothing of a whole course", verb)})
	}
	if !s.read {
		b.Skipped = append(b.Skipped, finding.Skip{Where: "output", Reason: "nothing is taken as done: it holds no statement"})
	}
	return b
}
