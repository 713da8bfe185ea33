package gophish

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// sheet reads either of the CSV exports, which their columns tell apart.
func (s *scan) sheet(r io.Reader) error {
	var events []event
	for row, err := range reader.Rows(Name, r, s.options) {
		if err != nil {
			return err
		}
		text := func(name string) reader.Text { return reader.Text(row.Cell(name)) }
		switch {
		case row.Has("campaign_id") && row.Has("message") && row.Has("email"):
			events = append(events, event{Campaign: text("campaign_id"), Email: text("email"), Time: text("time"), Message: text("message")})
		default:
			mail := ""
			if s.options.Asset != "" {
				mail = "gophish:" + s.options.Asset
			}
			one := result{Status: text("status"), Sent: text("send_date"), Reported: text("reported"), Email: text("email")}
			if err := s.result(fmt.Sprintf("row %d", row.Line), mail, &one); err != nil {
				return err
			}
		}
	}
	return s.events(events, "event")
}

// told is what the events say of one mail to one person.
type told struct {
	where    string
	sent     time.Time
	outcome  finding.PhishingOutcome
	reported bool
	failed   bool
}

// events folds what happened, in whatever order, into what came of each mail.
func (s *scan) events(events []event, what string) error {
	type key struct{ campaign, email string }
	var order []key
	all := map[key]*told{}
	for i, e := range events {
		if e.Email == "" {
			continue // about the campaign itself
		}
		if err := s.count(); err != nil {
			return err
		}
		k := key{string(e.Campaign), strings.ToLower(string(e.Email))}
		m, known := all[k]
		if !known {
			m = &told{where: fmt.Sprintf("%s %d", what, i+1)}
			all[k] = m
			order = append(order, k)
		}
		m.learn(&e)
	}
	for _, k := range order {
		m := all[k]
		if m.outcome == 0 {
			reason := "nothing was sent: no event says that it was"
			if m.failed {
				reason = "nothing was sent: there was an error"
			}
			s.skip(m.where, reason)
			continue
		}
		if err := s.mail(m.where, "gophish:"+k.campaign, k.email, m.sent, m.outcome, m.reported); err != nil {
			return err
		}
	}
	return nil
}

func (m *told) learn(e *event) {
	message := strings.ToLower(string(e.Message))
	at := reader.Instant(string(e.Time))
	outcome, counts := outcomes[message]
	switch {
	case message == "email reported":
		m.reported = true
		counts = m.outcome < finding.PhishingReported
	case message == "email sent" && (m.sent.IsZero() || at.Before(m.sent)):
		m.sent = at
	case strings.HasPrefix(message, "error"):
		m.failed = true
	}
	if counts && outcome > m.outcome {
		m.outcome = outcome
	}
}
