package attest

import (
	"strings"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/tlog"
)

// prooflines changes one line of a proof.
func prooflines(n int, change func(line string) string) func(string) string {
	return func(proof string) string {
		lines := strings.Split(proof, "\n")
		lines[n] = change(lines[n])
		return strings.Join(lines, "\n")
	}
}

// moved gives a proof of the same entry at another index.
func moved(proof string) string {
	return prooflines(1, func(string) string { return "index 0" })(proof)
}

var logAttacks = []attack{
	{name: "no proofs", step: StepLog, code: CodeLogMissing, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Log = nil } }},
	{name: "a proof missing", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Log.Scorecards = b.Log.Scorecards[1:] }
	}},
	{name: "a status list without a proof", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Log.Status = "" } }},
	{name: "a reference that is no hash", step: StepShape, code: CodeShape, do: func(s *scheme) { s.bundle = func(b *Bundle) { b.Log.Reference = "company" } }},
	{name: "huge proof", step: StepShape, code: CodeShape, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string { return p + strings.Repeat("x", MaxProof) }
	}},
	{name: "a proof of many hashes", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.proof["cert"] = prooflines(2, func(line string) string { return strings.Repeat(line+"\n", 200) + line })
	}},
	{name: "an empty proof", step: StepLog, code: CodeProof, do: func(s *scheme) { s.proof["card0"] = func(string) string { return "" } }},
	{name: "a proof of another version", step: StepLog, code: CodeProof, do: func(s *scheme) {
		s.proof["cert"] = prooflines(0, func(string) string { return "c2sp.org/tlog-proof@v2" })
	}},
	{name: "extra data in a proof", step: StepLog, code: CodeProof, do: func(s *scheme) {
		s.proof["cert"] = prooflines(0, func(line string) string { return line + "\nextra AAAA" })
	}},
	{name: "an index with a leading zero", step: StepLog, code: CodeProof, do: func(s *scheme) {
		s.proof["cert"] = prooflines(1, func(line string) string { return strings.Replace(line, "index ", "index 0", 1) })
	}},
	{name: "an index below zero", step: StepLog, code: CodeProof, do: func(s *scheme) { s.proof["cert"] = prooflines(1, func(string) string { return "index -1" }) }},
	{name: "a hash of 31 bytes", step: StepLog, code: CodeProof, do: func(s *scheme) { s.proof["cert"] = prooflines(2, func(string) string { return "AAAA" }) }},
	{name: "index moved", step: StepLog, code: CodeInclusion, do: func(s *scheme) { s.proof["card0"] = moved }},
	{name: "index behind the log", step: StepLog, code: CodeInclusion, do: func(s *scheme) { s.proof["cert"] = prooflines(1, func(string) string { return "index 99" }) }},
	{name: "not included", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.record["card4"] = func(e LogEntry) LogEntry { e.Digest = Digest([]byte("another")); return e }
	}},
	{name: "a hash of the proof", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.proof["cert"] = prooflines(2, func(string) string { return tlog.Hash{}.String() })
	}},
	{name: "a hash of the proof too few", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string {
			lines := strings.Split(p, "\n")
			return strings.Join(append(lines[:2:2], lines[3:]...), "\n")
		}
	}},
	{name: "logged as another kind", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.record["cert"] = func(e LogEntry) LogEntry { e.Kind = "scorecard"; return e }
	}},
	{name: "logged under another sequence", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.record["card4"] = func(e LogEntry) LogEntry { e.Sequence++; return e }
	}},
	{name: "logged for another company", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.record["card4"] = func(e LogEntry) LogEntry { e.Company = NoCompany; return e }
	}},
	{name: "the certificate logged with another last scorecard", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.record["cert"] = func(e LogEntry) LogEntry { e.Sequence = 1; return e }
	}},
	{name: "another scorecard's proof", step: StepLog, code: CodeInclusion, do: func(s *scheme) {
		s.bundle = func(b *Bundle) { b.Log.Scorecards[1] = b.Log.Scorecards[0] }
	}},
	{name: "one witness", step: StepLog, code: CodeQuorum, do: func(s *scheme) { s.cosigners["cert"] = []string{"w1"} }},
	{name: "no witness", step: StepLog, code: CodeQuorum, do: func(s *scheme) { s.cosigners["card2"] = []string{} }},
	{name: "one witness twice", step: StepLog, code: CodeQuorum, do: func(s *scheme) {
		s.cosigners["cert"] = []string{"w1"}
		s.proof["cert"] = func(p string) string {
			lines := strings.Split(strings.TrimSuffix(p, "\n"), "\n")
			return p + lines[len(lines)-1] + "\n"
		}
	}},
	{name: "a witness that the root does not name", step: StepLog, code: CodeQuorum, do: func(s *scheme) { s.cosigners["cert"] = []string{"w1", "w4"} }},
	{name: "the same witness under two names in the checkpoint", step: StepLog, code: CodeWitness, do: func(s *scheme) {
		s.cosigners["cert"] = []string{"w1"}
		s.proof["cert"] = s.renamed("w1", "w2")
	}},
	{name: "a bit of a cosignature", step: StepLog, code: CodeWitness, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string {
			lines := strings.Split(p, "\n")
			n := len(lines) - 2
			lines[n] = lines[n][:60] + swap(lines[n][60:61]) + lines[n][61:]
			return strings.Join(lines, "\n")
		}
	}},
	{name: "the time of a cosignature", step: StepLog, code: CodeWitness, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string {
			lines := strings.Split(p, "\n")
			n := len(lines) - 2
			at := strings.LastIndex(lines[n], " ") + 15 // within the last bytes of the time
			lines[n] = lines[n][:at] + swap(lines[n][at:at+1]) + lines[n][at+1:]
			return strings.Join(lines, "\n")
		}
	}},
	{name: "cosignature from another checkpoint", step: StepLog, code: CodeWitness, do: func(s *scheme) {
		other := ""
		s.proof["card5"] = func(p string) string { other = p; return p }
		s.proof["cert"] = func(p string) string {
			lines, from := strings.Split(p, "\n"), strings.Split(other, "\n")
			lines[len(lines)-2] = from[len(from)-2]
			return strings.Join(lines, "\n")
		}
	}},
	{name: "split view", step: StepLog, code: CodeQuorum, do: func(s *scheme) {
		s.proof["cert"] = func(string) string { // a tree of its own that only the log signed
			tree := &memoryTree{}
			tree.add(s.t, s.lastRecord)
			return s.prove(tree, instantOf("2026-11-06T01:00:00Z").Unix(), []string{})
		}
	}},
	{name: "checkpoint that the log did not sign", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string {
			lines := strings.Split(p, "\n")
			for i, line := range lines {
				if strings.HasPrefix(line, "— log.example") {
					return strings.Join(append(lines[:i:i], lines[i+1:]...), "\n")
				}
			}
			return p
		}
	}},
	{name: "checkpoint by another key of the log's name", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) { s.logKey = "stranger" }},
	{name: "checkpoint of another log", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) { s.origin = "other.example" }},
	{name: "checkpoint with another size", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string { return strings.Replace(p, "log.example\n8\n", "log.example\n9\n", 1) }
	}},
	{name: "checkpoint with extension lines", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) { s.extension = "extended\n" }},
	{name: "not a signed note", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string { return strings.Replace(p, "\n\n— ", "\n- ", 1) }
	}},
	{name: "a signature line with spare bits", step: StepLog, code: CodeCheckpoint, do: func(s *scheme) {
		s.proof["cert"] = func(p string) string {
			at := strings.LastIndex(p, "==\n") - 1
			return p[:at] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", p[at])|1]) + p[at+1:]
		}
	}},
	{name: "logged late", step: StepLog, code: CodeLoggedLate, do: func(s *scheme) { s.witness["card3"] = func(at int64) int64 { return at + 23*3600 + 1 } }},
	{name: "back-dated certificate", step: StepLog, code: CodeLoggedLate, do: func(s *scheme) {
		s.witness["cert"] = func(int64) int64 { return instantOf("2026-11-19T00:00:00Z").Unix() }
	}},
	{name: "witnessed before it was issued", step: StepLog, code: CodeLoggedEarly, do: func(s *scheme) { s.witness["card3"] = func(at int64) int64 { return at - 3601 } }},
	{name: "witnessed after the instant", step: StepLog, code: CodeLogAfter, do: func(s *scheme) {
		s.asOf = instantOf("2026-11-05T23:59:59Z").Time
		s.list.Issued, s.list.NextUpdate = instantOf("2026-11-05T23:00:00Z"), instantOf("2026-11-07T23:00:00Z")
		s.list.Entries[0].From = s.list.Issued
	}},
	{name: "certificate logged before a scorecard", step: StepLog, code: CodeLogOrder, do: func(s *scheme) {
		s.order = []string{"card0", "card1", "card2", "card3", "card4", "cert", "card5", "list"}
		s.witness["card5"] = func(at int64) int64 { return at }
	}},
	{name: "certificate witnessed before a scorecard", step: StepLog, code: CodeLogOrder, do: func(s *scheme) {
		s.card(5).EvaluatedAt = instantOf("2026-11-05T22:00:00Z")
		s.witness["card5"] = func(at int64) int64 { return at + 10*3600 }
	}},
	{name: "scorecards logged in another order", step: StepLog, code: CodeLogOrder, do: func(s *scheme) {
		s.order = []string{"card0", "card1", "card3", "card2", "card4", "card5", "cert", "list"}
	}},
	{name: "a later statement witnessed earlier", step: StepLog, code: CodeLogOrder, do: func(s *scheme) {
		s.correct(1, 2)
		s.witness["card1"] = func(at int64) int64 { return at + 1 }
	}},
	{name: "certificate key revoked before the witness time", step: StepLog, code: CodeKeyRevoked, do: func(s *scheme) {
		s.of("certify").RevokedAt = instantOf("2026-11-05T23:30:00Z")
	}},
	{name: "scorecard key expired before the witness time", step: StepLog, code: CodeKeyLate, do: func(s *scheme) {
		s.of("score").ValidUntil = instantOf("2026-11-02T23:30:00Z")
	}},
}

// swap gives another letter of base64.
func swap(c string) string {
	if c == "A" {
		return "B"
	}
	return "A"
}

// renamed copies the line of one witness under the name of another.
func (s *scheme) renamed(from, to string) func(string) string {
	return func(p string) string {
		key, err := NoteKey(to+".example", named(to).Public(), true)
		require.NoError(s.t, err)
		k, err := parseNoteKey(key, typeWitness)
		require.NoError(s.t, err)
		for line := range strings.Lines(p) {
			if rest, ok := strings.CutPrefix(line, "— "+from+".example "); ok {
				return p + "— " + to + ".example " + rehash(s.t, strings.TrimSpace(rest), k.hash) + "\n"
			}
		}
		s.t.Fatal("no such witness")
		return ""
	}
}
