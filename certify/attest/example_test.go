package attest_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
)

// An insurer asks whether a company held the mark on the day of a claim.
func ExampleVerify() {
	read := func(name string) []byte {
		text, err := os.ReadFile("../../examples/insurer/" + name)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
	root, err := attest.OpenRoot(read("root.json"))
	if err != nil {
		log.Fatal(err)
	}
	norm, err := attest.DecodeNorm(read("norm.json"))
	if err != nil {
		log.Fatal(err)
	}
	trust := &attest.Trust{Root: root, Company: "kvk:30123456", Norms: []attest.Norm{*norm}}
	for _, day := range []time.Time{time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)} {
		report, err := attest.Verify(read("bundle.json"), trust, day)
		fmt.Println(report.Valid, report.Status, err)
	}
	// Output:
	// true valid <nil>
	// false unknown step 9 (dates): valid from 2026-11-05T23:00:00Z, asked about is 2026-11-01T12:00:00Z
}
