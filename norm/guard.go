package norm

import (
	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/source"
)

// What a panic of the library, of one that it uses or of an engine becomes: a
// fault of the norm, so that the norm of a stranger can't stop its caller.
const (
	internalCode    = "KM-INTERNAL"
	internalMessage = "the library itself failed on this norm: %v"
	internalHint    = "report this with the norm, and write the condition in another way"
)

// parse is [source.Parse], which never panics.
func parse(f *source.File) (d *source.Document) {
	defer func() {
		if cause := recover(); cause != nil {
			d = &source.Document{File: f, Faults: diag.Faults{f.Fault(0, 0, internalCode, internalHint, internalMessage, cause)}}
		}
	}()
	return source.Parse(f)
}

// guarded does its work without ever panicking. What fails is reported at the
// expression that was compiled last.
func (r *reader) guarded(work func()) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		at := r.Root
		if r.at != nil {
			at = r.at
		}
		start, end := r.Extent(at)
		r.ReportAt(start, end, internalCode, internalHint, internalMessage, cause)
		r.Faults.Sort()
	}()
	work()
}
