package finding

import "time"

// Month is the month document: what was observed at one company up to the end
// of one month. A list is a set of records, each known by its key.
//
// The zero time means absent, and so do the empty text and the number 0.
type Month struct {
	Company         Company             `json:"company"`
	Month           YearMonth           `json:"month"`
	Zone            string              `json:"zone,omitempty"` // IANA name; empty: Europe/Amsterdam
	Websites        []Website           `json:"websites,omitempty"`
	Computers       []Computer          `json:"computers,omitempty"`
	Vulnerabilities []Vulnerability     `json:"vulnerabilities,omitempty"`
	Employees       []Employee          `json:"employees,omitempty"`
	Questionnaires  []Questionnaire     `json:"questionnaires,omitempty"`
	Courses         []Course            `json:"courses,omitempty"`
	Phishing        []Phishing          `json:"phishing,omitempty"`
	Custom          map[string][]Custom `json:"custom,omitempty"`
}

// Company is who the document is about.
type Company struct {
	ID       string    `json:"id"`                // such as "kvk:30123456"
	Name     string    `json:"name,omitempty"`    //
	Size     int       `json:"size,omitempty"`    // people who work there
	Sector   string    `json:"sector,omitempty"`  // SBI/NACE code, such as "10.71"
	Enrolled time.Time `json:"enrolled,omitzero"` // joined the programme
}

// Website is a site that the company answers for.
type Website struct {
	ID      string    `json:"id"`                // host name
	Scanned time.Time `json:"scanned,omitzero"`  // last complete scan
	Retired time.Time `json:"retired,omitzero"`  // no longer the company's
	Sources []string  `json:"sources,omitempty"` // tools that reported it
}

// Computer is a machine that the company works with.
type Computer struct {
	ID      string    `json:"id"`
	OS      string    `json:"os,omitempty"`
	Seen    time.Time `json:"seen,omitzero"` // last complete report
	Retired time.Time `json:"retired,omitzero"`
	Sources []string  `json:"sources,omitempty"`
}

// Vulnerability is one weakness of one asset. Its key is asset type, asset
// and id together.
type Vulnerability struct {
	ID         string    `json:"id"` // CVE where there is one, else the tool's own rule
	AssetType  AssetType `json:"asset_type"`
	Asset      string    `json:"asset"` // id of the website or computer
	Severity   Severity  `json:"severity"`
	CVSS       float64   `json:"cvss,omitempty"` // base score, 0.1 to 10
	Title      string    `json:"title,omitempty"`
	Remedy     string    `json:"remedy,omitempty"`
	Found      time.Time `json:"found,omitzero"`
	Seen       time.Time `json:"seen,omitzero"`
	Fixed      time.Time `json:"fixed,omitzero"`
	Status     Status    `json:"status,omitempty"` // still absent after merging: open
	Sources    []string  `json:"sources,omitempty"`
	References []string  `json:"references,omitempty"`
}

// Employee is a person, by pseudonym.
type Employee struct {
	ID       string    `json:"id"` // never an e-mail address
	Enrolled time.Time `json:"enrolled,omitzero"`
	Left     time.Time `json:"left,omitzero"`
}

// Questionnaire is one filling-in. Its key is id and employee together.
type Questionnaire struct {
	ID        string    `json:"id"`
	Employee  string    `json:"employee,omitempty"` // empty: the company
	Completed time.Time `json:"completed,omitzero"`
	Score     int       `json:"score,omitempty"` // 0 to 100
}

// Course is a knowledge course as offered to one employee, or to the company.
// Its key is id and employee together.
type Course struct {
	ID        string    `json:"id"`
	Employee  string    `json:"employee,omitempty"`
	Offered   time.Time `json:"offered,omitzero"`
	Completed time.Time `json:"completed,omitzero"`
}

// Phishing is one test mail to one employee. Its key is id and employee
// together.
type Phishing struct {
	ID       string          `json:"id"`
	Employee string          `json:"employee,omitempty"`
	Sent     time.Time       `json:"sent,omitzero"`
	Outcome  PhishingOutcome `json:"outcome"` // the furthest step
}

// Custom is a record of a type that the norm declares.
type Custom struct {
	ID     string
	Fields map[string]Value // by name, without id
}
