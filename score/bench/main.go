// Bench measures what judging a month costs, beside hand-written Go, cel-go,
// OPA and expr on the same months, and prints tables. Every outcome of every
// contestant is checked against the hand-written ones before it is timed.
//
//	go -C score/bench run .            # the table of the project's README, some minutes
//	go -C score/bench run . -full      # every combination, an hour or so
//	go -C score/bench run . -stream    # keurmerk score on a file of 10,000 company-months
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

func main() {
	full := flag.Bool("full", false, "every combination")
	stream := flag.Bool("stream", false, "the command on a file of company-months, beside a program that only decodes it")
	rounds := flag.Int("rounds", 7, "rounds, interleaved")
	round := flag.Duration("round", 50*time.Millisecond, "how long a round of one contestant takes about")
	most := flag.Duration("most", 2*time.Second, "what takes longer is done once")
	months := flag.Int("months", 10_000, "company-months of -stream")
	records := flag.Int("records", 0, "only months of so many records")
	decode := flag.String("decode", "", "only decode a file of company-months with encoding/json; -stream runs this")
	flag.Parse()
	err := error(nil)
	switch {
	case *decode != "":
		err = decodeOnly(*decode)
	case *stream:
		versions(os.Stdout)
		self, _ := os.Executable()
		err = streamed(os.Stdout, self, *months, cmp.Or(*records, 100), *rounds)
	default:
		versions(os.Stdout)
		if err = tables(os.Stdout, *full, *records, *rounds, budget{*round, *most}); err == nil && *records == 0 {
			err = tracked(os.Stdout, []int{10, 1_000, 100_000}, *rounds, budget{*round, *most})
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func tables(w io.Writer, full bool, records, rounds int, b budget) error {
	fields := map[int]*field{}
	for _, s := range scenarios(full) {
		if records != 0 && s.records != records {
			continue
		}
		if fields[s.criteria] == nil {
			f, err := prepare(s.criteria)
			if err != nil {
				return err
			}
			fields[s.criteria] = f
		}
		if err := s.table(w, fields[s.criteria], rounds, b); err != nil {
			return err
		}
	}
	return nil
}

// scenarios are all, or those that tell most: both ends of size, both kinds of
// month, few and many criteria, the favourable and the unfavourable.
func scenarios(full bool) []scenario {
	if !full {
		return []scenario{
			{records: 10, criteria: 8, compliant: true, text: false, cold: true},
			{records: 1_000, criteria: 8, compliant: true, text: false, cold: false},
			{records: 1_000, criteria: 8, compliant: true, text: false, cold: true},
			{records: 1_000, criteria: 8, compliant: false, text: false, cold: true},
			{records: 100_000, criteria: 8, compliant: true, text: false, cold: true},
			{records: 1_000, criteria: 200, compliant: true, text: false, cold: true},
			{records: 10, criteria: 8, compliant: true, text: true, cold: true},
			{records: 1_000, criteria: 8, compliant: true, text: true, cold: true},
			{records: 1_000, criteria: 8, compliant: false, text: true, cold: true},
			{records: 100_000, criteria: 8, compliant: true, text: true, cold: true},
		}
	}
	var all []scenario
	both := []bool{true, false}
	for _, text := range []bool{false, true} {
		for _, criteria := range []int{8, 200} {
			for _, records := range []int{10, 100, 1_000, 10_000, 100_000} {
				for _, compliant := range both {
					for _, cold := range both {
						all = append(all, scenario{records: records, criteria: criteria, compliant: compliant, text: text, cold: cold})
					}
				}
			}
		}
	}
	return all
}

// versions says what was measured, and on what.
func versions(w io.Writer) {
	fmt.Fprintf(w, "%s %s/%s, GOMAXPROCS %d\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return
	}
	for _, m := range info.Deps {
		switch m.Path {
		case "cel.dev/cel-go", "github.com/expr-lang/expr", "github.com/open-policy-agent/opa", "github.com/go-json-experiment/json":
			fmt.Fprintf(w, "- %s %s\n", m.Path, m.Version)
		}
	}
}
