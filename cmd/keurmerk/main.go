// Keurmerk judges months of security findings under a norm and says what
// became of the mark. Run it without arguments for its commands.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
)

// The exit statuses: done and good, done and the answer is no, unusable.
const (
	exitGood     = 0
	exitNo       = 1
	exitUnusable = 2
)

// errNo ends a command whose answer is no and has been given.
var errNo = errors.New("the answer is no")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second one ends it at once
	code := run(ctx, os.Args[1:], interruptible{ctx, os.Stdin}, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the whole command: data goes to stdout, words to stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(&streams{stdin, stdout, stderr})
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	switch err := root.ExecuteContext(ctx); {
	case err == nil:
		return exitGood
	case errors.Is(err, errNo):
		return exitNo
	default:
		fmt.Fprintf(stderr, "keurmerk: %s\n", words(err.Error()))
		return exitUnusable
	}
}

func newRoot(s *streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "keurmerk",
		Short: "Judge months of security findings, and say what became of the mark",
		Long: `Keurmerk reads what security tools found at a company in a month, judges it under
a declarative norm into a scorecard, and folds months into the state of a mark.

Try first:  keurmerk demo`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(demoCommand(s), scoreCommand(s), ingestCommand(s), exportCommand(s), reportCommand(s), badgeCommand(s), normCommand(s), certifyCommand(s), portfolioCommand(s), ledgerCommand(s), attestCommand(s), verifyCommand(s), logCommand(s))
	return root
}
