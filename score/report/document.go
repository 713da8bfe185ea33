package report

// Document is a report as plain texts, for those who set it in a format of
// their own, as package paper does. No text in it holds a control or
// bidirectional character; each is still to be escaped for its format.
type Document struct {
	Language   string // nl or en
	Question   string
	Heading    []string // company, month, norm
	Verdict    string
	Remarks    []string // sentences that qualify the verdict
	Good       bool     // the month counts
	ScoreLabel string
	Score      string    // as shown; "–" if there is none
	Points     int       // the score in points, for a bar; 0 if there is none
	Threshold  int       // points
	Sections   []Section // in order
	About      string    // heading of the foot
	Foot       []string
}

// Section is a part of a report under a title.
type Section struct {
	ID     string // way, first, earned, open, unmeasured, waivers, points, trend, tips or dropped
	Title  string
	Said   []string // sentences
	N, Of  int      // steps taken, of those needed; 0 of 0: none to be drawn
	Head   []string // of the table; nil: it has none
	Rows   [][]Cell
	Total  []string // the last row; nil: none
	Groups []Group  // of tips
}

// Cell is a text and what is said about it in smaller print.
type Cell struct {
	Text  string
	Notes []string
}

// Group is advice for one audience.
type Group struct {
	Audience string
	Items    []string
}

// Document gives the report as plain texts.
func (r *Report) Document() Document {
	v := view{r}
	d := Document{Language: r.language, Question: r.asked(), Heading: r.heading, Verdict: r.verdict(), Remarks: r.remarks,
		Good: v.Good(), ScoreLabel: r.scoreLabel, Score: v.Score(), Points: v.Gauge(), Threshold: v.Mark(), About: r.texts.about, Foot: r.foot}
	for i := range r.sections {
		d.Sections = append(d.Sections, r.sections[i].plain())
	}
	return d
}

func (s *section) plain() Section {
	p := Section{ID: s.id, Title: s.title, Said: s.said}
	if s.steps != nil {
		p.N, p.Of = s.steps.n, s.steps.of
	}
	if s.table != nil {
		p.Head, p.Total = s.table.head, s.table.total
		for _, row := range s.table.rows {
			var cells []Cell
			for _, c := range row.cells {
				cells = append(cells, Cell{c.text, c.notes})
			}
			p.Rows = append(p.Rows, cells)
		}
	}
	for _, t := range s.tips {
		p.Groups = append(p.Groups, Group{t.audience, t.items})
	}
	return p
}
