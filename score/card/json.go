package card

import (
	"errors"
	"fmt"
	"io"

	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/go-json-experiment/json"
)

// MaxBytes is the largest card that [Decode] reads: 4 MiB, room for some
// thousand criteria with all their evidence.
const MaxBytes = 4 << 20

// Decode reads one card and checks its sums: repeated members, other case,
// wrong types, trailing data and invalid UTF-8 are errors, and so is a card
// that [Card.Check] finds fault with. Members that this version does not know
// are passed over, since cards change by addition.
func Decode(r io.Reader) (*Card, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the card is larger than %d bytes", MaxBytes)
	}
	var c Card
	if err := c.UnmarshalJSON(data); err != nil {
		return nil, err
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	return &c, nil
}

// UnmarshalJSON reads a card as [Decode] does, without checking its sums.
func (c *Card) UnmarshalJSON(data []byte) error {
	type plain Card
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("the card can't be read: %w", err)
	}
	*c = Card(p)
	return nil
}

// MarshalJSON writes the card: members in the order of the type, integers
// only, no white space. The same card gives the same bytes.
func (c Card) MarshalJSON() ([]byte, error) {
	out, err := c.Append(nil)
	if err != nil {
		return nil, fmt.Errorf("the card can't be written: %w", err)
	}
	return out, nil
}

// A SumError says that a card's own figures contradict each other.
type SumError struct {
	Field string
	Has   ruling.Points
	Want  ruling.Points
}

// Error names the field and both figures.
func (e *SumError) Error() string {
	return fmt.Sprintf("the card says %s is %d, its criteria add up to %d", e.Field, e.Has, e.Want)
}

// Check repeats what arithmetic can be repeated from the card alone: points
// within weights, the sums, the score, and that a month below the threshold
// does not qualify. It returns every contradiction, joined, each a [*SumError].
//
// How the norm counts a criterion that does not apply is told by its points:
// its weight if it earns, 0 if it drops out.
func (c *Card) Check() error {
	var faults []error
	equal := func(field string, has, want ruling.Points) {
		if has != want {
			faults = append(faults, &SumError{field, has, want})
		}
	}
	var earned, applicable, measured ruling.Points
	for _, k := range c.Criteria {
		if k.Weight < 0 || k.Weight > ruling.Whole || k.Points < 0 || k.Points > k.Weight {
			equal(k.ID+".points", k.Points, min(max(k.Points, 0), k.Weight))
			continue
		}
		switch k.Outcome {
		case ruling.Met:
			equal(k.ID+".points", k.Points, k.Weight)
		case ruling.Unknown:
			equal(k.ID+".points", k.Points, 0)
		case ruling.NotApplicable:
			if k.Points == 0 {
				continue
			}
			equal(k.ID+".points", k.Points, k.Weight)
		}
		earned, applicable = earned+k.Points, applicable+k.Weight
		if k.Outcome != ruling.Unknown {
			measured += k.Weight
		}
	}
	equal("earned", c.Earned, earned)
	equal("applicable", c.Applicable, applicable)
	if applicable > 0 {
		equal("measured", c.Measured, measured*ruling.Whole/applicable)
		if c.Score != nil {
			equal("score", *c.Score, earned*ruling.Whole/applicable)
		}
	} else if c.Score != nil {
		equal("score", *c.Score, 0)
	}
	if c.Qualifies && !c.Norm.Effective {
		faults = append(faults, errors.New("the card says the month qualifies, outside the norm's range"))
	}
	return errors.Join(faults...)
}

// Find gives the card's line for the criterion, or nil.
func (c *Card) Find(criterion string) *Criterion {
	for i := range c.Criteria {
		if c.Criteria[i].ID == criterion {
			return &c.Criteria[i]
		}
	}
	return nil
}
