package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/spf13/cobra"
)

func normCheck(s *streams) *cobra.Command {
	var f flags
	var explain string
	var allowed, plan bool
	cmd := &cobra.Command{
		Use:   "check [NORM...]",
		Short: "Say what is wrong with a norm, and where",
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("explain") {
				return explainCode(s, explain)
			}
			format, err := f.choose(s, "text", "text", "json", "sarif", "github")
			if err != nil {
				return err
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			if plan {
				return showPlans(s, files, format, allowed)
			}
			return checkNorms(s, files, format, allowed)
		},
	}
	f.withFormat(cmd, "text, json, sarif or github")
	cmd.Flags().BoolVar(&allowed, "all", false, "also the warnings that a comment in the norm allows")
	cmd.Flags().BoolVar(&plan, "plan", false, "say which conditions are judged in one pass over a month, and why others aren't")
	cmd.Flags().StringVar(&explain, "explain", "", "say what a code such as KM-YAML is about, and check nothing")
	return cmd
}

func checkNorms(s *streams, files []normFile, format string, allowed bool) error {
	var all norm.Faults
	found, err := checkAll(files, allowed)
	if err != nil {
		return err
	}
	for i, file := range files {
		faults := found[i]
		for _, fault := range faults {
			fault.File = file.shown(fault.File)
			all = append(all, fault)
		}
		if len(faults) == 0 {
			s.say("%s: no faults", file.path)
		}
	}
	if err := writeFaults(s, all, format); err != nil {
		return err
	}
	if all.Failed() {
		return errNo
	}
	return nil
}

func writeFaults(s *streams, faults norm.Faults, format string) error {
	switch format {
	case "json":
		return diag.JSON(s.out, faults)
	case "sarif":
		return diag.SARIF(s.out, faults)
	case "github":
		return diag.GitHub(s.out, faults)
	}
	var codes []string
	for _, fault := range faults {
		codes = append(codes, fault.Code)
	}
	slices.Sort(codes)
	if codes = slices.Compact(codes); len(codes) > 0 {
		defer s.say("More about %s: keurmerk norm check --explain CODE", strings.Join(codes, " "))
	}
	return diag.Text(s.out, faults, s.terminal() && os.Getenv("NO_COLOR") == "")
}

// explainCode prints what a fault's code is about.
func explainCode(s *streams, code string) error {
	code = strings.ToUpper(code)
	if about := diag.Explain(code); about != "" {
		_, err := fmt.Fprintf(s.out, "%s: %s\n", code, about)
		return err
	}
	var known []string
	for code := range diag.Codes() {
		known = append(known, code)
	}
	message := fmt.Sprintf("there is no code %q", code)
	if hint := diag.DidYouMean(code, known); hint != "" {
		message += "; " + hint
	}
	return errors.New(message)
}
