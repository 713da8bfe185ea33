package export

import (
	"bufio"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// The classes that are written.
const (
	classVulnerability = 2002
	classInventory     = 5001
)

// event is an event of OCSF, as far as it is written.
type event struct {
	ActivityID   int            `json:"activity_id"`
	ActivityName string         `json:"activity_name"`
	CategoryName string         `json:"category_name"`
	CategoryUID  int            `json:"category_uid"`
	ClassName    string         `json:"class_name"`
	ClassUID     int            `json:"class_uid"`
	TypeName     string         `json:"type_name"`
	TypeUID      int            `json:"type_uid"`
	Time         int64          `json:"time"` // milliseconds
	TimeDT       string         `json:"time_dt"`
	Severity     string         `json:"severity"`
	SeverityID   int            `json:"severity_id"`
	Status       string         `json:"status,omitempty"`
	StatusID     int            `json:"status_id,omitempty"`
	StatusCode   string         `json:"status_code,omitempty"`
	Metadata     metadata       `json:"metadata"`
	FindingInfo  *findingInfo   `json:"finding_info,omitempty"`
	Found        []ocsfWeakness `json:"vulnerabilities,omitempty"`
	Resources    []resource     `json:"resources,omitempty"`
	Device       *device        `json:"device,omitempty"`
	Unmapped     *unmapped      `json:"unmapped,omitempty"`
}

type metadata struct {
	Version   string   `json:"version"`
	Product   vendor   `json:"product"`
	Profiles  []string `json:"profiles"`
	TenantUID string   `json:"tenant_uid"`
}

type vendor struct {
	Name       string `json:"name"`
	VendorName string `json:"vendor_name"`
	URL        string `json:"url_string"`
}

type findingInfo struct {
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	FirstSeen   int64    `json:"first_seen_time,omitempty"`
	FirstSeenDT string   `json:"first_seen_time_dt,omitempty"`
	LastSeen    int64    `json:"last_seen_time,omitempty"`
	LastSeenDT  string   `json:"last_seen_time_dt,omitempty"`
	DataSources []string `json:"data_sources,omitempty"`
}

type ocsfWeakness struct {
	CVE         *cveObject   `json:"cve,omitempty"`
	Advisory    *uid         `json:"advisory,omitempty"`
	Title       string       `json:"title,omitempty"`
	Severity    string       `json:"severity"`
	Remediation *remediation `json:"remediation,omitempty"`
	References  []string     `json:"references,omitempty"`
}

type uid struct {
	UID string `json:"uid"`
}

type cveObject struct {
	UID  string `json:"uid"`
	CVSS []cvss `json:"cvss,omitempty"`
}

type cvss struct {
	Base    float64 `json:"base_score"`
	Version string  `json:"version"` // is required, and a month doesn't know it
}

type remediation struct {
	Desc string `json:"desc"`
}

type resource struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
	Type string `json:"type"`
}

type device struct {
	Hostname   string  `json:"hostname"`
	UID        string  `json:"uid"`
	Type       string  `json:"type"`
	TypeID     int     `json:"type_id"`
	OS         *system `json:"os,omitempty"`
	LastSeen   int64   `json:"last_seen_time,omitempty"`
	LastSeenDT string  `json:"last_seen_time_dt,omitempty"`
}

type system struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	TypeID int    `json:"type_id"`
}

// unmapped holds what OCSF has no attribute for.
type unmapped struct {
	Fixed   string   `json:"fixed,omitempty"`
	Retired string   `json:"retired,omitempty"`
	CVSS    float64  `json:"cvss,omitempty"`
	Sources []string `json:"sources,omitempty"`
}

// OCSF writes the vulnerabilities and computers of the month as events of OCSF
// 1.4.0, one a line. The error is that of an invalid month ([finding.DecodeError],
// [finding.ZoneError]), of which nothing is written, or w's.
func OCSF(w io.Writer, m *finding.Month) error {
	return write(w, m, func(x *writer) error {
		for i := range x.Computers {
			if err := x.line(x.inventory(&x.Computers[i])); err != nil {
				return err
			}
		}
		for i := range x.Vulnerabilities {
			if err := x.line(x.weakness(&x.Vulnerabilities[i])); err != nil {
				return err
			}
		}
		return nil
	})
}

// write puts the month in order first.
func write(w io.Writer, m *finding.Month, body func(*writer) error) error {
	normal, err := m.Normal()
	if err != nil {
		return err
	}
	period, err := normal.Period()
	if err != nil {
		return err
	}
	x := &writer{normal, period, bufio.NewWriter(w)}
	if err := body(x); err != nil {
		return err
	}
	return x.out.Flush()
}

func (w *writer) line(e *event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = w.out.Write(append(data, '\n'))
	return err
}

// event makes one that happened then.
func (w *writer) event(class, activity int, at time.Time) *event {
	names := map[int][2]string{classVulnerability: {"Findings", "Vulnerability Finding"}, classInventory: {"Discovery", "Device Inventory Info"}}[class]
	verb := map[int]string{1: "Create", 2: "Collect", 3: "Close"}[activity]
	return &event{
		ActivityID: activity, ActivityName: verb, CategoryName: names[0], CategoryUID: class / 1000, ClassName: names[1], ClassUID: class,
		TypeName: names[1] + ": " + verb, TypeUID: class*100 + activity, Time: at.UnixMilli(), TimeDT: instant(at), Severity: "Informational", SeverityID: 1,
		Metadata: metadata{"1.4.0", vendor{product, product, about}, []string{"datetime"}, w.Company.ID},
	}
}

// milliseconds are those since 1970; of an absent time there are none.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func (w *writer) inventory(c *finding.Computer) *event {
	e := w.event(classInventory, 2, dated(c.Seen, w.last()))
	e.Device = &device{Hostname: c.ID, UID: c.ID, Type: "Unknown", LastSeen: milliseconds(c.Seen), LastSeenDT: instant(c.Seen)}
	if c.OS != "" {
		kind, id := systemType(c.OS)
		e.Device.OS = &system{c.OS, kind, id}
	}
	if len(c.Sources) > 0 || !c.Retired.IsZero() {
		e.Unmapped = &unmapped{Retired: instant(c.Retired), Sources: c.Sources}
	}
	return e
}

// systems are types of operating systems by words of their names; the first
// that is named counts.
var systems = []struct {
	word, name string
	id         int
}{
	{"windows", "Windows", 100}, {"android", "Android", 201}, {"ipados", "iPadOS", 302}, {"ios", "iOS", 301}, {"macos", "macOS", 300}, {"mac os", "macOS", 300}, {"darwin", "macOS", 300},
	{"linux", "Linux", 200}, {"ubuntu", "Linux", 200}, {"debian", "Linux", 200}, {"red hat", "Linux", 200}, {"rhel", "Linux", 200}, {"fedora", "Linux", 200}, {"suse", "Linux", 200}, {"centos", "Linux", 200},
}

func systemType(os string) (name string, id int) {
	for _, s := range systems {
		if strings.HasPrefix(strings.ToLower(os), s.word) || s.id == 200 && strings.Contains(strings.ToLower(os), s.word) {
			return s.name, s.id
		}
	}
	return "Unknown", 0
}

// severities of OCSF, by rank.
var severities = []string{"Informational", "Low", "Medium", "High", "Critical"}

func (w *writer) weakness(v *finding.Vulnerability) *event {
	activity, at := 1, dated(v.Seen, v.Found, w.last())
	fixed := w.fixed(v)
	if fixed {
		activity, at = 3, v.Fixed
	}
	e := w.event(classVulnerability, activity, at)
	e.Severity, e.SeverityID = "Unknown", 0
	if v.Severity != finding.SeverityUnknown {
		e.Severity, e.SeverityID = severities[v.Severity.Rank()], v.Severity.Rank()+1
	}
	switch {
	case v.Status == finding.StatusAccepted || v.Status == finding.StatusFalsePositive:
		e.StatusID, e.Status, e.StatusCode = 3, "Suppressed", v.Status.String()
	case fixed:
		e.StatusID, e.Status = 4, "Resolved"
	default:
		e.StatusID, e.Status = 1, "New"
	}
	e.FindingInfo = &findingInfo{
		UID: strings.Join([]string{w.Company.ID, v.AssetType.String(), v.Asset, v.ID}, "/"), Title: title(v), DataSources: v.Sources,
		FirstSeen: milliseconds(v.Found), FirstSeenDT: instant(v.Found), LastSeen: milliseconds(v.Seen), LastSeenDT: instant(v.Seen),
	}
	x := ocsfWeakness{Title: v.Title, Severity: e.Severity, References: v.References}
	extra := unmapped{Fixed: instant(v.Fixed)}
	if cve.MatchString(v.ID) {
		x.CVE = &cveObject{UID: v.ID}
		if v.CVSS > 0 {
			x.CVE.CVSS = []cvss{{v.CVSS, "unknown"}}
		}
	} else {
		x.Advisory, extra.CVSS = &uid{v.ID}, v.CVSS
	}
	if v.Remedy != "" {
		x.Remediation = &remediation{v.Remedy}
	}
	e.Found = []ocsfWeakness{x}
	e.Resources = []resource{{v.Asset, v.Asset, v.AssetType.String()}}
	if extra.Fixed != "" || extra.CVSS > 0 {
		e.Unmapped = &extra
	}
	return e
}
