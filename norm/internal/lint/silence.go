package lint

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
)

// A permission is a comment that allows a warning on its line or, if it stands
// alone, on the next line that is no comment.
type permission struct {
	at     source.Span
	lines  [2]int // the comment's own line, and the one that it is about
	code   string
	reason string
	used   bool
}

var (
	spoken = regexp.MustCompile(`#\s*keurmerk:[ \t]*(.*)`)
	allows = regexp.MustCompile(`^allow\s+(\S+)(?:\s+because\s+(\S.*))?$`)
)

// silence takes out what comments allow, and warns of comments that allow
// nothing, or without a reason.
func (l *linter) silence() Result {
	permissions := l.permissions()
	r := Result{Overlap: l.File.Fault(l.Range.Start, l.Range.End, Overlap, "", "")}
	r.Overlap.Severity = diag.Warning
	for _, p := range permissions {
		if p.code == Overlap && p.reason != "" && slices.Contains(p.lines[:], r.Overlap.Line) {
			p.used, r.OverlapAllowed = true, true // or not: that is seen beside other norms only
		}
	}
	for _, w := range l.found {
		allowed := false
		for _, p := range permissions {
			if p.code == w.Code && p.reason != "" && (slices.Contains(p.lines[:], w.Line) || slices.Contains(p.lines[:], w.from)) {
				p.used, allowed = true, true
			}
		}
		if allowed {
			r.Silenced = append(r.Silenced, w.Fault)
		} else {
			r.Warnings = append(r.Warnings, w.Fault)
		}
	}
	for _, p := range permissions {
		hint, message := "", ""
		switch {
		case p.code == "":
			hint, message = "write # keurmerk: allow KM-… because …", "this comment is not understood"
		case !slices.Contains(names, p.code):
			hint, message = diag.DidYouMean(p.code, names), "there is no warning "+p.code
		case p.reason == "":
			hint, message = "add because and the reason", "a warning is allowed only with a reason"
		case !p.used:
			hint, message = "remove the comment", "there is no "+p.code+" here to allow"
		default:
			continue
		}
		f := l.File.Fault(p.at.Start, p.at.End, Silence, hint, "%s", message)
		f.Severity = diag.Warning
		r.Warnings = append(r.Warnings, f)
	}
	r.Warnings.Sort()
	return r
}

// permissions finds the comments that speak to the checker. A # inside a value
// is none, and neither is one with something other than white space before it.
func (l *linter) permissions() []*permission {
	var all []*permission
	lines := strings.Split(l.File.Text, "\n")
	offset := 0
	for i, line := range lines {
		if m := spoken.FindStringSubmatchIndex(line); m != nil && l.comment(offset+m[0], line[:m[0]]) {
			text := strings.TrimRight(line, " \t\r")
			p := &permission{at: source.Span{Start: offset + m[0], End: offset + len(text)}, lines: [2]int{i + 1, i + 1}}
			if a := allows.FindStringSubmatch(text[min(m[2], len(text)):]); a != nil {
				p.code, p.reason = a[1], a[2]
			}
			if strings.TrimSpace(line[:m[0]]) == "" {
				p.lines[1] = next(lines, i)
			}
			all = append(all, p)
		}
		offset += len(line) + 1
	}
	return all
}

// next is the line, from 1, after the comment lines that follow line i.
func next(lines []string, i int) int {
	for i++; i < len(lines) && strings.HasPrefix(strings.TrimSpace(lines[i]), "#"); i++ {
	}
	return i + 1
}

func (l *linter) comment(at int, before string) bool {
	if before != "" && !strings.HasSuffix(before, " ") && !strings.HasSuffix(before, "\t") {
		return false
	}
	return !slices.ContainsFunc(l.Scalars, func(s source.Span) bool { return s.Start <= at && at < s.End })
}
