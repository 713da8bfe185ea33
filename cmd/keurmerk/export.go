package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/export"
	"github.com/spf13/cobra"
)

// exports are what a month is written as.
var exports = map[string]func(io.Writer, *finding.Month) error{"ocsf": export.OCSF, "sarif": export.SARIF}

func exportCommand(s *streams) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use:   "export --to ocsf|sarif MONTH",
		Short: "Write a month's findings for other systems, as OCSF or SARIF",
		Long: `Write the vulnerabilities and computers of a month document for other systems, to
standard output: as events of OCSF 1.4.0, one a line, or the vulnerabilities as a log of
SARIF 2.1.0. People are left out. The command ingest reads both back as they were.
The month is a file, or "-" for standard input; of several months, in one file
or one a line, OCSF takes all.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error { return s.export(to, files) },
	}
	cmd.Flags().StringVar(&to, "to", "", "the format: ocsf or sarif")
	return cmd
}

// export writes all months, or nothing.
func (s *streams) export(to string, files []string) error {
	write, known := exports[strings.ToLower(to)]
	if !known {
		return fmt.Errorf("--to %q: ocsf or sarif", to)
	}
	var out spool
	defer out.close()
	months := 0
	for m, err := range s.months(files) {
		if err != nil {
			return err
		}
		if months++; months > 1 && strings.EqualFold(to, "sarif") {
			return fmt.Errorf("%s: a SARIF log is of one month, and there are more", strings.Join(files, ", "))
		}
		if err := write(&out, m); err != nil {
			return err
		}
	}
	if months == 0 {
		return fmt.Errorf("%s: there is no month document", strings.Join(files, ", "))
	}
	return out.release(s.out)
}
