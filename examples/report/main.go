// Show a company its report in a product: an HTTP handler that answers with the
// page, lets browsers keep it, and sends it again only when it has changed.
//
// The page's tag is made of the digests of what it rests on, so that a request
// for what the browser has costs neither advice nor rendering. Run it with
//
//	go run ./examples/report
//
// It asks itself for a page on the loopback interface, asks again, and asks
// once more after the month has changed.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/cyberkeurmerk/keurmerk/score"
	"github.com/cyberkeurmerk/keurmerk/score/report"
)

// pages serves the report of one company. Who may see it is for the product to
// decide before the request comes here.
type pages struct {
	norm   *norm.Norm
	mu     sync.Mutex
	months []*finding.Month
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page, err := p.page(r.Context(), language(r), w.Header(), r.Header.Values("If-None-Match"))
	if err != nil {
		log.Print(err) // the reader is not told what went wrong inside
		http.Error(w, "the report can't be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Vary", "Accept-Language")
	// Only this reader's browser keeps the page, and it asks each time.
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page)) // 304 if the tag is the browser's
}

// page sets the tag and makes the page, or nothing if the browser has it.
func (p *pages) page(ctx context.Context, language string, header http.Header, has []string) ([]byte, error) {
	p.mu.Lock()
	months := slices.Clone(p.months)
	p.mu.Unlock()
	cards := make([]*score.Card, len(months))
	for i, m := range months {
		var err error
		if cards[i], err = score.Judge(ctx, p.norm, m); err != nil {
			return nil, err
		}
	}
	header.Set("ETag", tag(cards, language))
	if slices.Contains(has, header.Get("ETag")) {
		return nil, nil
	}
	last := months[len(months)-1]
	advice, err := score.Advise(ctx, p.norm, last)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = report.New(p.norm, cards, report.Options{Language: language, Name: last.Company.Name, Advice: advice}).HTML(&page)
	return page.Bytes(), err
}

// tag is made of all that the page depends on: the norm, the findings and the
// company of each month, the version that judged, and the language.
func tag(cards []*score.Card, language string) string {
	h := sha256.New()
	for _, c := range cards {
		fmt.Fprintln(h, c.Norm.Digest, c.Findings.Digest, c.Engine)
	}
	fmt.Fprintln(h, language)
	return fmt.Sprintf(`"%x"`, h.Sum(nil)[:16])
}

func language(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("Accept-Language"), "en") {
		return "en"
	}
	return "nl"
}

func main() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		log.Fatal(err)
	}
	month, err := finding.Decode(strings.NewReader(`{"company":{"id":"kvk:30123456","name":"Bakkerij De Korenaar","enrolled":"2026-04-28"},"month":"2026-11",
		"websites":[{"id":"www.korenaar.example","scanned":"2026-11-29T03:12:00Z"}],
		"vulnerabilities":[{"id":"CVE-2026-1234","asset_type":"website","asset":"www.korenaar.example","severity":"high"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	p := &pages{norm: n, months: []*finding.Month{month}}
	server := httptest.NewServer(p)
	defer server.Close()

	first := ask(server.URL, "")
	ask(server.URL, first)
	p.mu.Lock()
	p.months[0] = month.Without([]string{"website", "www.korenaar.example", "CVE-2026-1234"})
	p.mu.Unlock()
	ask(server.URL, first)
}

// ask requests the page as a browser that has one with the tag.
func ask(url, has string) (tag string) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		log.Fatal(err)
	}
	if has != "" {
		r.Header.Set("If-None-Match", has)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	scored := "nothing is sent"
	if _, after, found := bytes.Cut(body, []byte(`<p class="verdict">`)); found {
		before, _, _ := bytes.Cut(after, []byte("<"))
		scored = string(before)
	}
	fmt.Println(answer.StatusCode, answer.Header.Get("Cache-Control")+", "+scored)
	return answer.Header.Get("ETag")
}
