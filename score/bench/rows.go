package main

import "github.com/cyberkeurmerk/keurmerk/finding"

// The least that the criteria need of a month: packed rows with everything
// derived already. No engine that starts from a document can be faster than a
// loop over these; it shows how much of the time is the data's and how much
// the engine's.
type rows struct {
	enrolled        bool
	websites        []flags
	computers       []flags
	vulnerabilities []row
	employees       []bool // active
	questionnaires  []filled
	courses         []int32 // days since the offer
}

type flags struct{ active, fresh bool }

type row struct {
	asset    finding.AssetType
	rank     uint8
	open     bool
	daysOpen int32
}

type filled struct {
	done  bool
	score uint8
}

// pack packs a document that encoding/json read.
func pack(d *document) *rows {
	r := &rows{enrolled: before(d.Company.Enrolled)}
	for i := range d.Websites {
		w := &d.Websites[i]
		r.websites = append(r.websites, flags{!before(w.Retired), fresh(w.Scanned)})
	}
	for i := range d.Computers {
		c := &d.Computers[i]
		r.computers = append(r.computers, flags{!before(c.Retired), fresh(c.Seen)})
	}
	for i := range d.Vulnerabilities {
		v := &d.Vulnerabilities[i]
		asset := finding.AssetComputer
		if v.AssetType == "website" {
			asset = finding.AssetWebsite
		}
		r.vulnerabilities = append(r.vulnerabilities, row{asset, uint8(rank(v.Severity)), v.open(), int32(v.daysOpen())})
	}
	for i := range d.Employees {
		e := &d.Employees[i]
		r.employees = append(r.employees, before(e.Enrolled) && !before(e.Left))
	}
	for i := range d.Questionnaires {
		q := &d.Questionnaires[i]
		r.questionnaires = append(r.questionnaires, filled{before(q.Completed), uint8(q.Score)})
	}
	for i := range d.Courses {
		if c := &d.Courses[i]; !c.Offered.IsZero() {
			r.courses = append(r.courses, int32(period.End.Sub(c.Offered)/day))
		}
	}
	return r
}

// scanned counts what is active, and what of it is fresh.
func scanned(list []flags) (active, fresh int) {
	for _, f := range list {
		if f.active {
			active++
			if f.fresh {
				fresh++
			}
		}
	}
	return active, fresh
}

// judge is [byHand] over rows.
func (r *rows) judge(out []outcome) {
	sites, scannedSites := scanned(r.websites)
	active, seen := scanned(r.computers)
	var worst [3]uint8 // by asset type
	for _, v := range r.vulnerabilities {
		if v.open && v.rank > worst[v.asset] {
			worst[v.asset] = v.rank
			if worst[finding.AssetWebsite] >= 3 && worst[finding.AssetComputer] >= 3 {
				break
			}
		}
	}
	siteKnown := sites > 0 && scannedSites == sites
	out[0] = measured(siteKnown, worst[finding.AssetWebsite] < 3)
	out[1] = measured(true, r.enrolled)
	out[2] = measured(true, seen > 5)
	out[3] = measured(true, r.people() > 5)
	out[4] = measured(r.questioned(70))
	out[5] = measured(siteKnown, worst[finding.AssetWebsite] < 1)
	out[6] = measured(active > 0 && seen*100 >= active*90, worst[finding.AssetComputer] < 3)
	out[7] = measured(true, r.offered(365))
}

// judgeMany is [byHandMany] over rows.
func (r *rows) judgeMany(all []criterion, out []outcome) {
	sites, scannedSites := scanned(r.websites)
	active, seen := scanned(r.computers)
	siteKnown, computerKnown := sites > 0 && scannedSites == sites, active > 0 && seen*100 >= active*90
	for i, c := range all {
		switch c.kind {
		case none:
			asset, known := finding.AssetWebsite, siteKnown
			if c.asset == "computer" {
				asset, known = finding.AssetComputer, computerKnown
			}
			out[i] = measured(known, !r.stands(asset, uint8(c.severity), int32(c.days)))
		case enrolled:
			out[i] = measured(true, r.enrolled)
		case computers:
			out[i] = measured(true, seen > c.more)
		case employees:
			out[i] = measured(true, r.people() > c.more)
		case questionnaire:
			out[i] = measured(r.questioned(c.score))
		case offered:
			out[i] = measured(true, r.offered(c.days))
		}
	}
}

func (r *rows) stands(asset finding.AssetType, rank uint8, days int32) bool {
	for _, v := range r.vulnerabilities {
		if v.asset == asset && v.rank >= rank && v.open && v.daysOpen >= days {
			return true
		}
	}
	return false
}

func (r *rows) people() int {
	n := 0
	for _, active := range r.employees {
		if active {
			n++
		}
	}
	return n
}

func (r *rows) questioned(score int) (done, good bool) {
	good = true
	for _, q := range r.questionnaires {
		if q.done {
			done, good = true, good && int(q.score) >= score
		}
	}
	return done, good
}

func (r *rows) offered(days int) bool {
	for _, ago := range r.courses {
		if int(ago) <= days {
			return true
		}
	}
	return false
}
