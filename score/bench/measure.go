package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// sample is what one judgement cost in one round.
type sample struct {
	cpu, wall     float64 // nanoseconds; CPU of all threads, the garbage collector's too
	allocs, bytes float64
}

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// run is one contestant in a scenario: judge gets the number of the month.
type run struct {
	name       string
	judge      func(i int) error
	iterations int
	once       bool // it takes so long that it is done once
	samples    []sample
}

// budget of time: a round of one contestant takes about round, so that the
// clock's grain does not show; what takes longer than most is done once.
type budget struct{ round, most time.Duration }

// measure runs all contestants in turn, round after round, so that what else
// the machine does meets all of them alike.
func measure(runs []*run, rounds int, b budget) error {
	for _, r := range runs {
		if err := r.calibrate(b); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
	}
	for range rounds {
		for _, r := range runs {
			if r.once {
				continue
			}
			s, err := r.sample(r.iterations, b)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			r.samples = append(r.samples, s)
		}
	}
	return nil
}

// calibrate finds how often a contestant judges in a round.
func (r *run) calibrate(b budget) error {
	for n := 1; ; {
		s, err := r.sample(n, b)
		if err != nil {
			return err
		}
		took := time.Duration(s.wall * float64(n))
		if n == 1 && took > b.most {
			r.once, r.samples = true, []sample{s}
			return nil
		}
		if took >= b.round/2 || n >= 1<<22 {
			r.iterations = max(1, int(float64(n)*float64(b.round)/float64(max(took, 1))))
			return nil
		}
		n *= 4
	}
}

func (r *run) sample(n int, b budget) (sample, error) {
	if b.round >= time.Millisecond {
		runtime.GC() // nobody pays for another's garbage
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	for i := range n {
		if err := r.judge(i); err != nil {
			return sample{}, err
		}
	}
	wall, used := time.Since(began), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	per := func(total float64) float64 { return total / float64(n) }
	return sample{per(float64(used)), per(float64(wall)), per(float64(after.Mallocs - before.Mallocs)), per(float64(after.TotalAlloc - before.TotalAlloc))}, nil
}

// median of one of a sample's figures.
func (r *run) median(of func(sample) float64) float64 { return median(r.figures(of)) }

func (r *run) figures(of func(sample) float64) []float64 {
	all := make([]float64, len(r.samples))
	for i, s := range r.samples {
		all[i] = of(s)
	}
	return all
}

func median(all []float64) float64 {
	all = slices.Sorted(slices.Values(all))
	if len(all) == 0 {
		return 0
	}
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

func cpu(s sample) float64    { return s.cpu }
func wall(s sample) float64   { return s.wall }
func allocs(s sample) float64 { return s.allocs }
func size(s sample) float64   { return s.bytes }

// ratio is the median over the rounds of the ratio within each.
func (r *run) ratio(to *run, of func(sample) float64) float64 {
	if r.once || to.once {
		return r.median(of) / to.median(of)
	}
	ratios := make([]float64, len(r.samples))
	for i := range r.samples {
		ratios[i] = of(r.samples[i]) / of(to.samples[i])
	}
	return median(ratios)
}

// spread is how far the rounds lie from the median at most.
func (r *run) spread(of func(sample) float64) string {
	if r.once {
		return "once"
	}
	all, middle := r.figures(of), r.median(of)
	return fmt.Sprintf("−%.0f %% +%.0f %%", 100*(1-slices.Min(all)/middle), 100*(slices.Max(all)/middle-1))
}

// short writes nanoseconds with three digits.
func short(ns float64) string {
	for _, unit := range []struct {
		name string
		size float64
	}{{"s", 1e9}, {"ms", 1e6}, {"µs", 1e3}} {
		if ns >= unit.size {
			return digits(ns/unit.size) + " " + unit.name
		}
	}
	return digits(ns) + " ns"
}

func digits(f float64) string {
	switch {
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// count writes how many there are.
func count(f float64) string {
	switch {
	case f >= 1e6:
		return fmt.Sprintf("%.1f M", f/1e6)
	case f >= 1e4:
		return fmt.Sprintf("%.0f k", f/1e3)
	case f < 0.05:
		return "0"
	}
	return fmt.Sprintf("%.1f", f)
}
