package main

import (
	"github.com/cyberkeurmerk/keurmerk/norm/schema"
	"github.com/spf13/cobra"
)

func normSchema(s *streams) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the norm file, for editors",
		Long: `Print the JSON Schema of the norm file (draft-07). An editor that knows YAML
schemas completes and explains keys when a norm's first line names it:

  # yaml-language-server: $schema=norm.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			text, err := schema.JSON()
			if err != nil {
				return err
			}
			_, err = s.out.Write(text)
			return err
		},
	}
}
