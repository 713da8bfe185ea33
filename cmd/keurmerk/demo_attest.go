package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/replay"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// demoKey is a key of the example scheme. Everyone can make it, so what it
// signs is worth nothing outside the demonstration; the documents come out the
// same each time.
func demoKey(role string) *attest.PrivateKey {
	return attest.KeyFromSeed(sha256.Sum256([]byte("keurmerk demonstration, not secret: " + role)))
}

const (
	demoScheme = "demo.example"
	demoList   = "demo.example/status/1"
)

// demoRoot is the trust root that the example's insurer has pinned.
func demoRoot() *attest.Root {
	root := &attest.Root{Issued: attest.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), Scheme: demoScheme, Version: 1,
		Thresholds: attest.Thresholds{Certify: 1, Root: 2, Score: 1, Status: 1}}
	for name, role := range map[string]attest.Role{"root 1": attest.RoleRoot, "root 2": attest.RoleRoot, "root 3": attest.RoleRoot,
		"score": attest.RoleScore, "certify": attest.RoleCertify, "status": attest.RoleStatus} {
		key := demoKey(name).Public()
		key.Roles, key.ValidFrom = []attest.Role{role}, root.Issued
		key.ValidUntil = attest.At(root.Issued.AddDate(2, 0, 0))
		root.Keys = append(root.Keys, key)
	}
	root.Sort()
	return root
}

// signed are the documents with which the example ends.
type signed struct{ bundle, root []byte }

// attest signs a scorecard for each month, a certificate and a status list at
// the instant at which the mark was earned.
func (d *demo) attest(ctx context.Context) (*signed, error) {
	var chain attest.Series
	var series []*attest.Envelope
	for i, m := range d.months {
		period, err := m.Period()
		if err != nil {
			return nil, err
		}
		coverage, err := attest.CoverageOf(m)
		if err != nil {
			return nil, err
		}
		judged := d.entries[i+1].Recorded // behind the enrolment
		statement, err := attest.CardStatement(d.cards[i], coverage, attest.At(period.End), attest.At(judged), chain.Next(m.Month))
		if err != nil {
			return nil, err
		}
		e, err := attest.Sign(ctx, statement, demoKey("score"))
		if err != nil {
			return nil, err
		}
		if err := chain.Append(e); err != nil {
			return nil, err
		}
		series = append(series, e)
	}
	return d.bundle(ctx, series)
}

// bundle signs what rests on the scorecards, and the root.
func (d *demo) bundle(ctx context.Context, series []*attest.Envelope) (*signed, error) {
	award, err := attest.AwardOf(d.norm.Certification(), d.timeline, series)
	if err != nil {
		return nil, err
	}
	award.Serial, award.Status = "2026-1", attest.StatusRef{List: demoList, MaxAge: 7 * 24 * 3600}
	statement, err := attest.NewCertificate(award)
	if err != nil {
		return nil, err
	}
	certificate, err := attest.Sign(ctx, statement, demoKey("certify"))
	if err != nil {
		return nil, err
	}
	entry, err := attest.FirstEntry(certificate)
	if err != nil {
		return nil, err
	}
	issued := attest.At(d.timeline.AsOf)
	list := &attest.StatusList{Entries: []attest.StatusEntry{entry}, Issued: issued, List: demoList, NextUpdate: attest.At(issued.AddDate(0, 0, 7)), Sequence: 1}
	status, err := attest.Sign(ctx, list, demoKey("status"))
	if err != nil {
		return nil, err
	}
	b, err := attest.BundleOf(certificate, series, status)
	if err != nil {
		return nil, err
	}
	root, err := attest.Sign(ctx, demoRoot(), demoKey("root 1"), demoKey("root 2"))
	if err != nil {
		return nil, err
	}
	return newSigned(b, root)
}

func newSigned(b *attest.Bundle, root *attest.Envelope) (*signed, error) {
	bundle, err := b.JSON()
	if err != nil {
		return nil, err
	}
	text, err := root.JSON()
	return &signed{append(bundle, '\n'), append(text, '\n')}, err
}

// verify does what the insurer does with the documents, and shows it.
func (d *demo) verify(ctx context.Context, s *signed) error {
	root, err := attest.OpenRoot(s.root)
	if err != nil {
		return err
	}
	trust := &attest.Trust{Root: root, Company: d.company.ID, Norms: []attest.Norm{replay.Norm(d.norm)},
		Replay: replay.Of(ctx, []*norm.Norm{d.norm}, d.months)}
	report, err := attest.Verify(s.bundle, trust, d.timeline.AsOf)
	if err != nil {
		return err
	}
	fmt.Fprintln(d.out)
	return d.writeReport(report, "text")
}
