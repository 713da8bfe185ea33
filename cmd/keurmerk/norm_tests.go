package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/coverage"
	"github.com/cyberkeurmerk/keurmerk/norm/mutate"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/spf13/cobra"
)

func normTest(s *streams) *cobra.Command {
	var f flags
	var mutants bool
	cmd := &cobra.Command{
		Use:   "test [NORM...]",
		Short: "Run the tests that a norm carries, and say what they don't test",
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := f.choose(s, "text", "text", "json")
			if err != nil {
				return err
			}
			if f.norm != "" {
				args = append(args, f.norm)
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			var out testWriter = &testText{streams: s}
			if format == "json" {
				out = &testJSON{s}
			}
			norms := make([]*norm.Norm, len(files)) // all of them before anything is written
			for i, file := range files {
				if norms[i], err = norm.Load(file.fsys, file.name, engines()...); err != nil {
					return fmt.Errorf("the norm %s can't be used:\n%w", file.path, err)
				}
			}
			good := true
			for i, file := range files {
				passed, err := testNorm(cmd.Context(), s, file, norms[i], out, mutants)
				if err != nil {
					return err
				}
				good = good && passed
			}
			if !good {
				return errNo
			}
			return nil
		},
	}
	f.withNorm(cmd)
	f.withFormat(cmd, "text or json")
	cmd.Flags().BoolVar(&mutants, "mutate", false, "change weights, limits, comparisons and constants one at a time, and name each change that no test notices")
	return cmd
}

// testWriter writes what came of the tests of one norm.
type testWriter interface {
	results(file normFile, results []normtest.Result) error
	differences(ctx context.Context, file normFile, n *norm.Norm) (ran int, err error)
	coverage(file normFile, r *coverage.Report) error
	mutation(file normFile, m *normtest.Mutation) error
}

// testNorm tests one norm; it tells whether all is as it should be.
func testNorm(ctx context.Context, s *streams, file normFile, n *norm.Norm, out testWriter, mutants bool) (good bool, err error) {
	results, err := normtest.Run(ctx, n)
	if err != nil {
		return false, err
	}
	again, err := out.differences(ctx, file, n)
	if err != nil {
		return false, err
	}
	if len(results)+again == 0 {
		s.say("%s: the norm has no tests", file.path)
		return false, nil
	}
	if err := out.results(file, results); err != nil {
		return false, err
	}
	good = len(results) == 0 || normtest.Passed(results)
	if len(n.Tests()) > 0 || n.Base() != nil {
		if r, err := normtest.Coverage(ctx, n); err != nil {
			s.say("%s: what the tests reach can't be measured: %v", file.path, err)
		} else if err := out.coverage(file, r); err != nil {
			return false, err
		}
	}
	if !mutants {
		return good, nil
	}
	if !good || len(results) == 0 {
		s.say("%s: mutants are made once the norm passes tests of its own", file.path)
		return false, nil
	}
	m, err := normtest.Mutate(ctx, file.fsys, file.name, engines()...)
	if err != nil {
		return false, err
	}
	return len(m.Survivors) == 0, out.mutation(file, m)
}

// testText writes for people.
type testText struct{ *streams }

func (t *testText) results(file normFile, results []normtest.Result) error {
	passed := 0
	for _, r := range results {
		if len(r.Failures) == 0 {
			passed++
			continue
		}
		fmt.Fprintf(t.out, "%s:%d: %s\n", file.path, r.Line, printable(r.Name))
		for _, failure := range r.Failures {
			fmt.Fprintf(t.out, "    %s\n", printable(failure))
		}
		for _, line := range r.Evidence {
			fmt.Fprintf(t.out, "        %s\n", printable(line))
		}
	}
	_, err := fmt.Fprintf(t.out, "%s: %d passed, %d failed\n", file.path, passed, len(results)-passed)
	return err
}

func (t *testText) differences(ctx context.Context, file normFile, n *norm.Norm) (int, error) {
	return t.streams.differences(ctx, file, n)
}

func (t *testText) coverage(file normFile, r *coverage.Report) error {
	fmt.Fprintln(t.out)
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "months that reach\tmet\tunmet\tunknown\tnot applicable\t")
	for _, c := range r.Criteria {
		fmt.Fprintf(w, "%s\t", c.ID)
		for _, o := range []ruling.Outcome{ruling.Met, ruling.Unmet, ruling.Unknown, ruling.NotApplicable} {
			cell := "-"
			for _, reached := range c.Outcomes {
				if reached.Outcome == o {
					cell = fmt.Sprint(reached.Reached)
				}
			}
			fmt.Fprintf(w, "%s\t", cell)
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, gap := range r.Gaps() {
		place := file.path
		if gap.File != "" {
			place = fmt.Sprintf("%s:%d:%d", file.shown(gap.File), gap.Line, gap.Column)
		}
		fmt.Fprintf(t.out, "%s: no test has %s\n", place, printable(oneLine(gap.Missing)))
	}
	reached, of := r.Reached()
	_, err := fmt.Fprintf(t.out, "%d of %d outcomes and sides of conditions reached\n", reached, of)
	return err
}

// oneLine writes a condition of several lines on one.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func (t *testText) mutation(file normFile, m *normtest.Mutation) error {
	fmt.Fprintln(t.out)
	for _, s := range m.Survivors {
		fmt.Fprintf(t.out, "%s:%d:%d: no test notices: %s\n    test %s\n", file.shown(s.File), s.Line, s.Column, printable(oneLine(s.What)), printable(oneLine(s.Test)))
	}
	for _, e := range m.Equivalent {
		fmt.Fprintf(t.out, "%s:%d:%d: changes nothing: %s\n    %s\n", file.shown(e.File), e.Line, e.Column, printable(oneLine(e.What)), printable(oneLine(e.Reason)))
	}
	_, err := fmt.Fprintf(t.out, "%d changes noticed, %d not noticed, %d that change nothing\n", m.Killed, len(m.Survivors), len(m.Equivalent))
	return err
}

// testJSON writes JSON Lines, as certify/normtest/result.schema.json says.
type testJSON struct{ *streams }

func (t *testJSON) line(v any) error {
	line, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s\n", line)
	return err
}

type testLine struct {
	File     string   `json:"file"`
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Line     int      `json:"line"`
	Pass     bool     `json:"pass"`
	Failures []string `json:"failures"`
	Evidence []string `json:"evidence"`
}

func (t *testJSON) results(file normFile, results []normtest.Result) error {
	for _, r := range results {
		l := testLine{file.path, string(r.Kind), r.Name, r.Line, len(r.Failures) == 0, append([]string{}, r.Failures...), append([]string{}, r.Evidence...)}
		if err := t.line(l); err != nil {
			return err
		}
	}
	return nil
}

func (t *testJSON) differences(ctx context.Context, file normFile, n *norm.Norm) (int, error) {
	type difference struct {
		File    string   `json:"file"`
		Kind    string   `json:"kind"`
		Name    string   `json:"name"`
		Line    int      `json:"line"`
		Changes []string `json:"changes"`
	}
	differences, ran, err := normtest.Differences(ctx, n)
	for _, d := range differences {
		if err == nil {
			err = t.line(difference{file.shown(d.File), string(d.Kind), d.Name, d.Line, d.Changes})
		}
	}
	return ran, err
}

func (t *testJSON) coverage(file normFile, r *coverage.Report) error {
	type covered struct {
		Reached int `json:"reached"`
		Of      int `json:"of"`
		*coverage.Report
	}
	shown := *r
	shown.Conditions = append([]coverage.Condition{}, r.Conditions...)
	for i := range shown.Conditions {
		shown.Conditions[i].File = file.shown(shown.Conditions[i].File)
	}
	reached, of := r.Reached()
	return t.line(struct {
		File     string  `json:"file"`
		Coverage covered `json:"coverage"`
	}{file.path, covered{reached, of, &shown}})
}

type mutantLine struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Kind      string `json:"kind"`
	Criterion string `json:"criterion"`
	Change    string `json:"change"`
	Test      string `json:"test"`
	Reason    string `json:"reason"`
}

func (t *testJSON) mutation(file normFile, m *normtest.Mutation) error {
	write := func(m mutate.Mutant, reason string) mutantLine {
		return mutantLine{file.shown(m.File), m.Line, m.Column, string(m.Kind), m.Criterion, m.What, m.Test, reason}
	}
	survivors, equivalent := []mutantLine{}, []mutantLine{}
	for _, s := range m.Survivors {
		survivors = append(survivors, write(s, ""))
	}
	for _, e := range m.Equivalent {
		equivalent = append(equivalent, write(e.Mutant, e.Reason))
	}
	type mutants struct {
		Killed     int          `json:"killed"`
		Unusable   int          `json:"unusable"`
		Survivors  []mutantLine `json:"survivors"`
		Equivalent []mutantLine `json:"equivalent"`
	}
	return t.line(struct {
		File    string  `json:"file"`
		Mutants mutants `json:"mutants"`
	}{file.path, mutants{m.Killed, m.Unusable, survivors, equivalent}})
}
