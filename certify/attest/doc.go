// Package attest signs scorecards and certificates, and lets an insurer check
// them alone: offline, with one pinned root, without trusting the product that
// issued them and without a rules engine.
//
// Two functions come first: [Sign] puts a document into an envelope, [Verify]
// says what a bundle of them shows.
//
//	root, err := attest.OpenRoot(pinned)
//	trust := &attest.Trust{Root: root, Company: "kvk:30123456", Norms: accepted}
//	report, err := attest.Verify(bundle, trust, asOf)
//	if err != nil { … } // a *StepError: which step, which code, why
//
// A bundle is JSON that holds five kinds of documents, each in a DSSE envelope:
//
//	{"certificate":{"payload":"eyJfdH…","payloadType":"application/vnd.in-toto+json",
//	                "signatures":[{"keyid":"5f0c…","sig":"kT3d…"}]},
//	 "scorecards":[…],"status":{…},"roots":[…],"log":{…}}
//
// A payload is its own RFC 8785 form, with integers only: it is read, written
// again and compared, and what differs by a byte is refused. Documents refer to
// one another by the SHA-256 of the payload ([Digest]), never of the envelope.
//
// What no signature shows is that the findings are true or complete. What a
// verification can't know is in [Report.Open], in words.
//
// Where the root names a log, every statement must stand in it, and the times
// of the log's witnesses take the place of the issuer's word about dates.
// Package publiclog keeps such a log; package replay judges months again for
// those who hold the findings.
package attest
