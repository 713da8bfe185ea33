package attest

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// An honest bundle verifies, with and without a log, and says what it can't
// show.
func TestHonest(t *testing.T) {
	s := newScheme(t)
	report, err := s.verify()
	require.NoError(t, err)
	require.True(t, report.Valid)
	require.Len(t, report.Steps, Steps)
	for _, step := range report.Steps {
		want := Pass
		if step.Step == StepReplay || step.Step == StepLog {
			want = Skipped
		}
		require.Equal(t, want, step.Result, "%v: %s", step.Step, step.Reason)
		require.NotEmpty(t, step.Reason)
	}
	require.Equal(t, Valid, report.Status)
	require.Equal(t, "arithmetic", report.Replay)
	require.Len(t, report.Open, 5)

	s = newScheme(t)
	s.withLog()
	report, err = s.verify()
	require.NoError(t, err)
	require.Equal(t, Pass, report.Steps[StepLog-1].Result)
	require.NotContains(t, report.Open[1], "witness")
}

// The report is the JSON that programs rely on.
func TestReportJSON(t *testing.T) {
	report, err := newScheme(t).verify()
	require.NoError(t, err)
	text, err := json.Marshal(report)
	require.NoError(t, err)
	var out struct {
		Valid bool
		AsOf  time.Time
		Steps []struct{ Step, Result, Reason string }
	}
	require.NoError(t, json.Unmarshal(text, &out))
	require.True(t, out.Valid)
	require.Equal(t, "signature", out.Steps[1].Step)
	require.Equal(t, "pass", out.Steps[1].Result)
}

// What honest issuers do besides the plain case is accepted.
func TestHonestVariants(t *testing.T) {
	month := func(m time.Month) finding.YearMonth { return finding.MonthOf(2026, m) }
	for name, do := range map[string]func(*scheme){
		"two keys where two are asked for": func(s *scheme) {
			s.key("certify-2", RoleCertify)
			s.last().Thresholds.Certify = 2
			s.signers["cert"] = []Signer{named("certify"), named("certify-2")}
		},
		"more keys than asked for": func(s *scheme) {
			s.key("certify-2", RoleCertify)
			s.signers["cert"] = []Signer{named("certify"), named("certify-2")}
		},
		"a root that follows": func(s *scheme) {
			s.rotate()
			s.key("certify-2", RoleCertify)
			s.signers["cert"] = []Signer{named("certify-2")}
		},
		"new root keys, signed by both": func(s *scheme) {
			r := s.rotate()
			r.Keys = slices.DeleteFunc(r.Keys, func(k Key) bool { return k.KeyID == named("root-a").id || k.KeyID == named("root-b").id })
			s.key("root-d", RoleRoot)
			s.signers["root1"] = []Signer{named("root-a"), named("root-b"), named("root-c"), named("root-d")}
		},
		"a key at the first and the last instant of its window": func(s *scheme) {
			s.of("certify").ValidFrom = s.cert.Predicate.ValidFrom
			s.of("certify").ValidUntil = At(s.cert.Predicate.ValidFrom.Add(time.Second))
		},
		"a key without an end":              func(s *scheme) { s.of("certify").ValidUntil = Instant{} },
		"a key revoked after it signed":     func(s *scheme) { s.of("certify").RevokedAt = At(s.cert.Predicate.ValidFrom.Add(time.Second)) },
		"the months that the insurer wants": func(s *scheme) { s.trust.Months = slices.Clone(s.cert.Predicate.Months) },
		"any company":                       func(s *scheme) { s.trust.Company, s.trust.AnyCompany = "", true },
		"an excused month": func(s *scheme) {
			s.without(2)
			s.trust.Excused = []finding.YearMonth{month(7)}
		},
		"six of seven": func(s *scheme) {
			s.without(2)
			s.trust.Norms[0].Terms.Of = 7
			s.cert.Predicate.Terms = s.trust.Norms[0].Terms.For(TermFirst)
		},
		"a run after the mark was lost": func(s *scheme) { s.cert.Predicate.Terms = testNorm.Terms.For(TermReEarned) },
		"a term renewed": func(s *scheme) {
			s.trust.Norms[0].Terms.Renew = 4
			s.cert.Predicate.Terms = s.trust.Norms[0].Terms.For(TermRenewed)
		},
		"an open-ended term": func(s *scheme) {
			s.trust.Norms[0].Terms.Validity = 0
			s.cert.Predicate.Terms = s.trust.Norms[0].Terms.For(TermFirst)
			s.cert.Predicate.ValidUntil = Instant{}
			s.at("2027-12-05T23:00:00Z")
		},
		"a correction that was counted":            func(s *scheme) { s.correct(1, 2) },
		"a correction of the last month":           func(s *scheme) { s.correct(5, 6) },
		"a correction that lies before the series": func(s *scheme) { s.card(0).Revision = 2 },
		"the company's first statement": func(s *scheme) {
			for i, c := range s.cards {
				c.Predicate.Sequence = i + 1
			}
			s.card(0).Previous = ""
		},
		"a correction after the award that changes nothing": func(s *scheme) {
			s.correct(1, 6)
			s.subjects[1] = 1
			s.card(6).EvaluatedAt = instantOf("2026-11-10T00:00:00Z")
		},
		"a later month that passes":                  func(s *scheme) { s.add(month(11)) },
		"a later month that fails after the instant": func(s *scheme) { s.add(month(11)); s.worse(6) },
		"a known scorecard that is in the bundle": func(s *scheme) {
			s.trust.Known = []*Envelope{new(s.build().Scorecards[3])}
		},
		"a month that does not count before the run": func(s *scheme) {
			s.shifted()
			s.worse(0)
		},
		"what does not apply drops out": func(s *scheme) {
			s.card(1).Result.Criteria[1] = Criterion{"computers", ruling.NotApplicable, 0, 3000}
			s.card(1).Result.Earned, s.card(1).Result.Applicable, s.card(1).Result.Score = 6000, 7000, new(ruling.Points(8571))
		},
		"what does not apply counts": func(s *scheme) {
			s.trust.Norms[0].EarnNotApplicable = true
			s.card(1).Result.Criteria[1].Outcome = ruling.NotApplicable
		},
		"exactly the threshold": func(s *scheme) {
			s.card(1).Result.Criteria[2] = Criterion{"course", ruling.Unknown, 0, 2000}
			s.card(1).Result.Earned, s.card(1).Result.Score = 8000, new(ruling.Points(8000))
		},
		"restored after a suspension": func(s *scheme) { s.intervals("2026-11-15T00:00:00Z", Suspended, "2026-11-15T00:00:00Z", Valid) },
		"valid on the day, suspended since": func(s *scheme) {
			s.intervals("2026-11-15T00:00:00Z", Valid, "2026-11-15T00:00:00Z", Suspended)
			s.asOf = instantOf("2026-11-14T23:59:59Z").Time
		},
		"the list as old as may be":    func(s *scheme) { s.list.Issued = instantOf("2026-11-13T12:00:00Z") },
		"the list that was seen":       func(s *scheme) { s.trust.Seen = Seen{14, s.build().Status.Digest()} },
		"the last second of the term":  func(s *scheme) { s.at("2027-11-05T22:59:59Z") },
		"the first second of the term": func(s *scheme) { s.asOf = s.cert.Predicate.ValidFrom.Time },
		"the insurer's clock":          func(s *scheme) { s.trust.Now = s.asOf },
		"findings for some of the months": func(s *scheme) {
			s.trust.Replay = func(c *Scorecard) (Result, bool, error) { return c.Result, c.Sequence == 4, nil }
		},
		"findings for other months": func(s *scheme) {
			s.trust.Replay = func(*Scorecard) (Result, bool, error) { return Result{}, false, nil }
		},
		"in a log": (*scheme).withLog,
		"a month before the norm was in force, which does not count": func(s *scheme) {
			s.shifted()
			s.trust.Norms[0].From = month(6)
			s.card(0).Result.Qualifies = false
		},
		"a later month that passes, known at the instant": func(s *scheme) { s.add(month(11)); s.at("2026-12-10T00:00:00Z") },
		"a correction in a series from the start": func(s *scheme) {
			s.correct(1, 2)
			for i, c := range s.cards {
				c.Predicate.Sequence = i + 1
			}
			s.card(0).Previous = ""
		},
		"a term renewed in a month that did not count": func(s *scheme) {
			s.trust.Norms[0].Terms.Renew = 4
			s.cert.Predicate.Terms = s.trust.Norms[0].Terms.For(TermRenewed)
			s.cert.Predicate.Award = month(11)
			s.cert.Predicate.ValidFrom, s.cert.Predicate.ValidUntil = instantOf("2026-12-05T23:00:00Z"), instantOf("2027-12-05T23:00:00Z")
			s.at("2026-12-20T00:00:00Z")
			s.list.Entries[0].From = s.cert.Predicate.ValidFrom
		},
		"a list after the one that was seen":             func(s *scheme) { s.trust.Seen = Seen{13, Digest([]byte("list 13"))} },
		"the number of the list that was seen":           func(s *scheme) { s.trust.Seen = Seen{Sequence: 14} },
		"a later statement, witnessed after the instant": func(s *scheme) { s.withLog(); s.add(month(11)) },
		"witnessed after the instant, before now": func(s *scheme) {
			s.withLog()
			s.asOf = instantOf("2026-11-05T23:30:00Z").Time
			s.trust.Now = instantOf("2026-11-21T00:00:00Z").Time
		},
		"a known scorecard beside the log's": func(s *scheme) {
			s.withLog()
			s.known(0, 2, func(c *Scorecard) { c.Month-- })
		},
		"a knock-out criterion that does not apply": func(s *scheme) {
			s.card(1).Result.Criteria[0] = Criterion{"website", ruling.NotApplicable, 0, 3000}
			s.card(1).Result.Earned, s.card(1).Result.Applicable, s.card(1).Result.Score = 6000, 7000, new(ruling.Points(8571))
		},
		"three witnesses":                  func(s *scheme) { s.withLog(); s.cosigners["cert"] = []string{"w3", "w1", "w2"} },
		"a witness that has been replaced": func(s *scheme) { s.withLog(); s.cosigners["cert"] = []string{"w4", "w1", "w3"} },
		"logged as late as may be": func(s *scheme) {
			s.withLog()
			s.witness["card3"] = func(at int64) int64 { return at + 23*3600 }
		},
		"pretty-printed": func(s *scheme) {
			s.text = func(b []byte) []byte {
				var out bytes.Buffer
				require.NoError(s.t, json.Indent(&out, b, "", "  "))
				return append(out.Bytes(), '\n')
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScheme(t)
			do(s)
			report, err := s.verify()
			require.NoError(t, err)
			require.True(t, report.Valid)
		})
	}
}

// shifted is the honest scheme a month later, with the month before the run.
func (s *scheme) shifted() {
	s.add(finding.MonthOf(2026, 11))
	s.subjects = []int{1, 2, 3, 4, 5, 6}
	s.cert.Predicate.Award = finding.MonthOf(2026, 11)
	for i := range s.cert.Predicate.Months {
		s.cert.Predicate.Months[i]++
	}
	s.cert.Predicate.ValidFrom, s.cert.Predicate.ValidUntil = instantOf("2026-12-05T23:00:00Z"), instantOf("2027-12-05T23:00:00Z")
	s.at("2026-12-20T00:00:00Z")
	s.list.Entries[0].From = s.cert.Predicate.ValidFrom
}

// A report tells which replay was done, what stays open, and of which document
// it speaks.
func TestWords(t *testing.T) {
	report := func(do func(*scheme)) *Report {
		s := newScheme(t)
		do(s)
		r, _ := s.verify()
		return r
	}
	given := func(n int) func(*scheme) {
		return func(s *scheme) {
			s.trust.Replay = func(c *Scorecard) (Result, bool, error) { return c.Result, c.Sequence < 3+n, nil }
		}
	}
	for n, replay := range map[int]string{0: "arithmetic", 1: "partial", 5: "partial", 6: "full"} {
		r := report(given(n))
		require.Equal(t, replay, r.Replay)
		require.Equal(t, n == 0, r.Steps[StepReplay-1].Result == Skipped)
		require.Equal(t, n < 6, strings.Contains(strings.Join(r.Open, "\n"), "replay: "), n)
	}
	open := func(do func(*scheme)) string { return strings.Join(report(do).Open, "\n") }
	require.Contains(t, open(func(s *scheme) { s.trust.Company, s.trust.AnyCompany = "", true }), holder)
	require.NotContains(t, open(func(*scheme) {}), "no company was named")
	require.NotContains(t, open(func(s *scheme) { s.trust.Seen.Sequence = 14 }), "no earlier status list")
	require.NotContains(t, open(func(s *scheme) { s.bundle = func(b *Bundle) { b.Status = nil } }), "no earlier status list")
	require.NotContains(t, open(func(s *scheme) { s.trust.Known = []*Envelope{new(s.build().Scorecards[3])} }), "from elsewhere")
	require.Equal(t, "no signature shows that the findings are true or complete", open(func(s *scheme) { s.payload["cert"] = func(b []byte) []byte { return append(b, ' ') } }))
	r := report(func(s *scheme) { s.card(2).Result.Earned++ })
	require.Contains(t, strings.Join(r.Open, "\n"), "witness")
	require.NotContains(t, strings.Join(r.Open, "\n"), "replay: ")
	require.Contains(t, r.Steps[StepArithmetic-1].Reason, "scorecard 3: ")
	require.Contains(t, report(func(*scheme) {}).Steps[StepDates-1].Reason, "until 2027-11-05T23:00:00Z")
	require.Equal(t, "none", report(func(s *scheme) { s.text = func([]byte) []byte { return nil } }).Replay)
	r = report(func(s *scheme) { s.payload["cert"] = func(b []byte) []byte { return append(b, ' ') } })
	require.Nil(t, r.Certificate)
	require.Equal(t, Unknown, r.Status)
	r = report(func(s *scheme) { s.without(2) })
	require.Contains(t, r.Steps[StepMonths-1].Reason, "2026-07 counts only")
	r = report(func(s *scheme) { payload(s, "card0", `"revision":0`, `"revision":0,"x":1`) })
	require.Contains(t, r.Steps[StepCanonical-1].Reason, "there is no such member")
	r = report(func(s *scheme) { payload(s, "card0", `"month":"2026-05"`, `"month":"2026-13"`) })
	require.Contains(t, r.Steps[StepCanonical-1].Reason, "2026-13")
}

// A key that was revoked later is doubted in words, unless a witness saw its
// signature in time.
func TestDoubt(t *testing.T) {
	doubts := func(log bool) int {
		s := newScheme(t)
		if log {
			s.withLog()
		}
		s.of("certify").RevokedAt = instantOf("2026-11-10T00:00:00Z")
		report, err := s.verify()
		require.NoError(t, err)
		return len(slices.DeleteFunc(report.Open, func(o string) bool { return !strings.Contains(o, "revoked") }))
	}
	require.Equal(t, 1, doubts(false))
	require.Equal(t, 0, doubts(true))
}

// Every bit of a bundle counts.
func TestEveryBit(t *testing.T) {
	s := newScheme(t)
	s.rotate()
	s.withLog()
	text, err := s.build().JSON()
	require.NoError(t, err)
	s.trust.Root = s.roots[0]
	_, err = Verify(text, s.trust, s.asOf)
	require.NoError(t, err)
	stride := 61
	if os.Getenv("KEURMERK_SLOW") != "" {
		stride = 7
	}
	flips := 0
	for at := 0; at < 8*len(text); at += stride {
		text[at/8] ^= 1 << (at % 8)
		report, err := Verify(text, s.trust, s.asOf)
		require.Error(t, err, "bit %d", at)
		require.False(t, report.Valid)
		text[at/8] ^= 1 << (at % 8)
		flips++
	}
	t.Logf("%d of %d bits", flips, 8*len(text))
}

// The pinned root must be whole, and signed by a threshold of its own keys.
func TestPinnedRoot(t *testing.T) {
	open := func(do func(*scheme)) error {
		s := newScheme(t)
		do(s)
		text, err := s.sign("root0", s.roots[0], named("root-a"), named("root-b")).JSON()
		require.NoError(t, err)
		_, err = OpenRoot(text)
		return err
	}
	require.NoError(t, open(func(*scheme) {}))
	_, err := OpenRoot([]byte("x"))
	require.Error(t, err)
	for says, do := range map[string]func(*scheme){
		"asks for 2":                 func(s *scheme) { s.signers["root0"] = []Signer{named("root-a")} },
		"signed twice":               func(s *scheme) { s.signers["root0"] = []Signer{named("root-a"), named("root-a")} },
		"does not know":              func(s *scheme) { s.signers["root0"] = []Signer{named("root-a"), named("stranger")} },
		"signed by 1 keys of root 1": func(s *scheme) { s.signers["root0"] = []Signer{named("root-a"), named("score")} },
		"not a trust root":           func(s *scheme) { s.types["root0"] = TypeStatus },
		"canonical form":             func(s *scheme) { payload(s, "root0", `{"issued":`, `{"issued": `) },
		"thresholds.score is 0":      func(s *scheme) { s.roots[0].Thresholds.Score = 0 },
		"version is 0":               func(s *scheme) { s.roots[0].Version = 0 },
		"keyid is not":               func(s *scheme) { s.of("score").KeyID = strings.Repeat("0", 64); s.last().Sort() },
		"not in order":               func(s *scheme) { slices.Reverse(s.last().Keys) },
		"in this order, each once":   func(s *scheme) { s.of("score").Roles = []Role{RoleScore, RoleCertify} },
		"no role":                    func(s *scheme) { s.of("root-c").Roles = []Role{} },
		"not before validUntil":      func(s *scheme) { s.of("score").ValidUntil = s.of("score").ValidFrom },
		"scheme is":                  func(s *scheme) { s.roots[0].Scheme = "" },
	} {
		require.ErrorContains(t, open(do), says)
	}
}

// A question that can't be answered is an error without a report.
func TestUnusableTrust(t *testing.T) {
	for says, do := range map[string]func(*Trust){
		"no trust root":   func(t *Trust) { t.Root = &Root{} },
		"either":          func(t *Trust) { t.AnyCompany = true },
		"either a":        func(t *Trust) { t.Company = "" },
		"terms.zone":      func(t *Trust) { t.Norms[0].Terms.Zone = "" },
		"norm is":         func(t *Trust) { t.Norms[0].Digest = "" },
		"0 criteria":      func(t *Trust) { t.Norms[0].Criteria = nil },
		"of 5 months":     func(t *Trust) { t.Norms[0].Terms.Of = 5 },
		"threshold is -1": func(t *Trust) { t.Norms[0].Threshold = -1 },
	} {
		s := newScheme(t)
		do(s.trust)
		report, err := s.verify()
		require.Nil(t, report, says)
		if says != "no trust root" {
			require.ErrorContains(t, err, says)
		}
		require.Error(t, err)
	}
	_, err := Verify([]byte("{}"), nil, time.Time{})
	require.ErrorContains(t, err, "no trust root is pinned")
	_, err = Verify([]byte("{}"), &Trust{}, time.Time{})
	require.ErrorContains(t, err, "no trust root is pinned")
}
