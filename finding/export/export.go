// Package export writes a month for other systems: as events of OCSF, for a
// data lake or a SIEM, and as a SARIF log, for what shows results of scanners.
//
//	err := export.OCSF(w, month)
//	err := export.SARIF(w, month)
//
// What is written is the merged month, [finding.Month.Normal], in order of
// keys: the same facts give the same bytes. People are left out altogether. What was written is read back by
// finding/ingest/ocsf and finding/ingest/sarif as it was, so a month may pass through a
// system that knows nothing of it:
//
//	| finding          | OCSF 1.4.0                                        | SARIF 2.1.0                                     |
//	|------------------|---------------------------------------------------|-------------------------------------------------|
//	| vulnerability    | Vulnerability Finding, class 2002                 | result                                          |
//	| computer         | Device Inventory Info, class 5001                 | –                                               |
//	| company          | metadata.tenant_uid                               | run.automationDetails.id                        |
//	| asset_type, asset | resources: type, name                            | logicalLocations: kind, name                    |
//	| id               | cve.uid if it is a CVE, else advisory.uid         | ruleId                                          |
//	| severity none, low, medium, high, critical, unknown | severity_id 1, 2, 3, 4, 5, 0 | level none, note, warning, error, error, warning |
//	| cvss             | base_score of cve.cvss, of a version that a month doesn't know | security-severity                  |
//	| title, remedy, references | vulnerability: title, remediation.desc, references | message, rule: help, helpUri          |
//	| found, seen      | finding_info: first_seen_time, last_seen_time     | provenance: firstDetectionTimeUtc, lastDetectionTimeUtc |
//	| fixed before the month's end, and not seen again | activity Close, status Resolved | baselineState absent              |
//	| status accepted, false_positive | status Suppressed, status_code     | suppressions, accepted                          |
//	| sources          | finding_info.data_sources                         | properties                                      |
//	| os, seen of a computer | device: os, last_seen_time                  | –                                               |
//
// What neither has a place for stands in OCSF's unmapped and in the property bag of SARIF.
package export

import (
	"bufio"
	"regexp"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// product is who writes, and where to read about it.
const (
	product = "Keurmerk"
	about   = "https://github.com/cyberkeurmerk/keurmerk"
)

// writer writes one month.
type writer struct {
	*finding.Month
	period finding.Period
	out    *bufio.Writer
}

// cve is what an id of the CVE list looks like.
var cve = regexp.MustCompile(`^CVE-\d{4}-\d{4,}$`)

// fixed tells whether the vulnerability is there no longer: fixed before the
// month's end, and not seen again since.
func (w *writer) fixed(v *finding.Vulnerability) bool {
	return w.period.Before(v.Fixed) && !v.Fixed.Before(v.Seen)
}

// last is the last instant of the month, to the millisecond.
func (w *writer) last() time.Time { return w.period.End.Add(-time.Millisecond) }

// dated is the first of the times that is known.
func dated(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// instant writes a time as RFC 3339 has it, in UTC; an absent one is empty.
func instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// title is what the vulnerability is called: a title is required in both
// formats.
func title(v *finding.Vulnerability) string {
	if strings.TrimSpace(v.Title) == "" {
		return v.ID
	}
	return v.Title
}
