package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/spf13/cobra"
)

// withNorms is for commands that pick the version of the norm by month.
func (f *flags) withNorms(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.norms, "norms", "", "a folder with the versions of one norm; a month is judged by the one in force on its first day")
}

// catalog reads the versions that --norms names, or --norm if that is a folder
// too; nil if a single norm is meant.
func (f *flags) catalog() (*norm.Catalog, error) {
	folder := f.norms
	if folder == "" {
		if info, err := os.Stat(f.norm); f.norm == "" || err != nil || !info.IsDir() {
			return nil, nil
		}
		folder = f.norm
	} else if f.norm != "" {
		return nil, errors.New("give either --norm or --norms")
	}
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, err
	}
	c, err := norm.LoadCatalog(root.FS(), engines()...)
	if err != nil {
		return nil, fmt.Errorf("the norms in %s can't be used:\n%w", folder, err)
	}
	return c, nil
}
