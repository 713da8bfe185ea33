package finding

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// How each object of the document is read: its members in the document's
// order, then what becomes of each.

var (
	monthNames = []string{"company", "month", "zone", "websites", "computers", "vulnerabilities", "employees",
		"questionnaires", "courses", "phishing", "custom"}
	companyNames       = []string{"id", "name", "size", "sector", "enrolled"}
	websiteNames       = []string{"id", "scanned", "retired", "sources"}
	computerNames      = []string{"id", "os", "seen", "retired", "sources"}
	vulnerabilityNames = []string{"id", "asset_type", "asset", "severity", "cvss", "title", "remedy", "found", "seen",
		"fixed", "status", "sources", "references"}
	employeeNames      = []string{"id", "enrolled", "left"}
	questionnaireNames = []string{"id", "employee", "completed", "score"}
	courseNames        = []string{"id", "employee", "offered", "completed"}
	phishingNames      = []string{"id", "employee", "sent", "outcome"}
)

// maxSize is the largest number of people that a company can have.
const maxSize = 1_000_000_000

// document reads the whole text.
func (d *decoder) document() *Month {
	d.tokens = jsontext.NewDecoder(bytes.NewBuffer(d.data), jsontext.AllowDuplicateNames(true))
	m := &Month{}
	if d.peek() != '{' {
		if len(bytes.TrimSpace(d.data)) == 0 {
			d.fatal = io.EOF
			d.faultAt(0, "", "the document is empty")
			return m
		}
		d.wrong("", "an object")
		d.fatal = errors.Join(d.fatal, io.EOF) // nothing to check
		return m
	}
	d.object(nil, monthNames, func(i int, p *path) { d.member(m, i, p) })
	if d.fatal == nil {
		if rest := d.start(d.tokens.InputOffset()); rest < int64(len(d.data)) {
			d.fatal = io.EOF
			d.faultAt(rest, "", "there is more behind the document")
		}
	}
	return m
}

func (d *decoder) member(m *Month, i int, p *path) {
	switch i {
	case 0:
		d.company(p, &m.Company)
	case 1:
		d.month(p, &m.Month)
	case 2:
		d.readZone(p, m)
	case 3:
		list(d, p, &m.Websites, d.website)
	case 4:
		list(d, p, &m.Computers, d.computer)
	case 5:
		list(d, p, &m.Vulnerabilities, d.vulnerability)
	case 6:
		list(d, p, &m.Employees, d.employee)
	case 7:
		list(d, p, &m.Questionnaires, d.questionnaire)
	case 8:
		list(d, p, &m.Courses, d.course)
	case 9:
		list(d, p, &m.Phishing, d.phishing)
	case 10:
		d.custom(p, m)
	}
}

func (d *decoder) month(p *path, into *YearMonth) {
	offset := d.start(d.tokens.InputOffset())
	var s string
	d.text(p, &s)
	parsed, err := ParseMonth(s)
	if err == nil {
		*into = parsed
		return
	}
	if s != "?" && d.fatal == nil {
		d.faultAt(offset, p.String(), "%v", err)
	}
}

// readZone takes the zone; if dates have been read in another one, the
// document is read again.
func (d *decoder) readZone(p *path, m *Month) {
	offset := d.start(d.tokens.InputOffset())
	d.text(p, &m.Zone)
	if d.fatal != nil || m.Zone == "?" {
		m.Zone = ""
		return
	}
	if _, err := LoadZone(m.Zone); err != nil || m.Zone == "" {
		d.faultAt(offset, p.String(), "%q is not a known time zone", m.Zone)
		m.Zone = ""
		return
	}
	switch {
	case d.zoneKnown || m.Zone == d.zone:
	case d.dates:
		d.otherZone = m.Zone
	default:
		d.zone, d.location = m.Zone, nil
	}
}

func (d *decoder) company(p *path, c *Company) {
	d.object(p, companyNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &c.ID)
		case 1:
			d.text(p, &c.Name)
		case 2:
			c.Size = int(d.number(p, true, 0, maxSize))
		case 3:
			d.text(p, &c.Sector)
		case 4:
			d.instant(p, &c.Enrolled)
		}
	})
}

func (d *decoder) website(p *path, w *Website) {
	d.object(p, websiteNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &w.ID)
		case 1:
			d.instant(p, &w.Scanned)
		case 2:
			d.instant(p, &w.Retired)
		case 3:
			d.texts(p, &w.Sources)
		}
	})
}

func (d *decoder) computer(p *path, c *Computer) {
	d.object(p, computerNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &c.ID)
		case 1:
			d.text(p, &c.OS)
		case 2:
			d.instant(p, &c.Seen)
		case 3:
			d.instant(p, &c.Retired)
		case 4:
			d.texts(p, &c.Sources)
		}
	})
}

func (d *decoder) vulnerability(p *path, v *Vulnerability) {
	d.object(p, vulnerabilityNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &v.ID)
		case 1:
			oneOf(d, p, assetTypeWords, AssetWebsite, &v.AssetType)
		case 2:
			d.text(p, &v.Asset)
		case 3:
			oneOf(d, p, severityWords, SeverityUnknown, &v.Severity)
		case 4:
			v.CVSS = d.number(p, false, 0, 10)
		case 5:
			d.text(p, &v.Title)
		case 6:
			d.text(p, &v.Remedy)
		case 7:
			d.instant(p, &v.Found)
		case 8:
			d.instant(p, &v.Seen)
		case 9:
			d.instant(p, &v.Fixed)
		case 10:
			oneOf(d, p, statusWords, StatusOpen, &v.Status)
		case 11:
			d.texts(p, &v.Sources)
		case 12:
			d.texts(p, &v.References)
		}
	})
}

func (d *decoder) employee(p *path, e *Employee) {
	d.object(p, employeeNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &e.ID)
		case 1:
			d.instant(p, &e.Enrolled)
		case 2:
			d.instant(p, &e.Left)
		}
	})
}

func (d *decoder) questionnaire(p *path, q *Questionnaire) {
	d.object(p, questionnaireNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &q.ID)
		case 1:
			d.text(p, &q.Employee)
		case 2:
			d.instant(p, &q.Completed)
		case 3:
			q.Score = int(d.number(p, true, 0, 100))
		}
	})
}

func (d *decoder) course(p *path, c *Course) {
	d.object(p, courseNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &c.ID)
		case 1:
			d.text(p, &c.Employee)
		case 2:
			d.instant(p, &c.Offered)
		case 3:
			d.instant(p, &c.Completed)
		}
	})
}

func (d *decoder) phishing(p *path, f *Phishing) {
	d.object(p, phishingNames, func(i int, p *path) {
		switch i {
		case 0:
			d.text(p, &f.ID)
		case 1:
			d.text(p, &f.Employee)
		case 2:
			d.instant(p, &f.Sent)
		case 3:
			oneOf(d, p, phishingWords, PhishingSent, &f.Outcome)
		}
	})
}

// custom reads the lists of types that the norm declares. Names are free here;
// the check looks at their shape.
func (d *decoder) custom(p *path, m *Month) {
	m.Custom = map[string][]Custom{}
	d.free(p, func(name string, p *path) {
		records := []Custom{}
		list(d, p, &records, d.customRecord)
		m.Custom[name] = records
	})
}

func (d *decoder) customRecord(p *path, r *Custom) {
	r.Fields = map[string]Value{}
	d.free(p, func(name string, p *path) {
		if name == "id" {
			d.text(p, &r.ID)
			return
		}
		r.Fields[name] = d.customValue(p)
	})
}

func (d *decoder) customValue(p *path) Value {
	switch d.peek() {
	case '"':
		return TextValue(d.str(d.raw()))
	case '0':
		return NumberValue(int64(d.number(p, true, -maxNumber, maxNumber)))
	case 't', 'f':
		return BoolValue(len(d.raw()) == len("true"))
	}
	d.wrong(p.String(), "a text, a whole number, true or false")
	return BoolValue(false)
}

// free reads an object whose names are not known beforehand, each once.
func (d *decoder) free(p *path, read func(name string, p *path)) {
	if d.peek() != '{' {
		d.wrong(p.String(), "an object")
		return
	}
	d.token()
	seen := map[string]bool{}
	for d.peek() == '"' {
		offset := d.start(d.tokens.InputOffset())
		name := d.str(d.raw())
		if d.fatal != nil {
			return
		}
		member := &path{above: p, name: name, index: -1}
		if seen[name] {
			d.faultAt(offset, member.String(), "%q is given twice", name)
			d.raw()
			continue
		}
		seen[name] = true
		read(name, member)
	}
	d.token()
}
