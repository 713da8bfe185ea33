package bundle

import (
	"archive/tar"
	"compress/gzip"
	"io"
)

// Write writes the bundle as a compressed archive. The same bundle gives the
// same bytes: files are in order of name, and carry no times and no owner.
func (b *Bundle) Write(w io.Writer) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	for _, f := range b.Files() {
		header := &tar.Header{Typeflag: tar.TypeReg, Name: "/" + f.Name, Mode: 0o600, Size: int64(len(f.Data)), Format: tar.FormatUSTAR}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(f.Data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return zipped.Close()
}
