package main

import (
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/spf13/cobra"
)

func normTest(s *streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "test [NORM...]",
		Short: "Run the tests that a norm carries",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.norm != "" {
				args = append(args, f.norm)
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			passed, failed := 0, 0
			for _, file := range files {
				n, err := norm.Load(file.fsys, file.name, engines()...)
				if err != nil {
					return fmt.Errorf("the norm %s can't be used:\n%w", file.path, err)
				}
				results, err := normtest.Run(cmd.Context(), n)
				if err != nil {
					return err
				}
				again, err := s.differences(cmd.Context(), file, n)
				if err != nil {
					return err
				}
				if len(results)+again == 0 {
					s.say("%s: the norm has no tests", file.path)
					return errNo
				}
				for _, r := range results {
					if len(r.Failures) == 0 {
						passed++
						continue
					}
					failed++
					fmt.Fprintf(s.out, "%s:%d: %s\n", file.path, r.Line, printable(r.Name))
					for _, failure := range r.Failures {
						fmt.Fprintf(s.out, "    %s\n", printable(failure))
					}
					for _, line := range r.Evidence {
						fmt.Fprintf(s.out, "        %s\n", printable(line))
					}
				}
			}
			fmt.Fprintf(s.out, "%d passed, %d failed\n", passed, failed)
			if failed > 0 {
				return errNo
			}
			return nil
		},
	}
	f.withNorm(cmd)
	return cmd
}
