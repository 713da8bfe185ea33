package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// streamed measures `keurmerk score` on a file of company-months, on two
// cores, beside this program, self, which decodes the same file with
// encoding/json and does nothing else, on one.
func streamed(w io.Writer, self string, months, records, rounds int) error {
	folder, err := os.MkdirTemp("", "keurmerk-bench-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file, command := filepath.Join(folder, "months.jsonl"), filepath.Join(folder, "keurmerk")
	if out, err := exec.Command("go", "build", "-C", "../..", "-o", command, "./cmd/keurmerk").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	length, err := writeMonths(file, months, records)
	if err != nil {
		return err
	}
	cards := filepath.Join(folder, "cards.jsonl")
	if _, err := timed(2, cards, command, "score", file); err != nil {
		return err
	}
	if err := checkCards(cards, file); err != nil {
		return err
	}
	decoding, scoring := &run{name: "encoding/json into structs, nothing judged, one core"}, &run{name: "keurmerk score, two cores"}
	for range rounds {
		s, err := timed(1, cards, self, "-decode", file)
		if err != nil {
			return err
		}
		decoding.samples = append(decoding.samples, s)
		if s, err = timed(2, cards, command, "score", file); err != nil {
			return err
		}
		scoring.samples = append(scoring.samples, s)
	}
	fmt.Fprintf(w, "\n### a file of %d company-months of %d records, %.0f MB\n\n| | wall | spread | × first | CPU | MB/s | largest memory |\n|---|--:|--:|--:|--:|--:|--:|\n", months, records, float64(length)/1e6)
	for _, p := range []*run{decoding, scoring} {
		middle := p.median(wall)
		fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %.0f | %.0f MiB |\n", p.name, short(middle), p.spread(wall), digits(p.ratio(decoding, wall)), short(p.median(cpu)), float64(length)*1e3/middle, p.median(size)/(1<<20))
	}
	return nil
}

func writeMonths(name string, months, records int) (size int64, err error) {
	f, err := os.Create(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	for i := range months {
		if err := company(i, records, i%2 == 0).Encode(w); err != nil {
			return 0, err
		}
	}
	if err := w.Flush(); err != nil {
		return 0, err
	}
	return f.Seek(0, io.SeekCurrent)
}

// timed runs a program on so many cores with its output in the file. The bytes
// of the sample are the most memory that it held.
func timed(cores int, output, program string, arguments ...string) (sample, error) {
	out, err := os.Create(output)
	if err != nil {
		return sample{}, err
	}
	defer out.Close()
	cmd := exec.Command(program, arguments...)
	cmd.Env = append(os.Environ(), fmt.Sprint("GOMAXPROCS=", cores))
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	began := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%s: %w", program, err)
	}
	took, state := time.Since(began), cmd.ProcessState
	s := sample{wall: float64(took), cpu: float64(state.UserTime() + state.SystemTime())}
	if used, ok := state.SysUsage().(*syscall.Rusage); ok {
		s.bytes = float64(used.Maxrss) * 1024 // in KiB on Linux
	}
	return s, nil
}

// eachLine reads a file of JSON Lines.
func eachLine(name string, do func(line []byte) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 1<<20), 1<<30)
	for lines.Scan() {
		if err := do(lines.Bytes()); err != nil {
			return err
		}
	}
	return lines.Err()
}

func decodeOnly(name string) error {
	return eachLine(name, func(line []byte) error { return json.Unmarshal(line, &document{}) })
}

// checkCards holds the outcomes on every card against the hand-written ones.
func checkCards(cards, months string) error {
	var want [][]outcome
	err := eachLine(months, func(line []byte) error {
		var d document
		if err := json.Unmarshal(line, &d); err != nil {
			return err
		}
		out := make([]outcome, len(reference))
		byHand(&d, out)
		want = append(want, out)
		return nil
	})
	if err != nil {
		return err
	}
	i := 0
	err = eachLine(cards, func(line []byte) error {
		var c struct {
			Criteria []struct {
				Outcome string `json:"outcome"`
			} `json:"criteria"`
		}
		if err := json.Unmarshal(line, &c); err != nil {
			return err
		}
		for k, criterion := range c.Criteria {
			if i >= len(want) || criterion.Outcome != []string{"unmet", "met", "unknown"}[want[i][k]] {
				return fmt.Errorf("card %d: criterion %d is %s", i, k, criterion.Outcome)
			}
		}
		i++
		return nil
	})
	if err == nil && i != len(want) {
		err = fmt.Errorf("%d cards for %d months", i, len(want))
	}
	return err
}
