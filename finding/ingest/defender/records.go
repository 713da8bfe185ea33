package defender

import (
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// vulnerability takes one CVE in one program of a computer.
func (s *scan) vulnerability(device string, rec *record) {
	last := instant(rec.LastSeenTimestamp)
	s.seen(device, rec, last)
	if last.IsZero() {
		last = s.options.Taken
	}
	cvss := reader.Score(float64(rec.CVSSScore), float64(rec.CVSSV3))
	v := finding.Vulnerability{
		ID: strings.ToUpper(string(rec.CVEID)), AssetType: finding.AssetComputer, Asset: device, CVSS: cvss,
		Severity: reader.Rated(reader.First(string(rec.VulnerabilitySeverityLevel), string(rec.Severity)), cvss),
		Title:    rec.title(), Remedy: rec.remedy(), Found: instant(rec.FirstSeenTimestamp), Seen: last, Sources: []string{Name},
	}
	if rec.RecommendedSecurityUpdateURL != "" {
		v.References = []string{string(rec.RecommendedSecurityUpdateURL)}
	}
	if strings.EqualFold(string(rec.Status), "fixed") {
		if v.Fixed = instant(rec.EventTimestamp); v.Fixed.IsZero() {
			v.Fixed = s.options.Taken
		}
	}
	s.batch.Vulnerabilities = append(s.batch.Vulnerabilities, v)
}

func (rec *record) title() string {
	name := words(reader.First(string(rec.SoftwareVendor), string(rec.ProductVendor)), reader.First(string(rec.SoftwareName), string(rec.ProductName)),
		reader.First(string(rec.SoftwareVersion), string(rec.ProductVersion)))
	if name == "" {
		return string(rec.CVEID)
	}
	return string(rec.CVEID) + " in " + name
}

func (rec *record) remedy() string {
	if update := string(rec.RecommendedSecurityUpdate); update != "" {
		return "install " + update
	}
	if kb := string(rec.FixingKBID); kb != "" {
		return "install KB" + strings.TrimPrefix(strings.ToUpper(kb), "KB")
	}
	if name := reader.First(string(rec.SoftwareName), string(rec.ProductName)); name != "" {
		return "update " + name
	}
	return ""
}

// words joins what is not empty.
func words(texts ...string) string {
	return strings.Join(strings.Fields(strings.Join(texts, " ")), " ")
}

// machine takes a computer of the inventory.
func (s *scan) machine(where string, rec *record) {
	id := reader.First(string(rec.ID), string(rec.DeviceID), string(rec.MachineID), string(rec.ComputerDNSName))
	status := strings.ToLower(string(rec.OnboardingStatus))
	health := strings.ToLower(string(rec.HealthStatus))
	switch {
	case id == "":
		s.skip(where, "it names no computer")
		return
	case rec.MergedIntoMachineID != "":
		s.skip(where, "it was merged into another computer")
		return
	}
	if rec.ComputerDNSName != "" {
		s.names[id] = name(rec.ComputerDNSName)
	}
	last := instant(rec.LastSeen)
	reason := ""
	switch {
	case status != "" && status != "onboarded":
		reason = "its onboarding status is " + string(rec.OnboardingStatus)
	case strings.EqualFold(string(rec.IsExcluded), "true"):
		reason = "it is excluded"
	case strings.HasPrefix(health, "nosensordata"):
		reason = "its sensor gives no data"
	case last.IsZero():
		reason = "nobody says when"
	}
	if reason != "" {
		last = time.Time{}
		s.skip(where, "not taken as seen: "+reason)
	}
	s.seen(id, rec, last)
}

func name(t reader.Text) string { return reader.Computer(string(t)) }

// seen notes a computer, and that it was there then.
func (s *scan) seen(id string, rec *record, at time.Time) {
	i, known := s.computers[id]
	if !known {
		i = len(s.batch.Computers)
		s.computers[id] = i
		s.batch.Computers = append(s.batch.Computers, finding.Computer{ID: id, Sources: []string{Name}})
	}
	if rec.DeviceName != "" {
		s.names[id] = name(rec.DeviceName)
	}
	c := &s.batch.Computers[i]
	if c.OS == "" {
		c.OS = words(string(rec.OSPlatform), reader.First(string(rec.OSVersion), string(rec.Version)))
	}
	if at.After(c.Seen) {
		c.Seen = at
	}
}

// finish gives the computers their names, and carries out what the caller
// states.
func (s *scan) finish() {
	s.file = ""
	known := map[string]time.Time{}
	for i := range s.batch.Computers {
		c := &s.batch.Computers[i]
		if called := s.names[c.ID]; called != "" {
			c.ID = called
		}
		known[c.ID] = c.Seen
	}
	for i := range s.batch.Vulnerabilities {
		v := &s.batch.Vulnerabilities[i]
		if called := s.names[v.Asset]; called != "" {
			v.Asset = called
		}
	}
	for _, c := range s.options.Complete {
		if c.AssetType != finding.AssetComputer {
			continue
		}
		seen, listed := known[c.Asset]
		if !listed {
			c.Asset = reader.Computer(c.Asset)
			seen, listed = known[c.Asset]
		}
		for _, t := range []time.Time{seen, s.options.Taken} {
			if c.At.IsZero() {
				c.At = t
			}
		}
		switch {
		case s.more:
			s.skip(c.Asset, "not taken as complete: an answer has a next page")
		case !listed && s.answers == 0:
			s.skip(c.Asset, "not taken as complete: the output doesn't name it")
		case c.At.IsZero():
			s.skip(c.Asset, "not taken as complete: nobody says when")
		default:
			s.batch.Complete = append(s.batch.Complete, c)
		}
	}
}
