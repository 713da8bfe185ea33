package finding

func (f *fast) employee(e *Employee) {
	f.object(employeeMembers, func(i int) {
		switch i {
		case 0:
			e.ID = f.text()
		case 1:
			e.Enrolled = f.instant()
		case 2:
			e.Left = f.instant()
		}
	})
}

func (f *fast) questionnaire(q *Questionnaire) {
	f.object(questionnaireMembers, func(i int) {
		switch i {
		case 0:
			q.ID = f.text()
		case 1:
			q.Employee = f.text()
		case 2:
			q.Completed = f.instant()
		case 3:
			q.Score = f.whole(100)
		}
	})
}

func (f *fast) course(c *Course) {
	f.object(courseMembers, func(i int) {
		switch i {
		case 0:
			c.ID = f.text()
		case 1:
			c.Employee = f.text()
		case 2:
			c.Offered = f.instant()
		case 3:
			c.Completed = f.instant()
		}
	})
}

func (f *fast) phishing(p *Phishing) {
	f.object(phishingMembers, func(i int) {
		switch i {
		case 0:
			p.ID = f.text()
		case 1:
			p.Employee = f.text()
		case 2:
			p.Sent = f.instant()
		case 3:
			p.Outcome = fastWord[PhishingOutcome](f, phishingQuoted)
		}
	})
}

// custom reads the lists of types that the norm declares.
func (f *fast) custom(m *Month) {
	m.Custom = map[string][]Custom{}
	f.free(func(name string) bool {
		if _, twice := m.Custom[name]; twice {
			return false
		}
		m.Custom[name] = fastList(f, new([]Custom), (*fast).customRecord)
		return true
	})
}

func (f *fast) customRecord(r *Custom) {
	r.Fields = map[string]Value{}
	id := false
	f.free(func(name string) bool {
		_, twice := r.Fields[name]
		switch {
		case twice, name == "id" && id:
			return false
		case name == "id":
			r.ID, id = f.text(), true
		default:
			r.Fields[name] = f.customValue()
		}
		return true
	})
}

func (f *fast) customValue() Value {
	switch f.Peek() {
	case '"':
		return TextValue(f.text())
	case 't', 'f':
		return BoolValue(f.Bool())
	}
	return NumberValue(f.Whole())
}

// free reads an object whose names are not known beforehand; read is false if
// the name has come before.
func (f *fast) free(read func(name string) bool) {
	if !f.Open('{') {
		return
	}
	for n := 0; ; n++ {
		name, ok := f.Name(n)
		if !ok {
			return
		}
		if !read(f.texts.Keep(name)) {
			f.Refuse()
			return
		}
	}
}
