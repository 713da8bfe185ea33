package main

import (
	"fmt"
	"io"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/compare"
	"github.com/spf13/cobra"
)

func normDiff(s *streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "diff A B",
		Short: "Say what changed between two norms in meaning, not in lines",
		Long: `Say what changed from the norm A to the norm B: criteria, weights, parameters,
conditions, terms and texts, each with its place in both files and whether it is
stricter or looser where that can be known. The exit status is 0 if there is no
difference in meaning, 1 if there is one.`,
		Args: cobra.ExactArgs(2),
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := f.choose(s, "text", "text", "json", "markdown")
			if err != nil {
				return err
			}
			a, fileA, err := s.oneNorm(args[0])
			if err != nil {
				return err
			}
			b, fileB, err := s.oneNorm(args[1])
			if err != nil {
				return err
			}
			all := compare.Norms(a, b)
			for _, d := range all {
				if d.A != nil {
					d.A.File = fileA.shown(d.A.File)
				}
				if d.B != nil {
					d.B.File = fileB.shown(d.B.File)
				}
			}
			return s.writeDifferences(all, format)
		},
	}
	f.withFormat(cmd, "text, json or markdown")
	return cmd
}

// oneNorm loads the one norm that an argument names.
func (s *streams) oneNorm(arg string) (*norm.Norm, normFile, error) {
	files, err := s.normFiles([]string{arg})
	if err != nil {
		return nil, normFile{}, err
	}
	if len(files) != 1 {
		return nil, normFile{}, fmt.Errorf("the folder %s holds %d norms; name one", arg, len(files))
	}
	n, err := norm.Load(files[0].fsys, files[0].name, engines()...)
	if err != nil {
		return nil, normFile{}, fmt.Errorf("the norm %s can't be used:\n%w", arg, err)
	}
	return n, files[0], nil
}

func (s *streams) writeDifferences(all []compare.Difference, format string) error {
	out := compare.Text(all)
	switch format {
	case "markdown":
		out = compare.Markdown(all)
	case "json":
		lines, err := compare.JSON(all)
		if err != nil {
			return err
		}
		out = string(lines)
		s.say("%s", compare.Summary(all))
	}
	if _, err := io.WriteString(s.out, out); err != nil {
		return err
	}
	if !compare.Same(all) {
		return errNo
	}
	return nil
}
