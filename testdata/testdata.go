// Package testdata embeds the example company, so that the command can show
// the main job from wherever it runs.
package testdata

import (
	"embed"
	"io/fs"
)

//go:embed vandalen
var files embed.FS

// Company is the folder of the example company, Van Dalen
// Installatietechniek B.V.
func Company() fs.FS {
	company, err := fs.Sub(files, "vandalen")
	if err != nil { // "vandalen" is a valid path
		return files
	}
	return company
}
