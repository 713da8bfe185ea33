package gophish_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/gophish"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

const (
	campaign = `{"id":1,"name":"November","status":"Completed","launch_date":"2026-11-04T08:00:00Z","send_by_date":"0001-01-01T00:00:00Z","results":[
		{"id":"a","status":"Email Sent","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"a@korenaar.example","first_name":"Anouk","last_name":"de Vries","position":"Inkoop"},
		{"id":"b","status":"Email Sent","send_date":"2026-11-04T08:00:00Z","reported":true,"email":"B@korenaar.example"},
		{"id":"c","status":"Email Opened","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"c@korenaar.example"},
		{"id":"d","status":"Clicked Link","send_date":"2026-11-04T08:00:00Z","reported":true,"email":"d@korenaar.example"},
		{"id":"e","status":"Submitted Data","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"e@korenaar.example"},
		{"id":"f","status":"Error","send_date":"2026-11-04T08:00:00Z","reported":false,"email":"f@korenaar.example"}],
		"timeline":[{"campaign_id":1,"email":"","time":"2026-11-04T08:00:00Z","message":"Campaign Created","details":""}]}`
	results = "id,status,ip,latitude,longitude,send_date,reported,modified_date,email,first_name,last_name,position\r\n" +
		"a,Email Sent,,0,0,2026-11-04T08:00:00Z,false,,a@korenaar.example,Anouk,de Vries,'=1+1\r\nb,Email Sent,,0,0,2026-11-04T08:00:00Z,true,,B@korenaar.example,,,\r\n" +
		"c,Email Opened,,0,0,2026-11-04T08:00:00Z,false,,c@korenaar.example,,,\r\nd,Clicked Link,,0,0,2026-11-04T08:00:00Z,true,,d@korenaar.example,,,\r\n" +
		"e,Submitted Data,,0,0,2026-11-04T08:00:00Z,false,,e@korenaar.example,,,\r\nf,Error,,0,0,2026-11-04T08:00:00Z,false,,f@korenaar.example,,,\r\n"
	events = "campaign_id,email,time,message,details\n1,,2026-11-04T07:00:00Z,Campaign Created,\n" +
		"1,a@korenaar.example,2026-11-04T08:00:00Z,Email Sent,\n1,b@korenaar.example,2026-11-04T09:00:00Z,Email Reported,\n1,b@korenaar.example,2026-11-04T08:00:00Z,Email Sent,\n" +
		"1,c@korenaar.example,2026-11-04T08:00:00Z,Email Sent,\n1,c@korenaar.example,2026-11-04T08:01:00Z,Email Opened,{}\n" +
		"1,d@korenaar.example,2026-11-04T08:01:00Z,Clicked Link,\"{\"\"payload\"\":{}}\"\n1,d@korenaar.example,2026-11-04T08:00:00Z,Email Sent,\n1,D@korenaar.example,2026-11-04T08:02:00Z,Email Reported,\n" +
		"1,e@korenaar.example,2026-11-04T08:00:00Z,Email Sent,\n1,e@korenaar.example,2026-11-04T08:02:00Z,Submitted Data,\"{\"\"password\"\":\"\"geheim\"\"}\"\n" +
		"1,f@korenaar.example,2026-11-04T08:00:00Z,Error Sending Email,x\n"
)

var salt = reader.Salt([]byte("0123456789abcdef"))

func read(t *testing.T, text string, opts ...reader.Option) finding.Batch {
	require.True(t, gophish.Detect([]byte(text)), text)
	b, err := gophish.Read(strings.NewReader(text), append(opts, salt)...)
	require.NoError(t, err)
	return b
}

// Campaigns, results and events say the same of the same people.
func TestRead(t *testing.T) {
	at := time.Date(2026, 11, 4, 8, 0, 0, 0, time.UTC)
	var want []finding.Phishing
	for i, outcome := range []finding.PhishingOutcome{finding.PhishingSent, finding.PhishingReported, finding.PhishingOpened, finding.PhishingClicked, finding.PhishingSubmitted} {
		person, err := reader.Settle([]reader.Option{salt}).Pseudonym(string(rune('a'+i)) + "@korenaar.example")
		require.NoError(t, err)
		want = append(want, finding.Phishing{ID: "gophish:1", Employee: person, Sent: at, Outcome: outcome})
	}
	var timeline strings.Builder
	timeline.WriteString(`{"id":1,"send_by_date":"","launch_date":"","status":"Completed","timeline":[`)
	for i, line := range strings.Split(strings.TrimSpace(events), "\n")[2:] {
		cells := strings.SplitN(line, ",", 5)
		timeline.WriteString(map[bool]string{true: ","}[i > 0] + fmt.Sprintf(`{"campaign_id":1,"email":%q,"time":%q,"message":%q}`, cells[1], cells[2], cells[3]))
	}
	for name, text := range map[string]string{"campaign": campaign, "list": "[" + campaign + "]", "results": results, "semicolons": strings.ReplaceAll(results, ",", ";"),
		"events": events, "timeline": timeline.String() + "]}"} {
		b := read(t, text, reader.Asset("1"))
		require.ElementsMatch(t, want, b.Phishing, name)
		require.Len(t, b.Skipped, 2, name)
		require.Contains(t, fmt.Sprint(b.Skipped), "nothing was sent", name)
		require.Contains(t, fmt.Sprint(b.Skipped), "reported too: it is taken as clicked", name)
		for _, leak := range []string{"korenaar", "Anouk", "Vries", "Inkoop", "geheim"} {
			require.NotContains(t, fmt.Sprintf("%+v", b), leak, name)
		}
	}
	require.Equal(t, "gophish:2026-11-04", read(t, results).Phishing[0].ID, "the results name no campaign")
}

func TestSkipped(t *testing.T) {
	for text, reason := range map[string]string{
		strings.Replace(campaign, "Completed", "In progress", 1):                                "partial: its status is In progress",
		`{"id":1,"launch_date":"","send_by_date":"","status":"Completed","stats":{"total":12}}`: "a summary names nobody",
		`{"total":1,"campaigns":[{"id":1,"launch_date":"","send_by_date":"","stats":{}}]}`:      "a summary names nobody",
		`{"launch_date":"","send_by_date":"","results":[]}`:                                     "it has no id",
		`{"id":1,"launch_date":"","send_by_date":"","results":[]}`:                              "holds no result",
		strings.Replace(campaign, `"email":"a@korenaar.example"`, `"email":""`, 1):              "names nobody",
		strings.Replace(campaign, `"Email Opened"`, `"Scheduled"`, 1):                           `the status is "Scheduled"`,
		"campaign_id,email,time,message\n1,a@korenaar.example,2026-11-04T08:00:00Z,Other,\n":    "no event says",
	} {
		require.Contains(t, fmt.Sprint(read(t, text).Skipped), reason, text)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"{", campaign[:300], results[:300], "a,b\n1,2\n", "5", campaign + "x"} {
		b, err := gophish.Read(strings.NewReader(text), salt)
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	for _, text := range []string{campaign, results, events} {
		_, err := gophish.Read(strings.NewReader(text))
		require.ErrorIs(t, err, reader.ErrSalt, "nobody is taken in under his own name")
		var limit *reader.LimitError
		_, err = gophish.Read(strings.NewReader(text), salt, reader.LimitRecords(1))
		require.ErrorAs(t, err, &limit)
	}
}

func TestTruncated(t *testing.T) {
	for _, text := range []string{campaign, results, events} {
		readertest.Truncate(t, gophish.Read, []byte(text), 200)
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for _, text := range []string{campaign, results, events} {
		f.Add([]byte(text), 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, gophish.Read, data, cut) })
}

func ExampleRead() {
	result := `{"id": 1, "status": "Completed", "results": [{"status": "Clicked Link", "send_date": "2026-11-04T08:00:00Z", "email": "jan@korenaar.example"}]}`
	batch, err := gophish.Read(strings.NewReader(result), reader.Salt([]byte("a secret of the embedder")))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Phishing[0].ID, batch.Phishing[0].Outcome, len(batch.Phishing[0].Employee))
	// Output:
	// gophish:1 clicked 32
}
