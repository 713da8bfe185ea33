package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
)

// way is one condition in norm check --plan --format json, a line for each
// norm.
type way struct {
	Criterion string `json:"criterion"`
	Part      string `json:"part"` // applies, measured, when, share or evidence; rego
	Planned   bool   `json:"planned"`
	Place     string `json:"place,omitempty"`
	Reason    string `json:"reason,omitempty"`
}

// showPlans checks norms and says of each condition how it is evaluated. What
// is wrong with a norm is told instead.
func showPlans(s *streams, files []normFile, format string, allowed bool) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("a plan is told as text or json, not as %s", format)
	}
	found, err := checkAll(files, allowed)
	if err != nil {
		return err
	}
	var out strings.Builder // nothing is half-written
	for i, file := range files {
		if found[i].Failed() {
			return checkNorms(s, files, format, allowed)
		}
		n, err := norm.Load(file.fsys, file.name, engines()...)
		if err != nil {
			return err
		}
		if err := writePlan(&out, file, n.Ways(), format); err != nil {
			return err
		}
	}
	_, err = io.WriteString(s.out, out.String())
	return err
}

func writePlan(out io.Writer, file normFile, ways []norm.Way, format string) error {
	if format == "json" {
		told := make([]way, len(ways))
		for i, w := range ways {
			told[i] = way{w.Criterion, w.Part, w.Reason == "", w.Place, w.Reason}
		}
		return json.NewEncoder(out).Encode(struct {
			File string `json:"file"`
			Plan []way  `json:"plan"`
		}{file.path, told})
	}
	planned := 0
	for _, w := range ways {
		how := "in one pass"
		if w.Reason == "" {
			planned++
		} else {
			how = fmt.Sprintf("record by record: %s: %s", w.Place, w.Reason)
		}
		fmt.Fprintf(out, "%-24s %-9s %s\n", w.Criterion, w.Part, how)
	}
	_, err := fmt.Fprintf(out, "%s: %d of %d conditions are judged in one pass over a month\n", file.path, planned, len(ways))
	return err
}
