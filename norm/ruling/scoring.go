package ruling

// Scoring is how a norm turns verdicts into a score.
type Scoring struct {
	Threshold         Points // a month qualifies at or above it
	RefuseUnknown     bool   // one unknown criterion leaves the month without a score
	EarnNotApplicable bool   // a criterion that does not apply counts as met, instead of dropping out
	CountWaivers      bool   // the waived score qualifies a month, not the raw one
}
