package main

import (
	"context"
	"encoding/json"
	"fmt"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// An engine judges months by criteria for which it was prepared.
type engine struct {
	name string
	// hold gives the month in the form that the engine judges; that is not timed.
	hold func(m *finding.Month, d *document) any
	// judge puts the outcomes of what was held into out.
	judge func(held any, out []outcome) error
	// read judges a month document; nil: by encoding/json, hold and judge.
	read func(text []byte, out []outcome) error
}

// ours is how many of the engines, the first, hold months in little memory.
const ours = 5

// engines are all contestants, hand-written Go first.
func engines(all []criterion, eight bool) ([]engine, error) {
	es := []engine{strings8(all, eight), rowsEngine(all, eight)}
	for _, prepare := range []func([]criterion, bool) (engine, error){packed, library, libraryCard, celEngine, exprEngine, opaEngine} {
		e, err := prepare(all, eight)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		es = append(es, e)
	}
	for i := range es {
		if e := &es[i]; e.read == nil {
			e.read = byEncodingJSON(*e)
		}
	}
	return es, nil
}

func byEncodingJSON(e engine) func([]byte, []outcome) error {
	return func(text []byte, out []outcome) error {
		var d document
		if err := json.Unmarshal(text, &d); err != nil {
			return err
		}
		return e.judge(e.hold(nil, &d), out)
	}
}

func strings8(all []criterion, eight bool) engine {
	return engine{
		name: "Go by hand, structs of texts",
		hold: func(_ *finding.Month, d *document) any { return d },
		judge: func(held any, out []outcome) error {
			if eight {
				byHand(held.(*document), out)
			} else {
				byHandMany(held.(*document), all, out)
			}
			return nil
		},
	}
}

func rowsEngine(all []criterion, eight bool) engine {
	return engine{
		name: "Go by hand, packed rows",
		hold: func(_ *finding.Month, d *document) any { return pack(d) },
		judge: func(held any, out []outcome) error {
			if eight {
				held.(*rows).judge(out)
			} else {
				held.(*rows).judgeMany(all, out)
			}
			return nil
		},
	}
}

// loaded is the reference norm itself, or one of the criteria.
func loaded(all []criterion, eight bool) (*norm.Norm, error) {
	if eight {
		return cyberkeurmerk.Norm()
	}
	return norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(normYAML(all))}}, "norm.yaml")
}

// packed is the library on months that were packed beforehand, without
// evidence: what is left is the judging itself.
func packed(all []criterion, eight bool) (engine, error) {
	n, err := loaded(all, eight)
	var decoder finding.Decoder
	judge := func(p *norm.Packed, out []outcome) error {
		verdicts, err := n.JudgePacked(context.Background(), p, 0)
		for i := range verdicts {
			out[i] = outcomeOf(verdicts[i].Outcome)
		}
		return err
	}
	return engine{
		name: "Keurmerk, packed month, no evidence",
		hold: func(m *finding.Month, _ *document) any {
			p, err := norm.Pack(m)
			if err != nil {
				panic(err) // the generator's own fault
			}
			return p
		},
		judge: func(held any, out []outcome) error { return judge(held.(*norm.Packed), out) },
		read: func(text []byte, out []outcome) error {
			m, err := decoder.Decode(text)
			if err != nil {
				return err
			}
			p, err := norm.Pack(m)
			if err != nil {
				return err
			}
			return judge(p, out)
		},
	}, err
}

func library(all []criterion, eight bool) (engine, error) {
	n, err := loaded(all, eight)
	var decoder finding.Decoder
	return engine{
		name: "Keurmerk, verdicts with evidence",
		hold: func(m *finding.Month, _ *document) any { return m },
		judge: func(held any, out []outcome) error {
			verdicts, err := n.Judge(context.Background(), held.(*finding.Month))
			for i := range verdicts {
				out[i] = outcomeOf(verdicts[i].Outcome)
			}
			return err
		},
		read: func(text []byte, out []outcome) error {
			m, err := decoder.Decode(text)
			if err != nil {
				return err
			}
			verdicts, err := n.Judge(context.Background(), m)
			for i := range verdicts {
				out[i] = outcomeOf(verdicts[i].Outcome)
			}
			return err
		},
	}, err
}

// libraryCard does more than judge: the card has the digest of the findings.
func libraryCard(all []criterion, eight bool) (engine, error) {
	n, err := loaded(all, eight)
	var decoder finding.Decoder
	judge := func(m *finding.Month, out []outcome) error {
		card, err := score.Judge(context.Background(), n, m)
		if err != nil {
			return err
		}
		for i := range card.Criteria {
			out[i] = outcomeOf(card.Criteria[i].Outcome)
		}
		return nil
	}
	return engine{
		name:  "Keurmerk, whole card",
		hold:  func(m *finding.Month, _ *document) any { return m },
		judge: func(held any, out []outcome) error { return judge(held.(*finding.Month), out) },
		read: func(text []byte, out []outcome) error {
			m, err := decoder.Decode(text)
			if err != nil {
				return err
			}
			return judge(m, out)
		},
	}, err
}

func outcomeOf(o ruling.Outcome) outcome {
	switch o {
	case ruling.Met:
		return met
	case ruling.Unmet:
		return unmet
	}
	return unknown
}
