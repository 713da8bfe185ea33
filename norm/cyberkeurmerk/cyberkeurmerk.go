// Package cyberkeurmerk is the reference norm: the eight criteria of the
// Dutch Cyberkeurmerk beside the safe-business-park mark KVO-B.
//
// [Norm] gives it checked and compiled, [FS] the file itself, to copy from:
//
//	n, err := cyberkeurmerk.Norm()
//	card, err := score.Judge(ctx, n, month)
//
// Eight criteria make 100 %: website high risk and computer high risk 20 each,
// enrolment, computers, employees, questionnaires, website and knowledge
// course 10 each. Six months running at the threshold earn the mark. The file
// says of every other value that it is a proposal.
package cyberkeurmerk

import (
	"embed"

	"github.com/cyberkeurmerk/keurmerk/norm"
)

//go:embed norm.yaml
var files embed.FS

// File is the name of the norm file in [FS].
const File = "norm.yaml"

// FS holds the norm file.
func FS() embed.FS { return files }

// Norm loads the reference norm. Each call checks and compiles it anew, so
// call it once and keep the result. It fails only if the embedded file is
// faulty, which the tests rule out.
func Norm() (*norm.Norm, error) { return norm.Load(files, File) }
