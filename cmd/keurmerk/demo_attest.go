package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
	"github.com/cyberkeurmerk/keurmerk/certify/attest/publiclog"
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

// demoLog is the example's public log with the two insurers that watch it.
type demoLog struct {
	log       *publiclog.Log
	witnesses []*publiclog.Witness
	proofs    map[string]string // by digest of the statement
	reference string
	cards     []*attest.Envelope
}

func newDemoLog() (*demoLog, error) {
	key := demoKey("log")
	l, err := publiclog.New("log."+demoScheme, key, key.Public(), &publiclog.Memory{})
	if err != nil {
		return nil, err
	}
	d := &demoLog{log: l, proofs: map[string]string{}}
	for _, name := range []string{"insurer-1." + demoScheme, "insurer-2." + demoScheme} {
		key := demoKey(name)
		w, err := publiclog.NewWitness(name, key, key.Public(), l.Key(), "")
		if err != nil {
			return nil, err
		}
		d.witnesses = append(d.witnesses, w)
	}
	return d, nil
}

// policy is what the root says of the log.
func (d *demoLog) policy() *attest.LogPolicy {
	p := &attest.LogPolicy{Key: d.log.Key(), MaxDelay: 24 * 3600, Quorum: len(d.witnesses)}
	for _, w := range d.witnesses {
		p.Witnesses = append(p.Witnesses, w.Key())
	}
	return p
}

// add puts a statement into the log, where the witnesses see it at the time.
func (d *demoLog) add(ctx context.Context, e *attest.Envelope, at time.Time) error {
	entry, err := attest.EntryOf(e, []byte("demonstration, not secret"), d.cards)
	if err != nil {
		return err
	}
	if entry.Kind == "scorecard" {
		d.cards, d.reference = append(d.cards, e), entry.Company
	}
	index, err := d.log.Append(entry)
	if err != nil {
		return err
	}
	head, err := d.log.Checkpoint(ctx)
	if err != nil {
		return err
	}
	for _, w := range d.witnesses {
		continued, err := d.log.Extension(w.Size(), head)
		if err != nil {
			return err
		}
		if head, err = w.Cosign(ctx, head, continued, at); err != nil {
			return err
		}
	}
	proof, err := d.log.Prove(index, head)
	if err == nil {
		d.proofs[e.Digest()] = proof.Text()
	}
	return err
}

// signed are the documents with which the example ends.
type signed struct{ bundle, root []byte }

// attest signs a scorecard for each month, a certificate and a status list at
// the instant at which the mark was earned.
func (d *demo) attest(ctx context.Context) (*signed, error) {
	log, err := newDemoLog()
	if err != nil {
		return nil, err
	}
	var chain attest.Series
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
		if err := log.add(ctx, e, judged); err != nil {
			return nil, err
		}
	}
	return d.bundle(ctx, log)
}

// bundle signs what rests on the scorecards, and the root.
func (d *demo) bundle(ctx context.Context, log *demoLog) (*signed, error) {
	award, err := attest.AwardOf(d.norm.Certification(), d.timeline, log.cards)
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
	for _, e := range []*attest.Envelope{certificate, status} {
		if err := log.add(ctx, e, d.timeline.AsOf); err != nil {
			return nil, err
		}
	}
	b, err := attest.BundleOf(certificate, log.cards, status)
	if err != nil {
		return nil, err
	}
	if err := b.Prove(log.reference, log.proofs); err != nil {
		return nil, err
	}
	pinned := demoRoot()
	pinned.Log = log.policy()
	root, err := attest.Sign(ctx, pinned, demoKey("root 1"), demoKey("root 2"))
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
