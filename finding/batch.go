package finding

import (
	"fmt"
	"time"
)

// Batch is what one tool's output says, not yet of any month. Readers under
// finding/ingest make batches; [Month.Add] takes them.
type Batch struct {
	Source          string // the tool, as it will stand in a record's sources
	Websites        []Website
	Computers       []Computer
	Vulnerabilities []Vulnerability
	Employees       []Employee
	Questionnaires  []Questionnaire
	Courses         []Course
	Phishing        []Phishing
	Custom          map[string][]Custom

	// Complete names the assets on which the tool reported everything that it
	// knows. What the same source had reported there and no longer reports is
	// fixed as of then.
	Complete []Complete

	// Skipped says what of the output was left out and why, in order of
	// appearance.
	Skipped []Skip
}

// Complete states that a batch holds all that its source knows of one asset.
type Complete struct {
	AssetType AssetType
	Asset     string
	At        time.Time // when the source had finished looking

	// Untested lists the ids that the source could not look for this time:
	// what it had reported by them before is neither seen again nor fixed.
	Untested []string
}

// Skip is a part of a tool's output that did not become a finding.
type Skip struct {
	Where  string // place in the output, such as "line 12" or "hits/3"
	Reason string
}

// String writes the place and the reason.
func (s Skip) String() string { return fmt.Sprintf("%s: %s", s.Where, s.Reason) }

// Added says what [Month.Add] did with a batch.
type Added struct {
	Records int // records merged in
	Fixed   int // vulnerabilities that the source no longer reports
	Late    int // records left out because they are dated at or after the month's end
}
