package normtest

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"runtime"
	"slices"
	"sync"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/mutate"
)

// Mutation is what the tests of a norm make of its mutants.
type Mutation struct {
	Killed     int             // noticed by a test or history
	Unusable   int             // refused when loaded; they count neither way
	Survivors  []mutate.Mutant // noticed by none, in the order of the file
	Equivalent []Equivalent    // they judge alike, so that no test can notice
}

// Equivalent is a change that changes nothing, and why that is certain.
type Equivalent struct {
	mutate.Mutant
	Reason string
}

// ErrFailing says that the norm as it is fails its own tests, so that they
// can't tell its mutants apart.
var ErrFailing = errors.New("the norm fails its own tests, or has none")

// Mutate makes the norm's mutants and runs its tests and histories on each, on
// all cores. The norm is loaded from the named file, with the engines that it
// needs. The error is that of [norm.Load], [ErrFailing], or ctx's.
func Mutate(ctx context.Context, fsys fs.FS, name string, engines ...norm.Engine) (*Mutation, error) {
	n, err := norm.Load(fsys, name, engines...)
	if err != nil {
		return nil, err
	}
	if len(n.Tests())+len(n.Histories()) == 0 || notices(ctx, n, false) {
		return nil, cmp.Or(ctx.Err(), ErrFailing)
	}
	mutants, err := mutate.Mutants(fsys, name, n)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(mutants))
	var workers sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				verdicts[i] = try(ctx, n, mutants[i], fsys, name, engines)
			}
		})
	}
	for i := range mutants {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	result := &Mutation{}
	for i, v := range verdicts {
		switch {
		case v.killed:
			result.Killed++
		case v.unusable:
			result.Unusable++
		case v.reason != "":
			result.Equivalent = append(result.Equivalent, Equivalent{mutants[i], v.reason})
		default:
			result.Survivors = append(result.Survivors, mutants[i])
		}
	}
	return result, nil
}

// verdict is what came of one mutant.
type verdict struct {
	killed, unusable bool
	reason           string // why it is equivalent
}

func try(ctx context.Context, n *norm.Norm, m mutate.Mutant, fsys fs.FS, name string, engines []norm.Engine) verdict {
	changed, err := norm.Load(m.Apply(fsys), name, engines...)
	switch {
	case err != nil:
		return verdict{unusable: true}
	case changed.Logic() == n.Logic():
		return verdict{reason: "the digest of its logic is the same"}
	case notices(ctx, changed, m.Kind == mutate.Certification):
		return verdict{killed: true}
	}
	return verdict{reason: mutate.Equivalent(n, changed, m)}
}

// notices tells whether a test or history of the norm fails; it stops at the
// first that does. What is likelier to notice comes first.
func notices(ctx context.Context, n *norm.Norm, historiesFirst bool) bool {
	history := func() bool {
		return slices.ContainsFunc(n.Histories(), func(h norm.History) bool { return len(runHistory(n, h).Failures) > 0 })
	}
	if historiesFirst && history() {
		return true
	}
	if slices.ContainsFunc(n.Tests(), func(t norm.Test) bool { return len(runTest(ctx, n, t).Failures) > 0 }) {
		return true
	}
	return !historiesFirst && history()
}
