package attest

import (
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
)

var formAttacks = []attack{
	{name: "scorecard as certificate", step: StepType, code: CodePredicateType, do: func(s *scheme) {
		s.of("score").Roles = []Role{RoleCertify, RoleScore}
		s.bundle = func(b *Bundle) { b.Certificate = b.Scorecards[0] }
	}},
	{name: "certificate as scorecard", step: StepType, code: CodePredicateType, do: func(s *scheme) {
		s.of("certify").Roles = []Role{RoleCertify, RoleScore}
		s.bundle = func(b *Bundle) { b.Scorecards[0] = b.Certificate }
	}},
	{name: "certificate as status list", step: StepType, code: CodePayloadType, do: func(s *scheme) {
		s.of("certify").Roles = []Role{RoleCertify, RoleStatus}
		s.bundle = func(b *Bundle) { b.Status = &b.Certificate }
	}},
	{name: "status list as certificate", step: StepType, code: CodePayloadType, do: func(s *scheme) {
		s.of("status").Roles = []Role{RoleCertify, RoleStatus}
		s.bundle = func(b *Bundle) { b.Certificate = *b.Status }
	}},
	{name: "another payload type, signed", step: StepType, code: CodePayloadType, do: func(s *scheme) { s.types["cert"] = "application/json" }},
	{name: "payload type in capitals, signed", step: StepType, code: CodePayloadType, do: func(s *scheme) { s.types["card0"] = strings.ToUpper(TypeStatement) }},
	{name: "another payload type of a status list", step: StepType, code: CodePayloadType, do: func(s *scheme) { s.types["list"] = TypeRoot }},
	{name: "an older statement type", step: StepType, code: CodeStatementType, do: func(s *scheme) { s.cert.Type = "https://in-toto.io/Statement/v0.1" }},
	{name: "another predicate type of the certificate", step: StepType, code: CodePredicateType, do: func(s *scheme) { s.cert.PredicateType = strings.Replace(CertificateType, "v1", "v2", 1) }},
	{name: "another predicate type of a scorecard", step: StepType, code: CodePredicateType, do: func(s *scheme) { s.cards[1].PredicateType = ScorecardType + "/" }},
	{name: "a known certificate among the scorecards", step: StepType, code: CodePredicateType, do: func(s *scheme) {
		s.of("certify").Roles = []Role{RoleCertify, RoleScore}
		s.cert.Subject = []Subject{subject("x", Digest(nil))}
		s.trust.Known = []*Envelope{s.sign("known", s.cert, named("certify"))}
	}},

	{name: "white space", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "cert", `"award":`, `"award": `) }},
	{name: "line break behind the payload", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { s.payload["cert"] = func(b []byte) []byte { return append(b, '\n') } }},
	{name: "members in another order", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "card0", `"revision":0,"sequence":3`, `"sequence":3,"revision":0`)
	}},
	{name: "a member twice", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"revision":0`, `"revision":0,"revision":0`) }},
	{name: "a member twice, escaped once", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "card0", `"revision":0`, `"revision":0,"revis\u0069on":1`)
	}},
	{name: "a member in other case", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"qualifies"`, `"Qualifies"`) }},
	{name: "an unknown member", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "cert", `"award":`, `"also":1,"award":`) }},
	{name: "an unknown member of a criterion", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"weight":3000`, `"weight":3000,"x":1`) }},
	{name: "a missing member", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `,"revision":0`, ``) }},
	{name: "null in a payload", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"revision":0`, `"revision":null`) }},
	{name: "score null", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"score":9000`, `"score":null`) }},
	{name: "1.0 for 1", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"earned":9000`, `"earned":9000.0`) }},
	{name: "1e3 for 1000", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"earned":9000`, `"earned":9e3`) }},
	{name: "-0", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"revision":0`, `"revision":-0`) }},
	{name: "a leading zero", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"earned":9000`, `"earned":09000`) }},
	{name: "a fraction", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"earned":9000`, `"earned":9000.5`) }},
	{name: "a number as text", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"earned":9000`, `"earned":"9000"`) }},
	{name: "a number past 2^53", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "card0", `"assetsExpected":12`, `"assetsExpected":9007199254740993`)
	}},
	{name: "a number past 2^63", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "card0", `"assetsExpected":12`, `"assetsExpected":9223372036854775808`)
	}},
	{name: "byte order mark", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		s.payload["card0"] = func(b []byte) []byte { return append([]byte("\ufeff"), b...) }
	}},
	{name: "trailing data", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { s.payload["card0"] = func(b []byte) []byte { return append(b, "{}"...) } }},
	{name: "no JSON in the payload", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { s.payload["card0"] = func([]byte) []byte { return []byte("scorecard") } }},
	{name: "UTF-16", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		s.payload["card0"] = func(b []byte) []byte {
			out := []byte{0xff, 0xfe}
			for _, c := range b {
				out = append(out, c, 0)
			}
			return out
		}
	}},
	{name: "deep nesting in a payload", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "card0", `"asOf":`, `"asOf":`+strings.Repeat("[", 1<<19))
	}},
	{name: "lone surrogate", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"engine":"`, `"engine":"\ud83d`) }},
	{name: "surrogates in the wrong order", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"engine":"`, `"engine":"\ude00\ud83d`) }},
	{name: "invalid UTF-8 in a payload", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"engine":"`, "\"engine\":\"\xc3") }},
	{name: "U+2028 escaped", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"engine":"`, `"engine":"\u2028`) }},
	{name: "a letter escaped", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"engine":"k`, `"engine":"\u006b`) }},
	{name: "a slash escaped", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `keurmerk/0`, `keurmerk\/0`) }},
	{name: "a time with an offset", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "cert", `"validFrom":"2026-11-05T23:00:00Z"`, `"validFrom":"2026-11-06T00:00:00+01:00"`)
	}},
	{name: "a time with a fraction", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "cert", `"validFrom":"2026-11-05T23:00:00Z"`, `"validFrom":"2026-11-05T23:00:00.0Z"`)
	}},
	{name: "a time with half a second", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "cert", `"validFrom":"2026-11-05T23:00:00Z"`, `"validFrom":"2026-11-05T23:00:00.5Z"`)
	}},
	{name: "a time in lower case", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) {
		payload(s, "cert", `"validFrom":"2026-11-05T23:00:00Z"`, `"validFrom":"2026-11-05t23:00:00z"`)
	}},
	{name: "30 February", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "list", `2026-11-20T00`, `2026-02-30T00`) }},
	{name: "month 13", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"month":"2026-05"`, `"month":"2026-13"`) }},
	{name: "an outcome of its own", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"outcome":"met"`, `"outcome":"Met"`) }},
	{name: "a predicate of the other type", step: StepCanonical, code: CodeCanonical, do: func(s *scheme) { payload(s, "card0", `"company":`, `"award":"2026-10","company":`) }},

	{name: "points below zero", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Result.Criteria[0].Points = -1 }},
	{name: "a weight over the whole", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Result.Criteria[0].Weight = ruling.Whole + 1 }},
	{name: "a score over the whole", step: StepCanonical, code: CodeRule, do: func(s *scheme) { *s.card(0).Result.Score = ruling.Whole + 1 }},
	{name: "one criterion twice", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Result.Criteria[1].ID = "website" }},
	{name: "no criteria", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Result.Criteria = []Criterion{} }},
	{name: "a criterion that looks like another", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Result.Criteria[0].ID = "wеbsite" }},
	{name: "more scanned than there is", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Coverage = Coverage{1, 2} }},
	{name: "sequence 0", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Sequence = 0 }},
	{name: "a revision below zero", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Revision = -1 }},
	{name: "a later statement without a previous one", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Previous = "" }},
	{name: "a first statement with a previous one", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Sequence = 1 }},
	{name: "a digest of another algorithm", step: StepCanonical, code: CodeRule, do: func(s *scheme) {
		s.card(0).Findings = "sha512:" + strings.Repeat("0", 64)
	}},
	{name: "a digest in capitals", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.card(0).Findings = digestHead + strings.Repeat("A", 64) }},
	{name: "no subject", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cards[0].Subject = []Subject{} }},
	{name: "two subjects of a scorecard", step: StepCanonical, code: CodeRule, do: func(s *scheme) {
		s.cards[0].Subject = append(s.cards[0].Subject, s.cards[1].Subject...)
	}},
	{name: "an empty serial", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cert.Predicate.Serial = "" }},
	{name: "no month in the certificate", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cert.Predicate.Months = []finding.YearMonth{} }},
	{name: "a term that ends before it begins", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cert.Predicate.ValidUntil = instantOf("2026-11-01T00:00:00Z") }},
	{name: "no zone", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cert.Predicate.Terms.Zone = "Local" }},
	{name: "a list that is never stale", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.cert.Predicate.Status.MaxAge = 0 }},
	{name: "a status of its own", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.list.Entries[0].Status = "good" }},
	{name: "intervals that overlap", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.intervals("2026-11-10T00:00:00Z", Valid, "2026-11-09T00:00:00Z", Suspended) }},
	{name: "intervals with a gap", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.intervals("2026-11-10T00:00:00Z", Valid, "2026-11-11T00:00:00Z", Suspended) }},
	{name: "an interval in the future", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.intervals("2026-11-21T00:00:00Z", Valid, "2026-11-21T00:00:00Z", Suspended) }},
	{name: "one serial for two certificates", step: StepCanonical, code: CodeRule, do: func(s *scheme) {
		s.intervals("2026-11-10T00:00:00Z", Suspended, "2026-11-10T00:00:00Z", Valid)
		s.entries = func(l *StatusList) { l.Entries[0].Digest = Digest([]byte("another")) }
	}},
	{name: "a list that is due before it was issued", step: StepCanonical, code: CodeRule, do: func(s *scheme) { s.list.NextUpdate = s.list.Issued }},
}

// intervals gives the certificate two intervals: the first ends, the second
// begins.
func (s *scheme) intervals(end string, first State, begin string, second State) {
	s.list.Entries[0].Status, s.list.Entries[0].Until = first, instantOf(end)
	s.list.Entries = append(s.list.Entries, StatusEntry{From: instantOf(begin), Reason: "hold", Serial: s.list.Entries[0].Serial, Status: second})
}
