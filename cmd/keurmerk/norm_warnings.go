package main

import (
	"github.com/cyberkeurmerk/keurmerk/norm"
)

// checkAll checks the norms by themselves and beside each other: each file's
// faults, in the order of the files. With allowed, the warnings that a
// comment allows are among them.
func checkAll(files []normFile, allowed bool) ([]norm.Faults, error) {
	found := make([]norm.Faults, len(files))
	var whole []*norm.Norm
	var at []int // of each whole norm its file
	for i, file := range files {
		n, faults, err := norm.Check(file.fsys, file.name, engines()...)
		if err != nil {
			return nil, err
		}
		found[i] = faults
		if n == nil {
			continue
		}
		if allowed {
			found[i] = append(found[i], n.Silenced()...)
		}
		whole, at = append(whole, n), append(at, i)
	}
	for i, overlaps := range norm.Overlaps(whole...) {
		found[at[i]] = append(found[at[i]], overlaps...)
	}
	for i, late := range norm.Late(whole...) {
		found[at[i]] = append(found[at[i]], late...)
	}
	for _, faults := range found {
		faults.Sort()
	}
	return found, nil
}
