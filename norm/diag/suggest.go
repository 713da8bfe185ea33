package diag

import (
	"fmt"
	"strings"
)

// DidYouMean makes the hint for a name that is none of the candidates:
// `did you mean "severity"?`, or empty if nothing is near.
func DidYouMean(name string, candidates []string) string {
	if near := Nearest(name, candidates); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// Nearest is the candidate that differs least from the name, if it differs by
// at most a third of its letters; empty if none does. Of equals the first wins.
func Nearest(name string, candidates []string) string {
	best, distance := "", len([]rune(name))/3+1
	for _, c := range candidates {
		if strings.EqualFold(c, name) {
			return c
		}
		if d := edits([]rune(strings.ToLower(name)), []rune(strings.ToLower(c)), distance); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// edits counts insertions, deletions, substitutions and swaps of neighbours
// that turn a into b; limit or more is reported as limit.
func edits(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		before, above, here := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		here[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			here[j] = min(above[j]+1, here[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				here[j] = min(here[j], before[j-2]+1)
			}
		}
	}
	return min(limit, rows[(len(a)+1)%3][len(b)])
}
