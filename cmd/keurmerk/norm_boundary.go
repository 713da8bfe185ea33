package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/boundary"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/cyberkeurmerk/keurmerk/score/card"
	"github.com/spf13/cobra"
)

func normBoundary(s *streams) *cobra.Command {
	var f flags
	var tests, months bool
	cmd := &cobra.Command{
		Use:   "boundary [NORM]",
		Short: "Print the months just on either side of every comparison, and their points",
		Long: `Derive from the norm itself the months just on either side of each of its comparisons:
five and six computers, a medium and a high vulnerability, the last second before a month.
The two months differ in one field of one record, or in one record.

In JSON each month is a line, with its document; --months writes the documents alone, as
keurmerk score reads them. --yaml writes them as tests to paste into the norm. What has no
such months is told at the end, with the reason.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := f.choose(s, "text", "text", "json", "markdown")
			if err != nil {
				return err
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			if len(files) != 1 {
				return fmt.Errorf("name one norm; the folder holds %d", len(files))
			}
			n, err := norm.Load(files[0].fsys, files[0].name, engines()...)
			if err != nil {
				return fmt.Errorf("the norm %s can't be used:\n%w", files[0].path, err)
			}
			found, err := boundary.Find(cmd.Context(), n)
			if err != nil {
				return err
			}
			var out bytes.Buffer
			switch {
			case tests:
				err = found.YAML(&out)
			case months:
				err = boundaryMonths(&out, found)
			case format == "json":
				err = boundaryJSON(&out, n, found)
			case format == "markdown":
				boundaryMarkdown(&out, n, found)
			default:
				boundaryText(&out, n, found)
			}
			if err != nil {
				return err
			}
			_, err = s.out.Write(out.Bytes())
			return err
		},
	}
	f.withFormat(cmd, "text, json or markdown")
	cmd.Flags().BoolVar(&tests, "yaml", false, "as tests for the norm")
	cmd.Flags().BoolVar(&months, "months", false, "the month documents, one a line")
	cmd.MarkFlagsMutuallyExclusive("yaml", "months", "format")
	return cmd
}

func boundaryMonths(w io.Writer, found *boundary.Found) error {
	for _, b := range found.Boundaries {
		for _, side := range b.Sides {
			if err := side.Month.Encode(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// boundaryLine is one month, or one comparison without any, as JSON.
type boundaryLine struct {
	Criterion  string          `json:"criterion"`
	Part       string          `json:"part"`
	Comparison string          `json:"comparison"`
	File       string          `json:"file"`
	Line       int             `json:"line"`
	Column     int             `json:"column"`
	EndLine    int             `json:"endLine"`
	EndColumn  int             `json:"endColumn"`
	Reason     string          `json:"reason"` // why there is no month; else empty
	Differs    string          `json:"differs,omitempty"`
	Decides    *bool           `json:"decides,omitempty"`
	Holds      *bool           `json:"holds,omitempty"`
	Outcome    *ruling.Outcome `json:"outcome,omitempty"`
	Share      *ruling.Points  `json:"share,omitempty"`
	Score      *ruling.Points  `json:"score"`
	Qualifies  *bool           `json:"qualifies,omitempty"`
	Document   any             `json:"document,omitempty"`
}

func lineOf(c boundary.Comparison) boundaryLine {
	return boundaryLine{Criterion: c.Criterion, Part: c.Part, Comparison: c.Text, File: c.File,
		Line: c.Line, Column: c.Column, EndLine: c.EndLine, EndColumn: c.EndColumn}
}

func boundaryJSON(w io.Writer, n *norm.Norm, found *boundary.Found) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, b := range found.Boundaries {
		for i, side := range b.Sides {
			sums, v := card.Tally(side.Verdicts, n.Scoring()), side.Verdict(b.Criterion)
			line := lineOf(b.Comparison)
			line.Differs, line.Decides, line.Holds = b.Differs, &b.Decides, new(i == 1)
			line.Outcome, line.Share, line.Score = &v.Outcome, &v.Share, sums.Score
			line.Qualifies, line.Document = new(sums.Qualifies && n.Effective(side.Month.Month)), side.Month
			if err := encoder.Encode(line); err != nil {
				return err
			}
		}
	}
	for _, g := range found.Gaps {
		line := lineOf(g.Comparison)
		line.Reason = g.Reason
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// points is the score of a side: "70%", or "–" if there is none.
func pointsOf(n *norm.Norm, side boundary.Side) string {
	if score := card.Tally(side.Verdicts, n.Scoring()).Score; score != nil {
		return score.String()
	}
	return "–"
}

// came is what the criterion came to: its outcome, or the part that it earns.
func came(v ruling.Verdict) string {
	if v.Outcome == ruling.Unmet && v.Share > 0 {
		return v.Share.String()
	}
	return v.Outcome.String()
}

func boundaryText(w io.Writer, n *norm.Norm, found *boundary.Found) {
	for _, b := range found.Boundaries {
		fmt.Fprintf(w, "%s:%d:%d: %s, %s: %s\n", printable(b.File), b.Line, b.Column, b.Criterion, b.Part, printable(b.Text))
		fmt.Fprintf(w, "    %s\n", printable(b.Differs))
		no, yes := b.Sides[0], b.Sides[1]
		fmt.Fprintf(w, "    %s %s | %s %s", came(no.Verdict(b.Criterion)), pointsOf(n, no), came(yes.Verdict(b.Criterion)), pointsOf(n, yes))
		if !b.Decides {
			fmt.Fprint(w, "  (decides nothing in any month that was tried)")
		}
		fmt.Fprintln(w)
	}
	for _, g := range found.Gaps {
		fmt.Fprintf(w, "%s:%d:%d: %s, %s: %s: no months: %s\n", printable(g.File), g.Line, g.Column, g.Criterion, g.Part, printable(g.Text), printable(g.Reason))
	}
}

func boundaryMarkdown(w io.Writer, n *norm.Norm, found *boundary.Found) {
	cell := func(s string) string { return strings.ReplaceAll(printable(s), "|", "\\|") }
	fmt.Fprintln(w, "| criterion | comparison | differs | false | true |\n|---|---|---|---|---|")
	for _, b := range found.Boundaries {
		no, yes := b.Sides[0], b.Sides[1]
		fmt.Fprintf(w, "| %s | `%s` | %s | %s %s | %s %s |\n", b.Criterion, cell(b.Text), cell(b.Differs),
			came(no.Verdict(b.Criterion)), pointsOf(n, no), came(yes.Verdict(b.Criterion)), pointsOf(n, yes))
	}
	if len(found.Gaps) == 0 {
		return
	}
	fmt.Fprintln(w, "\nWithout months:\n\n| criterion | comparison | reason |\n|---|---|---|")
	for _, g := range found.Gaps {
		fmt.Fprintf(w, "| %s | `%s` | %s |\n", g.Criterion, cell(g.Text), cell(g.Reason))
	}
}
