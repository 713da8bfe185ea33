package main

import (
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	doc "github.com/cyberkeurmerk/keurmerk/norm/document"
	"github.com/spf13/cobra"
)

func normDoc(s *streams) *cobra.Command {
	var f flags
	var o doc.Options
	cmd := &cobra.Command{
		Use:   "doc [NORM]",
		Short: "Write a norm out for the people who are judged by it",
		Long: `Write a norm out, as Markdown or as one page of HTML, for the people who are
judged by it: what it takes, the criteria, what is measured, and the terms of the
mark in words. Left out, NORM is the reference norm and --lang each of its
languages in turn.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := f.choose(s, "markdown", "markdown", "html")
			if err != nil {
				return err
			}
			if f.lang != "" {
				if err := f.checkLang(); err != nil {
					return err
				}
				o.Languages = []string{f.lang}
			}
			n, err := cyberkeurmerk.Norm()
			if len(args) > 0 {
				n, _, err = s.oneNorm(args[0])
			}
			if err != nil {
				return err
			}
			write := doc.Markdown // on a terminal too
			if format == "html" {
				write = doc.HTML
			}
			out, err := write(n, o)
			if err != nil {
				return err
			}
			_, err = s.out.Write(out)
			return err
		},
	}
	f.withFormat(cmd, "markdown or html")
	cmd.Flags().StringVar(&f.lang, "lang", "", "language: nl or en; left out: each that the norm has")
	cmd.Flags().BoolVar(&o.CEL, "cel", false, "show the conditions too, as the computer reads them")
	return cmd
}
