// Package sslscan reads the XML reports of sslscan: what a server offers by TLS.
//
//	batch, err := sslscan.Read(file, reader.Taken(finished))
//	added, err := month.Add(batch)
//
// Written from sslscan 1.8 to 2.2:
//
//	<document title="SSLScan Results" version="2.0.7"><ssltest host="www.korenaar.example" sniname="www.korenaar.example" port="443">
//	  <protocol type="tls" version="1.0" enabled="1" />
//	  <cipher status="accepted" sslversion="TLSv1.0" bits="0" cipher="NULL-SHA" strength="null" />…
//
//	| sslscan                                               | finding                                        |
//	|-------------------------------------------------------|------------------------------------------------|
//	| host or, where that is an address, sniname            | website, and asset                             |
//	| heartbleed vulnerable                                 | id CVE-2014-0160                               |
//	| compression supported                                 | id CVE-2012-4929                               |
//	| renegotiation supported and not secure                | id CVE-2009-3555                               |
//	| fallback not supported                                | id "sslscan:fallback"                          |
//	| protocol enabled: SSL 2 and 3, TLS 1.0 and 1.1        | id, as "sslscan:protocol TLSv1.0"              |
//	| cipher accepted or preferred, of a strength that is neither strong nor acceptable; of versions that give none: of fewer than 112 bits, or by its name | id, as "sslscan:cipher NULL-SHA" |
//	| certificate: expired, not-yet-valid, self-signed; signed by MD5 or SHA-1; an RSA key of fewer than 2048 bits | id, as "sslscan:certificate expired" |
//	| sslscan gives no severity                             | severity unknown                               |
//	| [reader.Taken]: a report has no date                  | found, seen; scanned of the website            |
//
// A cipher that is not accepted is no finding, however weak it is. The website
// was scanned, and the report is complete for it, if the server was reached (it
// accepted a cipher), the certificate was read, and the caller says when.
package sslscan

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
)

// Name is the tool's name in a record's sources.
const Name = "sslscan"

// Detect tells whether the first bytes of a file are of this format.
func Detect(head []byte) bool {
	root := reader.Root(head).Local
	return root == "document" && bytes.Contains(head, []byte("SSLScan")) || root == "ssltest"
}

// Read reads the whole output. The error is a [*reader.FormatError], a
// [*reader.LimitError] or r's; the batch is then empty.
func Read(r io.Reader, opts ...reader.Option) (finding.Batch, error) {
	s := &scan{options: reader.Settle(opts), batch: finding.Batch{Source: Name}, hosts: map[string]*host{}}
	d := reader.XML(reader.Limit(r, s.options))
	if err := s.document(d); err != nil {
		return finding.Batch{}, reader.UnreadableXML(Name, d, err)
	}
	s.finish()
	return s.batch, nil
}

// host is a website that was looked at, on one port or on several.
type host struct {
	reached, certificate bool
	doubt                string
}

// scan is one reading.
type scan struct {
	options reader.Options
	batch   finding.Batch
	hosts   map[string]*host
	order   []string
	held    int
}

func (s *scan) skip(where, reason string) {
	s.batch.Skipped = append(s.batch.Skipped, finding.Skip{Where: where, Reason: reason})
}

// document reads the tests of hosts, wherever they stand.
func (s *scan) document(d *xml.Decoder) error {
	depth, known := 0, false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && known && depth == 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !known && t.Name.Local != "document" && t.Name.Local != "ssltest" {
				return errors.New("this is no report of sslscan")
			}
			known = true
			depth++
			if t.Name.Local == "ssltest" {
				depth--
				if err := s.test(d, t); err != nil {
					return err
				}
			}
		case xml.EndElement:
			depth--
		}
	}
}

// test reads what was found on one port of one host.
func (s *scan) test(d *xml.Decoder, start xml.StartElement) error {
	name := reader.Host(reader.Attr(start, "host"))
	if sni := reader.Host(reader.Attr(start, "sniname")); name == "" || isAddress(name) && sni != "" {
		name = sni
	}
	if name == "" {
		s.skip("test", "it names no host")
		return d.Skip()
	}
	h, known := s.hosts[name]
	if !known {
		h = &host{reached: true, certificate: true}
		s.hosts[name], s.order = h, append(s.order, name)
	}
	t := &test{scan: s, name: name}
	for {
		token, err := d.Token()
		if err != nil {
			return err
		}
		switch element := token.(type) {
		case xml.StartElement:
			if err := t.element(d, element); err != nil {
				return err
			}
		case xml.EndElement:
			if element.Name.Local != "ssltest" {
				continue
			}
			h.reached, h.certificate = h.reached && t.reached, h.certificate && t.certificate
			if t.failed {
				h.doubt = "the scan met an error"
			}
			return nil
		}
	}
}

func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// test is the reading of one port.
type test struct {
	*scan
	name                         string
	reached, certificate, failed bool
}

// element reads what stands in a test. A certificate's own elements are read
// one by one, as those of a chain are several.
func (t *test) element(d *xml.Decoder, e xml.StartElement) error {
	attr := func(name string) string { return reader.Attr(e, name) }
	switch e.Name.Local {
	case "certificates":
		return nil
	case "certificate":
		return t.cert(d, e)
	case "error":
		t.failed = true
	case "heartbleed":
		return t.add(d, attr("vulnerable") == "1", "CVE-2014-0160", "Heartbleed: memory of the server can be read")
	case "compression":
		return t.add(d, attr("supported") == "1", "CVE-2012-4929", "TLS compression is enabled (CRIME)")
	case "renegotiation":
		return t.add(d, attr("supported") == "1" && attr("secure") == "0", "CVE-2009-3555", "Insecure renegotiation is supported")
	case "fallback":
		return t.add(d, attr("supported") == "0", "sslscan:fallback", "TLS Fallback SCSV is not supported")
	case "protocol":
		protocol := strings.ToUpper(attr("type")) + "v" + attr("version")
		on := attr("enabled") == "1"
		t.reached = t.reached || on
		return t.add(d, on && slices.Contains(old, protocol), "sslscan:protocol "+protocol, protocol+" is enabled")
	case "cipher":
		on := attr("status") == "accepted" || attr("status") == "preferred"
		t.reached = t.reached || on
		return t.add(d, on && weak(e), "sslscan:cipher "+attr("cipher"), "The cipher "+attr("cipher")+" is "+reader.First(attr("strength"), "weak"))
	}
	return d.Skip()
}

// old are the protocols that are no longer to be used (RFC 6176, 7568, 8996).
var old = []string{"SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"}

// weakNames are ciphers that are weak in whatever protocol.
var weakNames = regexp.MustCompile(`NULL|ADH|AECDH|^EXP|RC4|RC2|DES-CBC|MD5$`)

// weak tells whether sslscan calls the cipher so. Versions before 1.11 don't
// call it anything.
func weak(e xml.StartElement) bool {
	switch reader.Attr(e, "strength") {
	case "strong", "acceptable":
		return false
	case "":
		return reader.Float(reader.Attr(e, "bits")) < 112 || weakNames.MatchString(reader.Attr(e, "cipher"))
	}
	return true
}

// add adds a finding, if it is one.
func (t *test) add(d *xml.Decoder, is bool, id, title string) error {
	if is {
		if t.held++; t.held > t.options.MaxRecords {
			return &reader.LimitError{What: "records", Limit: int64(t.options.MaxRecords)}
		}
		t.batch.Vulnerabilities = append(t.batch.Vulnerabilities, finding.Vulnerability{ID: id, AssetType: finding.AssetWebsite, Asset: t.name,
			Severity: finding.SeverityUnknown, Title: title, Found: t.options.Taken, Seen: t.options.Taken, Sources: []string{Name}})
	}
	if d == nil {
		return nil
	}
	return d.Skip()
}

// cert reads a certificate.
func (t *test) cert(d *xml.Decoder, start xml.StartElement) error {
	var c struct {
		Algorithm string `xml:"signature-algorithm"`
		Key       struct {
			Type string `xml:"type,attr"`
			Bits string `xml:"bits,attr"`
		} `xml:"pk"`
		SelfSigned  string `xml:"self-signed"`
		NotYetValid string `xml:"not-yet-valid"`
		Expired     string `xml:"expired"`
		After       string `xml:"not-valid-after"`
	}
	if err := d.DecodeElement(&c, &start); err != nil {
		return err
	}
	t.certificate = true
	algorithm, bits := strings.ToLower(c.Algorithm), reader.Float(c.Key.Bits)
	for _, f := range []struct {
		is        bool
		id, title string
	}{
		{strings.TrimSpace(c.Expired) == "true", "expired", "The certificate has expired: " + strings.TrimSpace(c.After)},
		{strings.TrimSpace(c.NotYetValid) == "true", "not yet valid", "The certificate is not yet valid"},
		{strings.TrimSpace(c.SelfSigned) == "true", "self-signed", "The certificate is signed by itself"},
		{strings.HasPrefix(algorithm, "md5") || strings.HasPrefix(algorithm, "sha1"), "signature", "The certificate is signed by " + strings.TrimSpace(c.Algorithm)},
		{c.Key.Type == "RSA" && bits > 0 && bits < 2048, "key", fmt.Sprintf("The RSA key of the certificate has %v bits", bits)},
	} {
		if err := t.add(nil, f.is, "sslscan:certificate "+f.id, f.title); err != nil {
			return err
		}
	}
	return nil
}

// finish tells which websites were scanned.
func (s *scan) finish() {
	if len(s.order) == 0 {
		s.skip("report", "nothing is taken as scanned: it holds no host")
	}
	stated := s.options.Stated(finding.AssetWebsite)
	for _, name := range s.order {
		h := s.hosts[name]
		at := stated[name]
		if at.IsZero() {
			at = s.options.Taken
		}
		w := finding.Website{ID: name, Sources: []string{Name}}
		switch {
		case h.doubt != "":
			s.skip(name, "not taken as scanned: "+h.doubt)
		case !h.reached:
			s.skip(name, "not taken as scanned: the server was not reached by TLS")
		case !h.certificate:
			s.skip(name, "not taken as scanned: partial: no certificate was read")
		case at.IsZero():
			s.skip(name, "not taken as scanned: nobody says when")
		default:
			w.Scanned = at
			s.batch.Complete = append(s.batch.Complete, finding.Complete{AssetType: finding.AssetWebsite, Asset: name, At: at})
		}
		s.batch.Websites = append(s.batch.Websites, w)
	}
}
