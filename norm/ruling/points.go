// Package ruling holds what a norm rules, as plain values: points, outcomes,
// verdicts and certification terms.
//
// It knows no norm file and no rules engine, so that the arithmetic, the
// certification and the verification above it can be used without one.
package ruling

import (
	"fmt"
	"strconv"
	"strings"
)

// Points counts hundredths of a percent: 20 % is 2000 points.
type Points int

// Whole is everything: 100 %.
const Whole Points = 10000

// ParsePercent reads a percentage with at most two decimals, such as "20%",
// "12.5%" or "80 %", exactly: no float is involved.
func ParsePercent(s string) (Points, error) {
	text, ok := strings.CutSuffix(s, "%")
	if !ok {
		return 0, fmt.Errorf("%q has no %% sign", s)
	}
	whole, decimals, dotted := strings.Cut(strings.TrimRight(text, " "), ".")
	if !digits(whole, 1, 5) || dotted && !digits(decimals, 1, 2) {
		return 0, fmt.Errorf("%q is not a percentage with at most two decimals", s)
	}
	n, err := strconv.Atoi(whole + (decimals + "00")[:2])
	if err != nil {
		return 0, fmt.Errorf("%q is not a percentage: %w", s, err)
	}
	return Points(n), nil
}

func digits(s string, least, most int) bool {
	if len(s) < least || len(s) > most {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String writes the percentage without trailing zeros, exactly: "80%",
// "12.5%", "79.99%".
func (p Points) String() string {
	sign := ""
	if p < 0 {
		sign, p = "-", -p
	}
	s := fmt.Sprintf("%d.%02d", int(p)/100, int(p)%100)
	s = strings.TrimSuffix(strings.TrimSuffix(s, "0"), "0")
	return sign + strings.TrimSuffix(s, ".") + "%"
}
