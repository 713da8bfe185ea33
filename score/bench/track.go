package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// tracked measures what a changed finding costs a month of which the card is
// followed: one vulnerability is found again or fixed, and the verdicts, or the
// card, are asked for.
func tracked(w io.Writer, sizes []int, rounds int, b budget) error {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n### one finding changes, 8 criteria\n\n| records | | CPU | spread | wall | allocs | bytes |\n|--:|---|--:|--:|--:|--:|--:|\n")
	for _, records := range sizes {
		m := company(1, records, true)
		verdicts, err := n.Track(m)
		if err != nil {
			return err
		}
		cards, err := score.Track(n, m)
		if err != nil {
			return err
		}
		changes := foundAndFixed(m)
		if err := checkTracked(n, cards, changes[:]); err != nil {
			return err
		}
		runs := []*run{
			{name: "the change taken in, verdicts", judge: func(i int) error {
				if err := verdicts.Put(changes[i%2]); err != nil {
					return err
				}
				_, err := verdicts.Judge(context.Background())
				return err
			}},
			{name: "the change taken in, card", judge: func(i int) error {
				if err := cards.Put(changes[i%2]); err != nil {
					return err
				}
				_, err := cards.Card(context.Background())
				return err
			}},
		}
		if err := measure(runs, rounds, b); err != nil {
			return err
		}
		for _, r := range runs {
			fmt.Fprintf(w, "| %d | %s | %s | %s | %s | %s | %s |\n", records, r.name, short(r.median(cpu)), r.spread(cpu), short(r.median(wall)), count(r.median(allocs)), count(r.median(size)))
		}
	}
	return nil
}

// foundAndFixed are two parts of a month: a critical vulnerability of its
// first computer, open and fixed.
func foundAndFixed(m *finding.Month) [2]*finding.Month {
	part := func(fixed time.Time) *finding.Month {
		return &finding.Month{Company: finding.Company{ID: m.Company.ID}, Month: m.Month, Zone: m.Zone, Vulnerabilities: []finding.Vulnerability{
			{ID: "CVE-2026-999999", AssetType: finding.AssetComputer, Asset: m.Computers[0].ID, Severity: finding.SeverityCritical, Found: foundOn, Seen: seenOn, Fixed: fixed}}}
	}
	return [2]*finding.Month{part(time.Time{}), part(fixedOn)}
}

// checkTracked holds the tracker's outcomes against those of the whole month
// judged anew.
func checkTracked(n *norm.Norm, t *score.Tracker, changes []*finding.Month) error {
	for i, want := range []ruling.Outcome{ruling.Unmet, ruling.Met} {
		if err := t.Put(changes[i]); err != nil {
			return err
		}
		card, err := t.Card(context.Background())
		if err != nil {
			return err
		}
		anew, err := score.Judge(context.Background(), n, t.Month())
		if err != nil {
			return err
		}
		for k := range card.Criteria {
			if card.Criteria[k].Outcome != anew.Criteria[k].Outcome || k == 6 && card.Criteria[k].Outcome != want {
				return fmt.Errorf("criterion %d: %v tracked, %v anew", k, card.Criteria[k].Outcome, anew.Criteria[k].Outcome)
			}
		}
	}
	return nil
}
