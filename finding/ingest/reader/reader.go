// Package reader holds what the readers of tools' outputs share: options,
// limits, packed and encoded outputs, and what JSON, XML and CSV are read with.
//
// A reader takes [Option] values and calls [Settle] and [Limit] first:
//
//	func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
//		o := reader.Settle(opts)
//		r = reader.Limit(r, o)
package reader

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
)

// Options are what a tool's output does not say itself.
type Options struct {
	// Complete states for which assets the output is the whole of what the
	// tool knows, and when it had finished looking. Without a statement no
	// absence is read as "fixed", and no website as "scanned".
	Complete []finding.Complete

	Asset      string         // what an output is about that names no asset of its own
	Taken      time.Time      // when an export of states was taken; zero: unknown
	Salt       []byte         // hashes the keys of employees; without: an output that names people is refused, and a sheet's keys are taken as they are
	Zone       *time.Location // of dates without a zone; nil: [finding.DefaultZone]
	MaxBytes   int64          // of the whole output; 0: [MaxBytes]
	MaxRecords int            // 0: [finding.MaxRecords]
}

// MaxBytes is the largest output that is read unless an option says otherwise.
const MaxBytes = 1 << 30

// Option changes one of the [Options].
type Option func(*Options)

// Complete states that the output is complete for the asset as of the instant;
// the zero time is that of the asset's last record in the output.
func Complete(kind finding.AssetType, asset string, at time.Time) Option {
	return func(o *Options) {
		o.Complete = append(o.Complete, finding.Complete{AssetType: kind, Asset: asset, At: at})
	}
}

// Asset names what an output is about that names no asset of its own.
func Asset(id string) Option { return func(o *Options) { o.Asset = id } }

// Taken says when an export of states was taken.
func Taken(at time.Time) Option { return func(o *Options) { o.Taken = at } }

// Salt has the keys of employees hashed with HMAC-SHA-256.
func Salt(salt []byte) Option { return func(o *Options) { o.Salt = salt } }

// Zone says in which zone dates without one are.
func Zone(zone *time.Location) Option { return func(o *Options) { o.Zone = zone } }

// LimitBytes sets the largest output that is read.
func LimitBytes(n int64) Option { return func(o *Options) { o.MaxBytes = n } }

// LimitRecords sets the most records that are read.
func LimitRecords(n int) Option { return func(o *Options) { o.MaxRecords = n } }

// Settle applies options to the defaults.
func Settle(opts []Option) Options {
	o := Options{MaxBytes: MaxBytes, MaxRecords: finding.MaxRecords}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// LimitError says that an output is larger than is allowed.
type LimitError struct {
	What  string // "bytes" or "records"
	Limit int64
}

// Error names the limit.
func (e *LimitError) Error() string {
	return fmt.Sprintf("the output has more than %d %s", e.Limit, e.What)
}

// FormatError says that an output can't be read.
type FormatError struct {
	Tool   string
	Where  string // such as "byte 812" or "row 3"
	Reason string
}

// Error names tool, place and reason.
func (e *FormatError) Error() string { return fmt.Sprintf("%s: %s: %s", e.Tool, e.Where, e.Reason) }

// Host is the host of a URL, an authority or a bare name: lower-case, without
// scheme, user, port, path and final dot. It is empty if there is none.
func Host(s string) string {
	s = strings.TrimSpace(s)
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	s = s[strings.LastIndexByte(s, '@')+1:]
	if addr, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return addr.String()
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().String()
	}
	if name, port, ok := strings.Cut(s, ":"); ok && strings.Trim(port, "0123456789") == "" {
		s = name
	}
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	if strings.ContainsAny(s, " \t\r\n\\\"'<>") {
		return ""
	}
	return s
}

// Computer is the name of a computer as a record's id: in lower case, without
// surrounding space and final dot, so that one computer has one id in all
// tools, as names of computers have no case.
func Computer(name string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
}

// Computer is the id of the computer that the output is about, if the caller
// says of which.
func (o Options) Computer() string { return Computer(o.Asset) }

// Severity reads a tool's word for a severity, in any case: info and
// informational are none, moderate is medium. The second result is false for a
// word that is none of them.
func Severity(word string) (finding.Severity, bool) {
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "none", "info", "informational", "information":
		return finding.SeverityNone, true
	case "low":
		return finding.SeverityLow, true
	case "medium", "moderate":
		return finding.SeverityMedium, true
	case "high":
		return finding.SeverityHigh, true
	case "critical":
		return finding.SeverityCritical, true
	case "unknown":
		return finding.SeverityUnknown, true
	}
	return finding.SeverityUnknown, false
}

// Stated gives the assets of the kind for which the caller states that the
// output is complete, and as of when; the zero time says that the output knows
// when. Names have the form of a record's id, as [Host] and [Computer] give it.
func (o Options) Stated(kind finding.AssetType) map[string]time.Time {
	form := Host
	if kind == finding.AssetComputer {
		form = Computer
	}
	stated := map[string]time.Time{}
	for _, c := range o.Complete {
		if c.AssetType == kind {
			stated[form(c.Asset)] = c.At
		}
	}
	return stated
}
