package internetnl

import (
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// add notes a domain.
func (s *scan) add(d *domain) error {
	if len(s.domains) >= s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	d.name = reader.Host(d.name)
	s.domains = append(s.domains, d)
	return nil
}

// domain reads what version 2 says of one domain.
func (s *scan) domain(d *jsontext.Decoder, name string) error {
	one := &domain{name: name}
	err := reader.Members(d, func(member string) error {
		switch {
		case member == "status":
			return json.UnmarshalDecode(d, (*reader.Text)(&one.status))
		case member == "report" && d.PeekKind() == '{':
			var report struct {
				URL reader.Text `json:"url"`
			}
			err := json.UnmarshalDecode(d, &report)
			one.url = string(report.URL)
			return err
		case member == "results" && d.PeekKind() == '{':
			return s.results(d, one)
		}
		return d.SkipValue()
	})
	if err != nil {
		return err
	}
	return s.add(one)
}

func (s *scan) results(d *jsontext.Decoder, one *domain) error {
	return reader.Members(d, func(member string) error {
		if member == "tests" && d.PeekKind() == '{' {
			return s.readTests(d, one)
		}
		return d.SkipValue()
	})
}

// readTests reads {"web_https_http_hsts": {"status": "failed", "verdict": "bad"}}.
func (s *scan) readTests(d *jsontext.Decoder, one *domain) error {
	return reader.Members(d, func(name string) error {
		var t struct {
			Status  reader.Text `json:"status"`
			Verdict reader.Text `json:"verdict"`
		}
		if err := json.UnmarshalDecode(d, &t); err != nil {
			return err
		}
		if !strings.HasPrefix(name, "web_") && !strings.HasPrefix(name, "mail_") {
			return nil // of another tool
		}
		return s.test(one, test{name, string(t.Status), string(t.Verdict)})
	})
}

func (s *scan) test(one *domain, t test) error {
	if s.tests++; s.tests > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	one.results = one.results || t.status != "not_tested"
	if t.name != "" {
		one.tests = append(one.tests, t)
	}
	return nil
}

// first reads the data of an answer of version 1.
func (s *scan) first(d *jsontext.Decoder) error {
	return reader.Members(d, func(member string) error {
		switch {
		case member == "finished-date":
			return json.UnmarshalDecode(d, &s.request.Finished)
		case member == "domains" && d.PeekKind() == '[':
			return reader.Elements(d, func() error { return s.firstDomain(d) })
		}
		return d.SkipValue()
	})
}

func (s *scan) firstDomain(d *jsontext.Decoder) error {
	var one struct {
		Status reader.Text `json:"status"`
		Domain reader.Text `json:"domain"`
		Link   reader.Text `json:"link"`
		Views  []struct {
			Name   reader.Text `json:"name"`
			Result *bool       `json:"result"`
		} `json:"views"`
	}
	if err := json.UnmarshalDecode(d, &one); err != nil {
		return err
	}
	found := &domain{name: string(one.Domain), status: string(one.Status), url: string(one.Link)}
	for _, v := range one.Views {
		t := test{name: string(v.Name), status: "false"}
		switch {
		case v.Result == nil:
			t.status = "not_tested"
		case *v.Result:
			t.status = "passed"
		}
		if err := s.test(found, t); err != nil {
			return err
		}
	}
	return s.add(found)
}
