// What an insurer does in Go: check a bundle offline, under a pinned root and
// the weights of a norm, without a rules engine.
//
//	go run ./examples/insurer BUNDLE ROOT NORM COMPANY INSTANT
//
// The norm is what keurmerk attest norm writes. Without arguments it takes the
// example files beside it. verify.mjs and verify.sh do part of it with Node,
// and with OpenSSL and sha256sum.
package main

import (
	"embed"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/cyberkeurmerk/keurmerk/certify/attest"
)

//go:embed bundle.json root.json norm.json
var example embed.FS

func main() {
	read, args := os.ReadFile, os.Args[1:]
	if len(args) == 0 {
		read, args = example.ReadFile, []string{"bundle.json", "root.json", "norm.json", "kvk:30123456", "2026-11-20T12:00:00Z"}
	}
	if len(args) != 5 {
		log.Fatal("insurer BUNDLE ROOT NORM COMPANY INSTANT")
	}
	var files [3][]byte
	for i := range files {
		text, err := read(args[i])
		if err != nil {
			log.Fatal(err)
		}
		files[i] = text
	}
	root, err := attest.OpenRoot(files[1])
	if err != nil {
		log.Fatal(err)
	}
	norm, err := attest.DecodeNorm(files[2])
	if err != nil {
		log.Fatal(err)
	}
	asOf, err := time.Parse(time.RFC3339, args[4])
	if err != nil {
		log.Fatal(err)
	}
	report, err := attest.Verify(files[0], &attest.Trust{Root: root, Company: args[3], Norms: []attest.Norm{*norm}}, asOf)
	if report == nil {
		log.Fatal(err)
	}
	for _, step := range report.Steps {
		fmt.Printf("%-11s%-8s%s\n", step.Step, step.Result, step.Reason)
	}
	if err != nil {
		fmt.Println("not valid:", err)
		os.Exit(1)
	}
	fmt.Println("valid, status", report.Status)
}
