package reader

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// CVSS computes the base score, 0 to 10, of a CVSS vector of version 2, 3.0,
// 3.1 or 4.0. Prefixes are as found in the wild: CVSS:3.1/…, CVSS3#…, CVSS2#…,
// (AV:N/…) and none. The second result is false for what is no vector.
func CVSS(vector string) (float64, bool) {
	v := strings.ToUpper(strings.Trim(strings.TrimSpace(vector), "()"))
	version, metrics := "", v
	if rest, prefixed := strings.CutPrefix(v, "CVSS"); prefixed {
		i := strings.IndexAny(rest, "/#")
		if i < 0 {
			return 0, false
		}
		version, metrics = strings.TrimPrefix(rest[:i], ":"), rest[i+1:]
	}
	switch {
	case strings.HasPrefix(version, "2") || version == "" && strings.Contains(metrics, "AU:"):
		parsed, err := gocvss20.ParseVector(strings.ReplaceAll(metrics, "AU:", "Au:"))
		if err == nil {
			return parsed.BaseScore(), true
		}
	case version == "3.0":
		parsed, err := gocvss30.ParseVector("CVSS:3.0/" + metrics)
		if err == nil {
			return parsed.BaseScore(), true
		}
	case strings.HasPrefix(version, "4") || version == "" && strings.Contains(metrics, "/AT:"):
		parsed, err := gocvss40.ParseVector("CVSS:4.0/" + metrics)
		if err == nil {
			return parsed.Score(), true
		}
	case strings.HasPrefix(version, "3"), version == "":
		parsed, err := gocvss31.ParseVector("CVSS:3.1/" + metrics)
		if err == nil {
			return parsed.BaseScore(), true
		}
	}
	return 0, false
}

// Score is the first of the scores that is above 0 and at most 10.
func Score(scores ...float64) float64 {
	for _, s := range scores {
		if s > 0 && s <= 10 {
			return s
		}
	}
	return 0
}
