package finding

import "fmt"

// Severity ranks a vulnerability. The zero value is no severity at all; it
// appears in no valid document.
type Severity uint8

// The severities, in order. SeverityUnknown ranks above critical: what nobody
// could rate is not assumed harmless.
const (
	_ Severity = iota
	SeverityNone
	SeverityLow
	SeverityMedium
	SeverityHigh
	SeverityCritical
	SeverityUnknown
)

var severityWords = []string{"", "none", "low", "medium", "high", "critical", "unknown"}

// SeverityOf rates a CVSS base score by the bands of FIRST: none 0, low 0.1,
// medium 4.0, high 7.0, critical 9.0 and above.
// https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
func SeverityOf(cvss float64) Severity {
	switch {
	case cvss >= 9:
		return SeverityCritical
	case cvss >= 7:
		return SeverityHigh
	case cvss >= 4:
		return SeverityMedium
	case cvss > 0:
		return SeverityLow
	case cvss == 0:
		return SeverityNone
	}
	return SeverityUnknown // negative or not a number
}

// Rank is the number that rules compare: none 0, low 1, medium 2, high 3,
// critical 4, unknown 5.
func (s Severity) Rank() int { return int(s) - 1 }

// AssetType says what kind of asset a vulnerability is on.
type AssetType uint8

// The asset types.
const (
	_ AssetType = iota
	AssetWebsite
	AssetComputer
)

var assetTypeWords = []string{"", "website", "computer"}

// Status is what people decided about a vulnerability. The zero value is
// absent, which counts as open once everything has been merged.
type Status uint8

// The statuses; where two reports differ, the first of these wins.
const (
	_ Status = iota
	StatusOpen
	StatusAccepted
	StatusFalsePositive
)

var statusWords = []string{"", "open", "accepted", "false_positive"}

// PhishingOutcome is the furthest step that a test mail led to.
type PhishingOutcome uint8

// The outcomes, from harmless to worst; where two reports differ, the worst wins.
const (
	_ PhishingOutcome = iota
	PhishingSent
	PhishingReported
	PhishingOpened
	PhishingClicked
	PhishingSubmitted
)

var phishingWords = []string{"", "sent", "reported", "opened", "clicked", "submitted"}

// String gives the word that documents use.
func (s Severity) String() string { return word("Severity", severityWords, s) }

// String gives the word that documents use.
func (a AssetType) String() string { return word("AssetType", assetTypeWords, a) }

// String gives the word that documents use.
func (s Status) String() string { return word("Status", statusWords, s) }

// String gives the word that documents use.
func (o PhishingOutcome) String() string { return word("PhishingOutcome", phishingWords, o) }

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return marshalWord("severity", severityWords, s) }

// MarshalText writes the word.
func (a AssetType) MarshalText() ([]byte, error) { return marshalWord("asset_type", assetTypeWords, a) }

// MarshalText writes the word.
func (s Status) MarshalText() ([]byte, error) { return marshalWord("status", statusWords, s) }

// MarshalText writes the word.
func (o PhishingOutcome) MarshalText() ([]byte, error) {
	return marshalWord("outcome", phishingWords, o)
}

// UnmarshalText reads the word.
func (s *Severity) UnmarshalText(t []byte) error {
	return unmarshalWord("severity", severityWords, s, t)
}

// UnmarshalText reads the word.
func (a *AssetType) UnmarshalText(t []byte) error {
	return unmarshalWord("asset_type", assetTypeWords, a, t)
}

// UnmarshalText reads the word.
func (s *Status) UnmarshalText(t []byte) error { return unmarshalWord("status", statusWords, s, t) }

// UnmarshalText reads the word.
func (o *PhishingOutcome) UnmarshalText(t []byte) error {
	return unmarshalWord("outcome", phishingWords, o, t)
}

// A word set is a list of words by number; number 0 is no word.

func word[T ~uint8](typ string, words []string, v T) string {
	if int(v) < len(words) {
		return words[v]
	}
	return fmt.Sprintf("%s(%d)", typ, uint8(v))
}

func marshalWord[T ~uint8](what string, words []string, v T) ([]byte, error) {
	if v == 0 || int(v) >= len(words) {
		return nil, fmt.Errorf("%s %d is none of %q", what, uint8(v), words[1:])
	}
	return []byte(words[v]), nil
}

func unmarshalWord[T ~uint8](what string, words []string, v *T, text []byte) error {
	for i, w := range words[1:] {
		if w == string(text) {
			*v = T(i + 1)
			return nil
		}
	}
	return fmt.Errorf("%s %q is none of %q", what, text, words[1:])
}
