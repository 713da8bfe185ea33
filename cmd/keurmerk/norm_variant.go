package main

import (
	"context"
	"fmt"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// differences runs the tests of a variant's base again and tells what comes
// out otherwise, which is no failure; ran is how many there are.
func (s *streams) differences(ctx context.Context, file normFile, n *norm.Norm) (ran int, err error) {
	differences, ran, err := normtest.Differences(ctx, n)
	if err != nil || n.Base() == nil {
		return ran, err
	}
	for _, d := range differences {
		fmt.Fprintf(s.out, "%s:%d: %s\n", file.shown(d.File), d.Line, printable(d.Name))
		for _, change := range d.Changes {
			fmt.Fprintf(s.out, "    %s\n", printable(change))
		}
	}
	fmt.Fprintf(s.out, "%s: %d tests of its base ran again, %d with another outcome\n", file.path, ran, len(differences))
	return ran, nil
}
