package xapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/xapi"
	"github.com/stretchr/testify/require"
)

var (
	salt  = reader.Salt([]byte("0123456789abcdef"))
	at    = time.Date(2026, 11, 4, 8, 0, 0, 0, time.UTC)
	actor = `"actor":{"name":"Jan Jansen","mbox":"mailto:Jan@korenaar.example"}`
)

// say makes a statement of the actor.
func say(verb, kind, rest string) string {
	return fmt.Sprintf(`{"id":"s-%s",%s,"verb":{"id":"http://adlnet.gov/expapi/verbs/%s"},"object":{"objectType":"Activity","id":"https://lms.example/7","definition":{"type":"http://x/%s","name":{"nl":"x"}}}%s,"timestamp":"2026-11-04T09:00:00+01:00"}`, verb, actor, verb, kind, rest)
}

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, xapi.Detect([]byte(text)), text)
	b, err := xapi.Read(strings.NewReader(text), append(opts, salt)...)
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprintf("%+v", b), "ansen")
	require.NotContains(t, strings.ToLower(fmt.Sprintf("%+v", b)), "korenaar")
	return b
}

func jan(t *testing.T) string {
	key, err := reader.Settle([]reader.Option{salt}).Pseudonym("jan@korenaar.example")
	require.NoError(t, err)
	return key
}

func TestVerbs(t *testing.T) {
	done := finding.Course{ID: "https://lms.example/7", Employee: jan(t), Completed: at}
	offered := finding.Course{ID: "https://lms.example/7", Employee: jan(t), Offered: at}
	for text, want := range map[string]finding.Course{
		say("completed", "course", ""): done, say("passed", "module", `,"result":{"success":true}`): done, say("satisfied", "course", ""): done,
		say("completed", "course", `,"result":{"success":false}`): offered, say("completed", "course", `,"result":{"completion":false}`): offered,
		say("registered", "course", ""): offered, say("initialized", "lesson", ""): offered, say("failed", "course", ""): offered,
	} {
		for _, shape := range []string{text, "[" + text + "]", text + "\n", `{"statements":[` + text + `],"more":""}`} {
			require.Equal(t, []finding.Course{want}, read(t, shape).Courses, shape)
		}
	}
	b := read(t, say("submitted", "survey", `,"result":{"score":{"scaled":0.825}}`))
	require.Equal(t, []finding.Questionnaire{{ID: "https://lms.example/7", Employee: jan(t), Completed: at, Score: 83}}, b.Questionnaires)
	b = read(t, say("completed", "attempt", `,"context":{"contextActivities":{"parent":[{"id":"https://lms.example/quiz/1"}]}}`))
	require.Equal(t, "https://lms.example/quiz/1", b.Courses[0].ID, "an attempt is one of many at the same")
}

func TestActors(t *testing.T) {
	keys := map[string]bool{}
	for _, a := range []string{`{"mbox":"mailto:a@b.example"}`, `{"mbox_sha1sum":"ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}`, `{"openid":"https://a.example"}`,
		`{"account":{"homePage":"https://a.example","name":"1"}}`, `{"account":{"homePage":"https://b.example","name":"1"}}`} {
		b := read(t, strings.Replace(say("completed", "course", ""), actor, `"actor":`+a, 1))
		require.Regexp(t, "^[0-9a-f]{32}$", b.Courses[0].Employee)
		keys[b.Courses[0].Employee] = true
	}
	require.Len(t, keys, 5, "each is somebody else")
}

func TestSkipped(t *testing.T) {
	undated := strings.Replace(say("completed", "course", ""), `"timestamp"`, `"other"`, 1)
	for text, reason := range map[string]string{
		say("played", "video", "") + say("played", "video", ""): `2 statements: "played" says nothing`,
		undated: "nobody says when",
		strings.Replace(say("completed", "course", ""), actor, `"actor":{"objectType":"Group","account":{}}`, 1):           "names nobody",
		strings.Replace(say("completed", "course", ""), `"Activity"`, `"StatementRef"`, 1):                                 "about no activity",
		strings.Replace(say("completed", "course", ""), `"id":"http://adlnet.gov/expapi/verbs/completed"`, ``, 1):          "no verb",
		`{"statements":[` + say("completed", "course", "") + `],"more":"/next"}`:                                           "partial: there are more",
		say("completed", "course", "") + strings.Replace(say("voided", "", ""), "https://lms.example/7", "s-completed", 1): "it was voided",
	} {
		b := read(t, text)
		require.Contains(t, fmt.Sprint(b.Skipped), reason, text)
	}
	require.Equal(t, at, read(t, undated, reader.Taken(at)).Courses[0].Completed)
	empty, err := xapi.Read(strings.NewReader("[]"))
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(empty.Skipped), "holds no statement")
}

func TestUnreadable(t *testing.T) {
	whole := say("completed", "course", "")
	for _, text := range []string{"{", whole[:100], whole + "x", "5", "[5]"} {
		b, err := xapi.Read(strings.NewReader(text), salt)
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	_, err := xapi.Read(strings.NewReader(whole))
	require.ErrorIs(t, err, reader.ErrSalt)
	var limit *reader.LimitError
	_, err = xapi.Read(strings.NewReader(whole+whole), salt, reader.LimitRecords(1))
	require.ErrorAs(t, err, &limit)
}

func TestTruncated(t *testing.T) {
	readertest.Truncate(t, xapi.Read, []byte("["+say("completed", "course", "")+"]"), 200)
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(say("completed", "course", "")), 100)
	f.Add([]byte(say("voided", "", "")+say("submit", "survey", `,"result":{"score":{"scaled":1}}`)), 100)
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, xapi.Read, data, cut) })
}

func BenchmarkRead(b *testing.B) {
	text := strings.Repeat(say("completed", "course", "")+"\n", 1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := xapi.Read(strings.NewReader(text), salt); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleRead() {
	statement := `{"actor": {"mbox": "mailto:jan@korenaar.example"}, "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
		"object": {"id": "https://lms.example/course/7"}, "timestamp": "2026-11-04T08:00:00Z"}`
	batch, err := xapi.Read(strings.NewReader(statement), reader.Salt([]byte("a secret of the embedder")))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Courses[0].ID, batch.Courses[0].Completed)
	// Output:
	// https://lms.example/course/7 2026-11-04 08:00:00 +0000 UTC
}
