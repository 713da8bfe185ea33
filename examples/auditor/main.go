// What an auditor does: change a parameter of the norm, and see which of the
// norm's own tests notice.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
)

func main() {
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	if err != nil {
		log.Fatal(err)
	}
	// "More than 5 computers" becomes "more than 4".
	changed := bytes.Replace(file, []byte("more_than_computers: {value: 5"), []byte("more_than_computers: {value: 4"), 1)
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: changed}}, "norm.yaml")
	if err != nil {
		log.Fatal(err) // what is wrong, where, and what was meant
	}
	results, err := normtest.Run(context.Background(), n)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		for _, failure := range r.Failures {
			fmt.Printf("norm.yaml:%d: %s\n    %s\n", r.Line, r.Name, failure)
		}
	}
}
