package attest

// Code names the reason for which a step failed, for programs.
type Code string

// The reasons.
const (
	CodeShape Code = "shape" // too large, no JSON, unknown or repeated members, missing parts

	CodeUnknownKey  Code = "unknown-key"        // no such key in the root
	CodeSignature   Code = "bad-signature"      // it does not hold
	CodeSignedTwice Code = "signed-twice"       // two signatures by one key
	CodeRole        Code = "wrong-role"         // the root gives the key no such role
	CodeThreshold   Code = "threshold"          // too few keys
	CodeKeyEarly    Code = "key-not-yet-valid"  //
	CodeKeyLate     Code = "key-expired"        //
	CodeKeyRevoked  Code = "key-revoked"        //
	CodeRootShape   Code = "root-shape"         // a later root can't be read
	CodeRootVersion Code = "root-version"       // not the next one: rolled back or skipped
	CodeRootScheme  Code = "root-scheme"        // of another scheme
	CodeRootOld     Code = "root-old-threshold" // too few keys of the root before
	CodeRootNew     Code = "root-new-threshold" // too few keys of its own

	CodePayloadType   Code = "payload-type"
	CodeStatementType Code = "statement-type"
	CodePredicateType Code = "predicate-type"

	CodeCanonical Code = "not-canonical" // or no JSON, or a member too many
	CodeRule      Code = "rule"          // a value that the document may not have

	CodeCompany    Code = "company"
	CodeNorm       Code = "norm"             // not accepted
	CodeNormMonth  Code = "norm-not-current" // accepted, but not in force in the month
	CodeSubject    Code = "subject"          // a statement is about something else than it says
	CodeScorecards Code = "scorecards"       // the certificate's subjects are not the bundle's scorecards

	CodeMonthTwice   Code = "month-twice"
	CodeMonthOrder   Code = "month-order"
	CodeMonthCount   Code = "month-count"
	CodeMonthGap     Code = "month-gap"
	CodeMonthAward   Code = "award-month" // the last month is not the award month
	CodeMonthWanted  Code = "month-wanted"
	CodeTerms        Code = "terms" // not the norm's
	CodeSequence     Code = "sequence"
	CodePrevious     Code = "previous"
	CodeRevision     Code = "revision"
	CodeSuperseded   Code = "superseded" // a correction takes the place of a scorecard
	CodeNotQualified Code = "not-qualified"
	CodeLaterFails   Code = "later-month-fails"
	CodeFork         Code = "fork" // two statements with one sequence

	CodeCriteria   Code = "criteria" // not those of the norm
	CodeWeight     Code = "weight"
	CodePoints     Code = "points"
	CodeEarned     Code = "earned"
	CodeApplicable Code = "applicable"
	CodeScore      Code = "score"
	CodeMark       Code = "threshold-of-norm"
	CodeQualifies  Code = "qualifies"

	CodeReplay     Code = "replay"        // another result
	CodeReplayFail Code = "replay-failed" // the findings could not be judged

	CodeFuture     Code = "dated-later"      // after the instant asked about, or the insurer's clock
	CodeMonthOpen  Code = "month-not-ended"  // judged before the month was over
	CodeAsOf       Code = "as-of"            // not the end of the month
	CodeIssueOrder Code = "issue-order"      // a later statement bears an earlier date
	CodeAwarded    Code = "awarded-early"    // before the award month closed
	CodeTermEnd    Code = "term-end"         // not the end that the terms give
	CodeNotYet     Code = "not-yet-valid"    //
	CodeExpired    Code = "expired"          //
	CodeLateCard   Code = "card-after-award" // a scorecard was issued after the award that rests on it

	CodeStatusMissing Code = "status-missing"
	CodeStatusList    Code = "status-other-list"
	CodeStatusEntry   Code = "status-no-entry"
	CodeStatusDigest  Code = "status-other-certificate"
	CodeStatusStale   Code = "status-stale"
	CodeStatusOld     Code = "status-older-sequence"
	CodeStatusFork    Code = "status-fork"
	CodeStatusFuture  Code = "status-dated-later"
	CodeSuspended     Code = "suspended"
	CodeInvalid       Code = "invalid"

	CodeLogMissing  Code = "log-missing"
	CodeProof       Code = "log-proof" // can't be read
	CodeCheckpoint  Code = "log-checkpoint"
	CodeInclusion   Code = "log-inclusion"
	CodeQuorum      Code = "log-quorum"
	CodeWitness     Code = "log-witness"
	CodeLoggedLate  Code = "logged-late"
	CodeLoggedEarly Code = "logged-before-issued"
	CodeLogOrder    Code = "log-order"
	CodeLogAfter    Code = "logged-after" // the instant asked about
)
