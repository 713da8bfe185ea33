package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// headBytes is how much of a file is looked at to tell a month document.
const headBytes = 64 << 10

// output is what one file said.
type output struct {
	file   string
	batch  finding.Batch
	month  *finding.Month // instead, of a file that is a month document
	digest string         // of a batch that settles what was fixed: its place among others of the same time
}

// outputs reads the files, and those in folders.
func (in *intake) outputs(names []string) ([]output, error) {
	var all []output
	for _, name := range names {
		files, folder, err := filesOf(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		before := len(all)
		for _, file := range files {
			one, err := in.file(file)
			if folder && errors.Is(err, ingest.ErrUnknown) {
				in.say("%s: passed over: %v", file, err)
				continue
			}
			if errors.Is(err, ingest.ErrUnknown) {
				err = fmt.Errorf("%w; known are %s", err, toolNames())
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all = append(all, one)
		}
		if folder && len(all) == before {
			return nil, fmt.Errorf("%s: the folder holds no output that can be read; known are %s", name, toolNames())
		}
	}
	return all, nil
}

// filesOf lists the files of a folder and of the folders in it, by name,
// without those that are hidden, links to folders, and what could be read for
// ever, such as a pipe. What is no folder is the only file.
func filesOf(name string) (files []string, folder bool, err error) {
	info, err := os.Stat(name)
	if name == "-" || err != nil || !info.IsDir() {
		return []string{name}, false, nil // opening it says what is wrong
	}
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		hidden := path != name && strings.HasPrefix(entry.Name(), ".")
		switch {
		case err != nil:
			return err
		case hidden && entry.IsDir():
			return fs.SkipDir
		case entry.IsDir() || hidden:
			return nil
		}
		info, err := os.Stat(path) // of what a link leads to
		if err == nil && info.Mode().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	return files, true, err
}

// file reads one output.
func (in *intake) file(name string) (output, error) {
	f, err := in.open(name)
	if err != nil {
		return output{}, err
	}
	defer f.Close()
	one := output{file: name}
	r := bufio.NewReaderSize(f, headBytes)
	head, _ := r.Peek(headBytes) // an error comes back at the next reading
	if in.from == "auto" && in.columns == "" && finding.Detect(reader.Head(head)) {
		one.month, err = finding.Decode(reader.Limit(r, reader.Settle(nil)))
		if errors.Is(err, io.ErrUnexpectedEOF) { // of what it is packed in
			err = errors.New("the file is cut off")
		}
		return one, err
	}
	if one.batch, err = in.read(r); err != nil {
		return output{}, err
	}
	if len(one.batch.Complete) > 0 {
		trial := &finding.Month{Company: in.document.Company, Month: in.document.Month, Zone: in.document.Zone}
		if _, err := trial.Add(one.batch); err != nil {
			return output{}, err
		}
		one.digest = trial.Digest()
	}
	return one, nil
}

// merge adds the outputs to the document: those that settle what was fixed in
// order of time, so that what a later one no longer holds is fixed whatever
// the order of the files.
func (in *intake) merge(all []output) error {
	latest := func(o output) time.Time {
		var last time.Time
		for _, c := range o.batch.Complete {
			if c.At.After(last) {
				last = c.At
			}
		}
		return last
	}
	slices.SortStableFunc(all, func(a, b output) int {
		return cmp.Or(latest(a).Compare(latest(b)), cmp.Compare(a.batch.Source, b.batch.Source), cmp.Compare(a.digest, b.digest))
	})
	for _, one := range all {
		if one.month != nil {
			if err := in.document.Merge(one.month); err != nil {
				return fmt.Errorf("%s: %w", one.file, err)
			}
			in.say("%s: a month document: %d records", one.file, one.month.Count())
			continue
		}
		added, err := in.document.Add(one.batch)
		if err != nil {
			return fmt.Errorf("%s: %w", one.file, err)
		}
		in.say("%s: %s: %d records, %d fixed, %d left out as later than the month", one.file, one.batch.Source, added.Records, added.Fixed, added.Late)
		for _, skip := range one.batch.Skipped {
			in.say("%s: skipped: %s", one.file, printable(skip.String()))
		}
	}
	return nil
}
