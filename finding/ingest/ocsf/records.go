package ocsf

import (
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

type device struct {
	Hostname   reader.Text  `json:"hostname"`
	Name       reader.Text  `json:"name"`
	UID        reader.Text  `json:"uid"`
	IP         reader.Text  `json:"ip"`
	OS         many[system] `json:"os"`
	LastSeen   reader.Text  `json:"last_seen_time"`
	LastSeenDT reader.Text  `json:"last_seen_time_dt"`
}

type system struct {
	Name    reader.Text `json:"name"`
	Type    reader.Text `json:"type"`
	Version reader.Text `json:"version"`
}

func (d device) name() string {
	return reader.First(string(d.Hostname), string(d.Name), string(d.UID), string(d.IP))
}

func (d device) os() string {
	os := d.OS.first()
	name := reader.First(string(os.Name), string(os.Type))
	if strings.Contains(name, string(os.Version)) {
		return name
	}
	return strings.TrimSpace(name + " " + string(os.Version))
}

type resource struct {
	Hostname reader.Text `json:"hostname"`
	Name     reader.Text `json:"name"`
	UID      reader.Text `json:"uid"`
	Type     reader.Text `json:"type"`
	IP       reader.Text `json:"ip"`
}

// assets lists what the event's findings are on, each once.
func (e *event) assets(o reader.Options) []asset {
	if r := e.Resources.first(); e.own() && r.Name != "" {
		kind := finding.AssetComputer
		if r.Type == "website" {
			kind = finding.AssetWebsite
		}
		return []asset{{kind, string(r.Name)}}
	}
	if id := reader.Computer(e.Device.first().name()); id != "" {
		return []asset{{finding.AssetComputer, id}}
	}
	account := e.Cloud.first().Account.first()
	var all []asset
	for _, r := range slices.Concat(e.Resources, e.Resource) {
		kind, id := reader.Resource{Type: string(r.Type), Name: reader.First(string(r.Hostname), string(r.Name)), UID: reader.First(string(r.Hostname), string(r.UID), string(r.IP)),
			Account: reader.First(string(account.UID), string(account.Name))}.Asset()
		if a := (asset{kind, id}); id != "" && !slices.Contains(all, a) {
			all = append(all, a)
		}
	}
	if id := o.Computer(); len(all) == 0 && id != "" {
		return []asset{{finding.AssetComputer, id}}
	}
	return all
}

type vulnerability struct {
	CVE        many[cve]         `json:"cve"`
	Advisory   many[advisory]    `json:"advisory"`
	Title      reader.Text       `json:"title"`
	Desc       reader.Text       `json:"desc"`
	Severity   reader.Text       `json:"severity"`
	CVSS       many[cvss]        `json:"cvss"`
	References words             `json:"references"`
	Packages   many[pkg]         `json:"affected_packages"`
	Older      many[pkg]         `json:"packages"` // of 1.0
	Fix        many[remediation] `json:"remediation"`
}

type advisory struct {
	UID  reader.Text `json:"uid"`
	CVEs many[named] `json:"related_cves"`
}

type cve struct {
	UID        reader.Text `json:"uid"`
	Title      reader.Text `json:"title"`
	CVSS       many[cvss]  `json:"cvss"`
	References words       `json:"references"`
}

type cvss struct {
	Version reader.Text   `json:"version"`
	Base    reader.Number `json:"base_score"`
	Vector  reader.Text   `json:"vector_string"`
}

type pkg struct {
	Name    reader.Text `json:"name"`
	Version reader.Text `json:"version"`
	Fixed   reader.Text `json:"fixed_in_version"`
}

// findings are those of the event, on an asset that is to be named.
func (e *event) findings(o reader.Options) []finding.Vulnerability {
	found := e.Found
	if len(found) == 0 {
		found = many[vulnerability]{{}}
	}
	all := make([]finding.Vulnerability, len(found))
	for i := range found {
		all[i] = e.finding(&found[i], o)
	}
	return all
}

func (e *event) finding(x *vulnerability, o reader.Options) finding.Vulnerability {
	info, score := e.Info[0], x.score()
	v := finding.Vulnerability{
		ID: e.id(x), CVSS: score, Severity: e.severity(x, score), Found: e.found(o), Seen: e.seen(o), Status: e.status(),
		Remedy: reader.First(string(x.Fix.first().Desc), string(e.Fix.first().Desc)),
	}
	if e.own() {
		extra := e.Unmapped.first()
		v.CVSS = reader.Score(score, float64(extra.CVSS))
		v.Title, v.References, v.Fixed, v.Sources = string(x.Title), x.References, reader.Instant(string(extra.Fixed)), info.DataSources
		return v
	}
	v.Title = reader.Shorten(e.title(x, v.ID), 160)
	v.References = reader.Links(strings.Join(slices.Concat(x.References, x.CVE.first().References, x.Fix.first().References, e.Fix.first().References, words{string(info.URL)}), " "))
	if p := x.pkg(); v.Remedy == "" && p.Fixed != "" {
		v.Remedy = "update " + string(p.Name) + " to " + string(p.Fixed)
	}
	v.Remedy = reader.Shorten(v.Remedy, 1000)
	if e.closed() {
		v.Fixed = e.at(o)
	}
	return v
}

func (x *vulnerability) pkg() pkg {
	if len(x.Packages) > 0 {
		return x.Packages[0]
	}
	return x.Older.first()
}

// id is the CVE or advisory, else the rule of the product.
func (e *event) id(x *vulnerability) string {
	a, alias := x.Advisory.first(), ""
	if len(a.CVEs) == 1 && !e.own() { // the CVE is preferred to what else a weakness is called
		alias = string(a.CVEs[0].UID)
	}
	if id := reader.First(string(x.CVE.first().UID), alias, string(a.UID)); id != "" {
		if cves := reader.CVEs(id); len(cves) == 1 && len(cves[0]) == len(id) && !e.own() {
			return cves[0]
		}
		return id
	}
	info := e.Info[0]
	if cves := reader.CVEs(string(x.Title) + " " + string(info.Title)); len(cves) == 1 {
		return cves[0]
	}
	rule := reader.First(string(e.Metadata.first().Code), string(e.Compliance.first().Control), string(info.Analytic.first().UID), string(e.Analytic.first().UID),
		string(info.Analytic.first().Name), strings.Join(info.TypesUID, " "), string(info.UID), string(info.Title))
	if rule == "" || reader.HasMailAddress(rule) {
		return ""
	}
	return reader.First(e.product(), Name) + ":" + rule
}

// title is what the tool calls it. One that holds an address of a person is
// left out.
func (e *event) title(x *vulnerability, id string) string {
	info := e.Info[0]
	text := reader.First(string(x.Title), string(x.CVE.first().Title), string(info.Title), string(x.Desc), string(info.Desc), id)
	if reader.HasMailAddress(text) {
		text = id
	}
	if p := x.pkg(); p.Name != "" {
		text += " (" + strings.TrimSpace(string(p.Name+" "+p.Version)) + ")"
	}
	return text
}

// score is that of CVSS 3, else 4, else any.
func (x *vulnerability) score() float64 {
	all := slices.Concat(x.CVE.first().CVSS, x.CVSS)
	for _, version := range []string{"3", "4", ""} {
		for _, c := range all {
			if !strings.HasPrefix(string(c.Version), version) {
				continue
			}
			vector, _ := reader.CVSS(string(c.Vector)) // what is no vector scores 0
			if score := reader.Score(float64(c.Base), vector); score > 0 {
				return score
			}
		}
	}
	return 0
}

// severities are those that severity_id stands for, from 1.
var severities = []finding.Severity{finding.SeverityNone, finding.SeverityLow, finding.SeverityMedium, finding.SeverityHigh, finding.SeverityCritical, finding.SeverityCritical}

func (e *event) severity(x *vulnerability, score float64) finding.Severity {
	number := finding.SeverityUnknown
	if i := int(e.SeverityID); i >= 1 && i <= len(severities) {
		number = severities[i-1]
	}
	if e.own() {
		return number
	}
	if s, ok := reader.Severity(string(x.Severity)); ok && s != finding.SeverityUnknown {
		return s
	}
	if number != finding.SeverityUnknown {
		return number
	}
	if strings.EqualFold(string(e.Severity), "fatal") {
		return finding.SeverityCritical
	}
	return reader.Rated(string(e.Severity), score)
}
