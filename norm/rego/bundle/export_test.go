package bundle

// Of is a bundle of these files, for tests that change some.
func Of(files []File) *Bundle { return &Bundle{files: files} }
