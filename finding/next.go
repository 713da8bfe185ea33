package finding

import (
	"maps"
	"slices"
	"time"
)

// Next starts the following month. Assets, employees, questionnaires, courses
// and custom records carry over, and so do vulnerabilities that are still
// open or that people decided to accept. What was fixed, retired or left
// before the following month's start stays behind, and with a retired asset
// its vulnerabilities; test mails belong to their own month.
//
// The error is that of [Month.Normal].
func (m *Month) Next() (*Month, error) {
	n, err := m.Normal()
	if err != nil {
		return nil, err
	}
	p, err := n.Period()
	if err != nil {
		return nil, err
	}
	gone := map[asset]bool{}
	stays := func(kind AssetType, id string, retired time.Time) bool {
		if !p.Before(retired) {
			return true
		}
		gone[asset{kind, id}] = true
		return false
	}
	next := &Month{Company: n.Company, Month: n.Month + 1, Zone: n.Zone}
	next.Websites = keep(n.Websites, func(w *Website) bool { return stays(AssetWebsite, w.ID, w.Retired) })
	next.Computers = keep(n.Computers, func(c *Computer) bool { return stays(AssetComputer, c.ID, c.Retired) })
	next.Vulnerabilities = keep(n.Vulnerabilities, func(v *Vulnerability) bool {
		return !v.isFixed(p) && !gone[asset{v.AssetType, v.Asset}]
	})
	next.Employees = keep(n.Employees, func(e *Employee) bool { return !p.Before(e.Left) })
	next.Questionnaires = slices.Clone(n.Questionnaires)
	next.Courses = slices.Clone(n.Courses)
	next.Custom = maps.Clone(n.Custom)
	for name, records := range next.Custom {
		next.Custom[name] = slices.Clone(records)
	}
	return next, nil
}
