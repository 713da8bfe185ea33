package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/spf13/cobra"
)

// digests are a line of norm digest --format json.
type digests struct {
	File     string         `json:"file"` // as it was named
	ID       string         `json:"id"`
	Version  string         `json:"version"`
	Files    string         `json:"files"`
	Logic    string         `json:"logic"`
	Manifest []manifestLine `json:"manifest"`
}

type manifestLine struct {
	SHA256 string `json:"sha256"` // 64 hex digits
	Path   string `json:"path"`   // from the norm's folder
}

func normDigest(s *streams) *cobra.Command {
	var f flags
	var manifest bool
	cmd := &cobra.Command{
		Use:   "digest [NORM...]",
		Short: "Print the digests of a norm's files and of its logic",
		Long: `Print two digests of a norm. That of its files is the SHA-256 over the lines that
sha256sum prints for them, in path order, so that it can be told without this
command, in the norm's folder:

  LC_ALL=C sha256sum norm.yaml website.rego | sha256sum

The files are the norm, the modules that it names, and its base if it is a
variant; --manifest prints their lines. The digest of the logic is over what the
norm demands; layout, comments, texts and tests don't change it.`,
		RunE: func(_ *cobra.Command, args []string) error {
			format, err := f.choose(s, "text", "text", "json")
			if err != nil {
				return err
			}
			files, err := s.normFiles(args)
			if err != nil {
				return err
			}
			var out strings.Builder // nothing is half-written
			for _, file := range files {
				n, err := norm.Load(file.fsys, file.name, engines()...)
				if err != nil {
					return fmt.Errorf("the norm %s can't be used:\n%w", file.path, err)
				}
				switch {
				case manifest:
					out.WriteString(n.Manifest())
				case format == "text":
					fmt.Fprintf(&out, "files %s  %s\nlogic %s  %s\n", n.Files(), file.path, n.Logic(), file.path)
				default:
					line, err := json.Marshal(digestsOf(n, file.path))
					if err != nil {
						return err
					}
					fmt.Fprintf(&out, "%s\n", line)
				}
			}
			_, err = io.WriteString(s.out, out.String())
			return err
		},
	}
	f.withFormat(cmd, "text or json")
	cmd.Flags().BoolVar(&manifest, "manifest", false, "print the lines of sha256sum of which the files' digest is taken")
	return cmd
}

func digestsOf(n *norm.Norm, path string) digests {
	d := digests{File: path, ID: n.ID(), Version: n.Version(), Files: n.Files(), Logic: n.Logic()}
	for line := range strings.Lines(n.Manifest()) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		d.Manifest = append(d.Manifest, manifestLine{sum, name})
	}
	return d
}
