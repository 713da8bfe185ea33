package m365_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/m365"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/reader"
	"github.com/cyberkeurmerk/keurmerk/finding/ingest/readertest"
	"github.com/stretchr/testify/require"
)

// reports, with how many records each has.
var reports = map[string]int{
	`[{"ActualValue":"","Criticality":"Shall","PolicyId":"MS.AAD.7.3v1","RequirementMet":true},{"PolicyId":"MS.AAD.7.4v1","RequirementMet":false}]`:                                         2,
	`[{"ReportSummary":{"Manual":3,"Failures":1,"Passes":2},"Results":[]}]`:                                                                                                                 1,
	`{"MetaData":{"DisplayName":"x","Tool":"ScubaGear","ToolVersion":"1.8.0"},"Summary":{},"Results":{}}`:                                                                                   1,
	`{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#security/secureScores","value":[{"id":"1","currentScore":10,"maxScore":20},{"id":"2","currentScore":11,"maxScore":20}]}`: 2,
	`{"value":[{"id":"AdminMFAV2","actionType":"Config","controlCategory":"Identity","maxScore":10}]}`:                                                                                      1,
	`{"baseline_version":"1","module_version":"1.8.0","date":"x","tenant_details":[{}]}`:                                                                                                    1,
	"\ufeff\"Control ID\",\"Requirement\",\"Result\",\"Criticality\"\n\"MS.AAD.1.1v1\",\"x\",\"Fail\",\"Shall\"\n":                                                                          1,
	"Rank,Recommended action,Score impact,Points achieved,Status\n1,Ensure MFA,+5%,0/10,To address\n":                                                                                       1,
}

func TestRead(t *testing.T) {
	for text, records := range reports {
		require.True(t, m365.Detect([]byte(text)), text)
		b, err := m365.Read(strings.NewReader(text))
		require.NoError(t, err)
		require.Contains(t, b.Skipped[0].String(), fmt.Sprintf("%d records: not taken as findings", records))
		require.Equal(t, finding.Batch{Source: "m365", Skipped: b.Skipped}, b)
		readertest.Truncate(t, m365.Read, []byte(text), 50)
	}
}

func TestUnreadable(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"value":[{"currentScore":1,"maxScore":2}`, "a,b\n"} {
		b, err := m365.Read(strings.NewReader(text))
		require.Error(t, err, text)
		require.Empty(t, b)
	}
	var limit *reader.LimitError
	for text, records := range reports {
		_, err := m365.Read(strings.NewReader(text), reader.LimitRecords(1))
		if records > 1 {
			require.ErrorAs(t, err, &limit)
		}
	}
}

// Whatever the bytes are, reading keeps the laws of readers.
func FuzzRead(f *testing.F) {
	for text := range reports {
		f.Add([]byte(text), 20)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) { readertest.Laws(t, m365.Read, data, cut) })
}

func ExampleRead() {
	batch, err := m365.Read(strings.NewReader(`[{"PolicyId": "MS.AAD.7.3v1", "Criticality": "Shall", "RequirementMet": false}]`))
	if err != nil {
		panic(err)
	}
	fmt.Println(batch.Skipped[0])
	// Output:
	// 1 records: not taken as findings: they are settings of a Microsoft 365 tenant, of no computer, website or person
}
