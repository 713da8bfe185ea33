// Package openscap reads results of XCCDF and ARF, in which OpenSCAP and other
// scanners write which rules of a benchmark a computer fails.
//
//	batch, err := openscap.Read(file)
//	added, err := month.Add(batch)
//
// Written from OpenSCAP 1.2 to 1.4, XCCDF 1.1 and 1.2 and ARF 1.1: a Benchmark with a TestResult,
// a TestResult alone, or an asset-report-collection with reports:
//
//	<Benchmark id="…"><Rule id="xccdf_org.ssgproject.content_rule_sshd_disable_root_login" severity="medium"><title>…</title></Rule>…
//	  <TestResult end-time="2026-11-23T09:57:48+00:00"><target>pc-01</target>
//	    <rule-result idref="xccdf_org.ssgproject.content_rule_sshd_disable_root_login" severity="medium"><result>fail</result></rule-result>
//
//	| XCCDF                                               | finding                                          |
//	|-----------------------------------------------------|--------------------------------------------------|
//	| target, unless it is "localhost"; facts fqdn, host_name; else [reader.Asset]; else target | computer   |
//	| the CVE, if the result's or the rule's idents name exactly one | id                                    |
//	| else the advisory with which the title begins       | id, as "RHSA-2006:0044"                          |
//	| else what follows "_rule_" in idref, without the revision of a STIG | id, as "openscap:sshd_disable_root_login", "openscap:SV-230223" |
//	| severity of the result, else of the rule: info, low, medium, high | severity none, low, medium, high   |
//	| severity unknown, or none                           | severity unknown                                 |
//	| title of the rule, else its id                      | title                                            |
//	| fixtext of the rule                                 | remedy                                           |
//	| end-time, else time of the result, else [reader.Taken] | found, seen; seen of the computer             |
//	| result pass, fixed, notapplicable, notselected, informational | left out                               |
//	| result notchecked, error, unknown                   | left out, and nothing found before by it is fixed |
//
// The source is "openscap:" and what follows "_benchmark_" in the benchmark's id, or
// "openscap" if results of several stand in one file: what one benchmark says
// doesn't end what another one found. The computer was seen if the test has an end and tested
// any rule; the result is complete for it, but for the rules that were not tested or not selected.
package openscap

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name, and the start of its sources' names.
const Name = "openscap"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	root := reader.Root(head)
	switch root.Local {
	case "Benchmark", "TestResult":
		return strings.Contains(root.Space, "xccdf")
	case "asset-report-collection":
		return true
	}
	return false
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), rules: map[string]rule{}}
	d := reader.XML(reader.Limit(r, s.options))
	if err := s.document(d); err != nil {
		return finding.Batch{}, reader.UnreadableXML(Name, d, err)
	}
	s.finish()
	return s.batch, nil
}

// scan is one reading.
type scan struct {
	options    reader.Options
	batch      finding.Batch
	rules      map[string]rule // by id; they stand before their results
	benchmark  string
	benchmarks []string // that results are of
	tests      []test
	held       int
	left       reader.Tally
}

// test is a TestResult.
type test struct {
	computer  string
	end       time.Time
	tested    bool
	untested  []string
	from, to  int // its findings
	benchmark string
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// results are the words for what is no finding, by what they mean.
var results = map[string]string{
	"pass": "it passed", "fixed": "it was fixed", "notapplicable": "it is not applicable", "notselected": "it was not selected",
	"informational": "it is informational", "notchecked": "it was not tested", "error": "it was not tested", "unknown": "it was not tested",
}

var (
	advisory = regexp.MustCompile(`^((?:RHSA|RHBA|RHEA|ELSA|ALAS\d*|USN|DSA|DLA|SUSE-\w+)-[\d:.-]*\d)\b`)
	revision = regexp.MustCompile(`^(SV-\d+)r\d+(?:_rule)?$`)
)

// key is the CVE or the advisory that the rule is about, else the rule's name.
func (r rule) key(idref string, idents []string) string {
	if cves := reader.CVEs(strings.Join(idents, " ")); len(cves) == 1 {
		return cves[0]
	}
	if m := advisory.FindString(r.title); m != "" {
		return m
	}
	name := idref
	if i := strings.Index(idref, "_rule_"); i >= 0 && i+len("_rule_") < len(idref) {
		name = idref[i+len("_rule_"):]
	}
	if m := revision.FindStringSubmatch(name); m != nil {
		name = m[1]
	}
	return Name + ":" + name
}

// take takes one result of a test.
func (s *scan) take(t *test, x *ruleResult) error {
	if s.held++; s.held > s.options.MaxRecords {
		return &reader.LimitError{What: "records", Limit: int64(s.options.MaxRecords)}
	}
	where := fmt.Sprintf("rule-result %d", s.held)
	result := strings.ToLower(strings.TrimSpace(x.Result))
	if x.ID == "" {
		s.skip(where, "it names no rule")
		return nil
	}
	r := s.rules[x.ID]
	id := r.key(x.ID, slices.Concat(x.Idents, r.idents))
	if reason, passed := results[result]; passed {
		s.left.Add(reason)
		t.tested = t.tested || result == "pass" || result == "fixed"
		if reason == "it was not tested" || reason == "it was not selected" {
			t.untested = append(t.untested, id)
		}
		return nil
	}
	if result != "fail" {
		s.skip(where, fmt.Sprintf("its result is no word of XCCDF: %q", reader.Shorten(result, 40)))
		t.untested = append(t.untested, id)
		return nil
	}
	t.tested = true
	word := reader.First(strings.TrimSpace(x.Severity), r.severity)
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetComputer, Severity: reader.Rated(word, 0),
		Title:  reader.Shorten(reader.First(r.title, strings.TrimPrefix(id, Name+":")), 160),
		Remedy: reader.Shorten(r.fix, 1000), Seen: s.options.Local(x.Time, "2006-01-02T15:04:05")})
	return nil
}

// finish names and dates the findings, and tells which computers were seen.
func (s *scan) finish() {
	s.batch.Source = Name
	if len(s.benchmarks) == 1 && s.benchmarks[0] != "" {
		s.batch.Source += ":" + s.benchmarks[0]
	}
	s.batch.Skipped = append(s.batch.Skipped, s.left.Skips("rules")...)
	if len(s.tests) == 0 {
		s.skip("document", "not taken as seen: it holds no test result")
	}
	stated := s.options.Stated(finding.AssetComputer)
	for i := range s.tests {
		t := &s.tests[i]
		end := t.end
		if end.IsZero() {
			end = s.options.Taken
		}
		for j := t.from; j < t.to; j++ {
			v := &s.batch.Vulnerabilities[j]
			if !t.end.IsZero() || v.Seen.IsZero() {
				v.Seen = end
			}
			v.Asset, v.Found, v.Sources = t.computer, v.Seen, []string{s.batch.Source}
		}
		if t.computer == "" {
			s.skip(fmt.Sprintf("%d findings", t.to-t.from), "they are of no computer that has a name")
			continue
		}
		c := finding.Computer{ID: t.computer, Sources: []string{s.batch.Source}}
		switch {
		case !t.tested:
			s.skip(t.computer, "not taken as seen: no rule was tested on it")
		case end.IsZero():
			s.skip(t.computer, "not taken as seen: the test has no end")
		default:
			c.Seen = end
			if at, said := stated[t.computer]; said && !at.IsZero() {
				end = at
			}
			if len(s.benchmarks) > 1 {
				s.skip(t.computer, "not taken as complete: partial: the file has results of several benchmarks")
				break
			}
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetComputer, Asset: t.computer, At: end, Untested: s.untested(t)})
		}
		s.batch.Computers = append(s.batch.Computers, c)
	}
	s.batch.Vulnerabilities = slices.DeleteFunc(s.batch.Vulnerabilities, func(v finding.Vulnerability) bool { return v.Asset == "" })
}

// untested are the rules that the test could not look for, each once.
func (s *scan) untested(t *test) []string {
	slices.Sort(t.untested)
	return slices.Compact(t.untested)
}
