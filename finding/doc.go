// Package finding defines the month document: what was observed at one company
// up to the end of one month.
//
// Two functions come first: [Decode] reads a document strictly, and
// [Month.Add] merges what a tool reported into one.
//
//	month, err := finding.Decode(file)
//	batch, err := nuclei.Read(report)
//	added, err := month.Add(batch)
//
// A document is JSON; everything but the company's id, the month and each
// record's id may be absent:
//
//	{
//	  "company": {"id": "kvk:30123456", "name": "Bakkerij De Korenaar", "size": 12, "enrolled": "2026-04-28"},
//	  "month": "2026-11",
//	  "zone": "Europe/Amsterdam",
//	  "websites": [{"id": "www.korenaar.example", "scanned": "2026-11-29T03:12:00Z", "sources": ["nuclei"]}],
//	  "vulnerabilities": [{"id": "CVE-2026-1234", "asset_type": "computer", "asset": "pc-01", "severity": "high",
//	    "cvss": 8.1, "found": "2026-11-03T09:00:00Z", "fixed": "2026-11-20T10:00:00Z"}],
//	  "custom": {"backup": [{"id": "nas-1", "tested": "2026-11-12"}]}
//	}
//
// A list is a set of records, each known by its key; records with one key are
// merged ([Month.Merge] has the rules), so the order in which tools report
// never matters, and [Month.Digest] is the same for two products that hold the
// same facts. An instant is RFC 3339 with a zone, a date the first instant of
// that day in the document's zone; both are held as UTC.
//
// What follows from the records, such as whether a vulnerability was open at
// the month's end, is never in the file: methods such as [Vulnerability.Open]
// derive it for a [Period].
package finding
