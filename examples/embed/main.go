// Embed the library in a product: an HTTP handler that takes a month document
// and answers with its scorecard.
//
// Run it with go run ./examples/embed: it serves one good and one bad document
// to itself on the loopback interface and prints the answers.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
)

// handler judges under one norm, which all requests share.
type handler struct{ norm *norm.Norm }

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	month, err := finding.Decode(http.MaxBytesReader(w, r.Body, 1<<20))
	if faults, ok := errors.AsType[*finding.DecodeError](err); ok {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		json.NewEncoder(w).Encode(faults.Faults)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	card, err := score.Judge(r.Context(), h.norm, month)
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	// The same findings under the same norm give the same card.
	w.Header().Set("ETag", fmt.Sprintf("%q", card.Findings.Digest+card.Norm.Digest))
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(card)
}

func main() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		log.Fatal(err)
	}
	server := httptest.NewServer(handler{n})
	defer server.Close()
	for _, document := range []string{
		`{"company":{"id":"kvk:30123456","enrolled":"2026-04-28"},"month":"2026-11"}`,
		`{"company":{"id":"kvk:30123456"},"month":"2026-13","website":[]}`,
	} {
		answer, err := http.Post(server.URL, "application/json", strings.NewReader(document))
		if err != nil {
			log.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(answer.StatusCode, strings.TrimSpace(string(body)))
	}
}
