package main

// What the other engines judge: the document with what the criteria derive
// already worked out, which is not counted as their time. It is the form that
// suits each of them best.

type factDocument struct {
	Company         factCompany
	Websites        []*factAsset
	Computers       []*factAsset
	Vulnerabilities []*factVulnerability
	Employees       []*factEmployee
	Questionnaires  []*factQuestionnaire
	Courses         []*factCourse
}

type factCompany struct{ Active bool }

type factAsset struct {
	ID            string
	Active, Fresh bool
}

type factVulnerability struct {
	ID, AssetType, Asset string
	Rank, DaysOpen       int
	Open                 bool
}

type factEmployee struct {
	ID     string
	Active bool
}

type factQuestionnaire struct {
	ID    string
	Done  bool
	Score int
}

type factCourse struct {
	ID          string
	DaysOffered int // very many if nobody knows
}

const never = 1 << 30 // days

func derive(d *document) *factDocument {
	f := &factDocument{Company: factCompany{before(d.Company.Enrolled)}}
	for i := range d.Websites {
		w := &d.Websites[i]
		f.Websites = append(f.Websites, &factAsset{w.ID, !before(w.Retired), fresh(w.Scanned)})
	}
	for i := range d.Computers {
		c := &d.Computers[i]
		f.Computers = append(f.Computers, &factAsset{c.ID, !before(c.Retired), fresh(c.Seen)})
	}
	for i := range d.Vulnerabilities {
		v := &d.Vulnerabilities[i]
		f.Vulnerabilities = append(f.Vulnerabilities, &factVulnerability{v.ID, v.AssetType, v.Asset, rank(v.Severity), v.daysOpen(), v.open()})
	}
	for i := range d.Employees {
		e := &d.Employees[i]
		f.Employees = append(f.Employees, &factEmployee{e.ID, before(e.Enrolled) && !before(e.Left)})
	}
	for i := range d.Questionnaires {
		q := &d.Questionnaires[i]
		f.Questionnaires = append(f.Questionnaires, &factQuestionnaire{q.ID, before(q.Completed), q.Score})
	}
	for i := range d.Courses {
		c := &d.Courses[i]
		days := never
		if !c.Offered.IsZero() {
			days = int(period.End.Sub(c.Offered) / day)
		}
		f.Courses = append(f.Courses, &factCourse{c.ID, days})
	}
	return f
}
