package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/report"
	"github.com/spf13/cobra"
)

func reportCommand(s *streams) *cobra.Command {
	var f flags
	var width int
	var noColor bool
	cmd := &cobra.Command{
		Use:   "report MONTH...",
		Short: "Write the monthly report for people",
		Long: `Write the monthly answer to "how safe is my company?".

Of several months of one company the last is reported and the others are its trend.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			format, err := f.choose(s, "text", "text", "markdown")
			if err == nil {
				err = f.checkLang()
			}
			if err != nil {
				return err
			}
			n, err := f.load()
			if err != nil {
				return err
			}
			var cards []*score.Card
			name, company := "", ""
			for month, err := range s.months(names) {
				if err != nil {
					return err
				}
				if company != "" && month.Company.ID != company {
					return fmt.Errorf("the months are of two companies, %q and %q", company, month.Company.ID)
				}
				company = month.Company.ID
				card, err := score.Judge(cmd.Context(), n, month)
				if err != nil {
					return err
				}
				cards = append(cards, card)
				if month.Company.Name != "" {
					name = month.Company.Name
				}
			}
			r := report.New(n, cards, report.Options{Language: f.lang, Name: name})
			if r == nil {
				return fmt.Errorf("there is no month document in the input")
			}
			if format == "markdown" {
				return r.Markdown(s.out)
			}
			return r.Text(s.out, report.Style{Width: width, Color: s.terminal() && !noColor})
		},
	}
	f.withNorm(cmd)
	f.withFormat(cmd, "text or markdown")
	f.withLang(cmd)
	cmd.Flags().IntVar(&width, "width", 80, "columns of the text report")
	cmd.Flags().BoolVar(&noColor, "no-color", false, "no colours on a terminal")
	return cmd
}

// printable makes a text from outside safe to show on a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return '\ufffd'
		}
		return r
	}, s)
}
