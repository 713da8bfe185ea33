package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/sheet"
	"github.com/spf13/cobra"
)

// intake is what the flags of ingest say.
type intake struct {
	*streams
	from, company, month, into string
	columns, salt, asset       string
	taken                      string
	complete                   []string
	format                     flags
	document                   *finding.Month
	options                    []reader.Option
}

func ingestCommand(s *streams) *cobra.Command {
	in := &intake{streams: s}
	cmd := &cobra.Command{
		Use:   "ingest FILE|FOLDER...",
		Short: "Turn tools' outputs into a month document",
		Long: `Turn tools' outputs into a month document, which goes to standard output.

The month is that of --into, which stays as it is, or a new one of --company and
--month. Of a folder every file is read, those in its folders too, but not what is
hidden; what no tool is known to have written is passed over, and named. With --from
auto a file may be a month document of the company and the month itself. The
order of the files makes no difference. What was left out of an output, and why,
is told on standard error.`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, files []string) error { return in.run(files) },
	}
	flags := cmd.Flags()
	in.format.withFormat(cmd, "json")
	flags.StringVar(&in.from, "from", "auto", "the tool: "+toolNames()+", sheet, or auto")
	flags.StringVar(&in.company, "company", "", "id of the company")
	flags.StringVar(&in.month, "month", "", "the month, such as 2026-11")
	flags.StringVar(&in.into, "into", "", "a month document to merge into")
	flags.StringVar(&in.columns, "columns", "", "for sheet: a file that says what the columns are")
	flags.StringVar(&in.salt, "salt", "", "a file whose bytes, 16 or more, hash the keys of employees")
	flags.StringVar(&in.asset, "asset", "", "the computer that an output is about which names none")
	flags.StringVar(&in.taken, "taken", "", "when an export of states was taken")
	flags.StringArrayVar(&in.complete, "complete", nil, "website:HOST[=TIME] or computer:NAME[=TIME]: the output is all that the tool knows of it")
	return cmd
}

func toolNames() string {
	var names []string
	for _, f := range ingest.Formats() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func (in *intake) run(files []string) error {
	if in.format.format != "" && in.format.format != "json" {
		return fmt.Errorf("--format %s: this command writes json", in.format.format)
	}
	if err := in.start(); err != nil {
		return err
	}
	outputs, err := in.outputs(files)
	if err != nil {
		return err
	}
	if err := in.merge(outputs); err != nil {
		return err
	}
	var out bytes.Buffer
	if err := in.document.Encode(&out); err != nil {
		return err
	}
	_, err = in.out.Write(out.Bytes())
	return err
}

// start makes the document to merge into, and the readers' options.
func (in *intake) start() error {
	if in.into != "" {
		f, err := in.open(in.into)
		if err != nil {
			return err
		}
		defer f.Close()
		if in.document, err = finding.Decode(f); err != nil {
			return fmt.Errorf("%s: %w", in.into, err)
		}
	} else {
		if in.company == "" || in.month == "" {
			return errors.New("give --company and --month, or --into")
		}
		in.document = &finding.Month{Company: finding.Company{ID: in.company}}
	}
	if in.month != "" {
		month, err := finding.ParseMonth(in.month)
		if err != nil {
			return fmt.Errorf("--month: %w", err)
		}
		if in.into != "" && month != in.document.Month {
			return fmt.Errorf("--month %s: the document is about %s", month, in.document.Month)
		}
		in.document.Month = month
	}
	if in.company != "" && in.company != in.document.Company.ID {
		return fmt.Errorf("--company %q: the document is about %q", in.company, in.document.Company.ID)
	}
	return in.statements()
}

// statements turns flags into what readers are told.
func (in *intake) statements() error {
	period, err := in.document.Period()
	if err != nil {
		return err
	}
	in.options = []reader.Option{reader.Zone(period.Zone), reader.Asset(in.asset)}
	if in.taken != "" {
		at, err := period.ParseInstant(in.taken)
		if err != nil {
			return fmt.Errorf("--taken: %w", err)
		}
		in.options = append(in.options, reader.Taken(at))
	}
	for _, statement := range in.complete {
		subject, when, timed := strings.Cut(statement, "=")
		word, asset, _ := strings.Cut(subject, ":")
		var kind finding.AssetType
		if err := kind.UnmarshalText([]byte(word)); err != nil || asset == "" {
			return fmt.Errorf("--complete %s: website:HOST[=TIME] or computer:NAME[=TIME]", statement)
		}
		var at time.Time
		if timed {
			if at, err = period.ParseInstant(when); err != nil {
				return fmt.Errorf("--complete %s: %w", statement, err)
			}
		}
		in.options = append(in.options, reader.Complete(kind, asset, at))
	}
	if in.salt != "" {
		salt, err := os.ReadFile(in.salt)
		if err != nil {
			return err
		}
		if len(salt) < 16 {
			return fmt.Errorf("--salt %s: at least 16 bytes are needed", in.salt)
		}
		in.options = append(in.options, reader.Salt(salt))
	}
	return nil
}

func (in *intake) read(r io.Reader) (finding.Batch, error) {
	if in.from == "sheet" || in.from == "auto" && in.columns != "" {
		if in.columns == "" {
			return finding.Batch{}, errors.New("--from sheet needs --columns")
		}
		declared, err := in.open(in.columns)
		if err != nil {
			return finding.Batch{}, err
		}
		defer declared.Close()
		columns, err := sheet.DecodeColumns(declared)
		if err != nil {
			return finding.Batch{}, fmt.Errorf("%s: %w", in.columns, err)
		}
		return sheet.Read(r, columns, in.options...)
	}
	if in.from == "auto" {
		format, rest, err := ingest.Detect(r)
		if err != nil {
			return finding.Batch{}, err
		}
		return format.Read(rest, in.options...)
	}
	format, ok := ingest.Find(in.from)
	if !ok {
		return finding.Batch{}, fmt.Errorf("--from %s: known are %s, sheet and auto", in.from, toolNames())
	}
	return format.Read(r, in.options...)
}
