package main

import (
	"bytes"
	"errors"

	"github.com/cyberkeurmerk/keurmerk/certify/impact"
	"github.com/spf13/cobra"
)

func normImpact(s *streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "impact A B MONTH...",
		Short: "Say what norm B in the place of A would do to companies",
		Long: `Judge past months under the norms A and B and say who gains or loses what, by which
criterion, and what it does to marks.

A file of months holds one month document, or one a line; - is standard input. Marks
are folded from these months alone. One bad document and nothing is written.`,
		Args: cobra.MinimumNArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			format, err := f.choose(s, "text", "text", "json", "markdown")
			if err == nil {
				err = f.checkLang()
			}
			if err != nil {
				return err
			}
			a, err := loadNorm(args[0])
			if err != nil {
				return err
			}
			b, err := loadNorm(args[1])
			if err != nil {
				return err
			}
			report, err := impact.Compare(cmd.Context(), a, b, s.months(args[2:]))
			if err != nil {
				return err
			}
			if report.Total.Months == 0 {
				return errors.New("there is no month document in the input")
			}
			var out bytes.Buffer
			switch format {
			case "json":
				err = report.JSON(&out)
			case "markdown":
				err = report.Markdown(&out, f.lang)
			default:
				err = report.Text(&out, f.lang)
			}
			if err != nil {
				return err
			}
			_, err = s.out.Write(out.Bytes())
			return err
		},
	}
	f.withFormat(cmd, "text, json or markdown")
	f.withLang(cmd)
	return cmd
}
