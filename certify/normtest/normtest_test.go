package normtest_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"testing/fstest"

	"github.com/cyberkeurmerk/keurmerk/certify/normtest"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/cyberkeurmerk"
	"github.com/stretchr/testify/require"
)

// failing runs the reference norm's tests on the norm with a change, and
// counts those that notice.
func failing(t *testing.T, old, changed string) int {
	file, err := cyberkeurmerk.FS().ReadFile(cyberkeurmerk.File)
	require.NoError(t, err)
	require.True(t, bytes.Contains(file, []byte(old)), "the norm has no %q", old)
	file = bytes.Replace(file, []byte(old), []byte(changed), 1)
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: file}}, "norm.yaml")
	require.NoError(t, err)
	results, err := normtest.Run(context.Background(), n)
	require.NoError(t, err)
	require.NotEmpty(t, results)
	count := 0
	for _, r := range results {
		if len(r.Failures) > 0 {
			count++
		}
	}
	return count
}

// The reference norm passes its own tests, and each change of a number, a
// comparison or a word in its conditions is noticed by one of them.
func TestReferenceNorm(t *testing.T) {
	require.Zero(t, failing(t, "id: cyberkeurmerk-kvo-b", "id: cyberkeurmerk-kvo-b"))
	for _, change := range [][2]string{
		{"more_than_computers: {value: 5", "more_than_computers: {value: 4"},
		{"more_than_computers: {value: 5", "more_than_computers: {value: 6"},
		{"more_than_employees: {value: 5", "more_than_employees: {value: 4"},
		{"more_than_employees: {value: 5", "more_than_employees: {value: 6"},
		{"questionnaire_score: {value: 70", "questionnaire_score: {value: 69"},
		{"questionnaire_score: {value: 70", "questionnaire_score: {value: 71"},
		{"computer_coverage: {value: 90", "computer_coverage: {value: 88"},
		{"computer_coverage: {value: 90", "computer_coverage: {value: 91"},
		{"course_days: {value: 365", "course_days: {value: 364"},
		{"course_days: {value: 365", "course_days: {value: 366"},
		{"websites.exists(w, w.active) && websites.all(w, !w.active || w.fresh)", "websites.all(w, !w.active || w.fresh)"},
		{"websites.exists(w, w.active) && websites.all(w, !w.active || w.fresh)", "websites.exists(w, w.active)"},
		{"websites.all(w, !w.active || w.fresh)", "websites.all(w, w.fresh)"},
		{"computers.exists(c, c.active) &&\n    ", "true &&\n    "},
		{"c.active && c.fresh).size() * 100", "c.active).size() * 100"},
		{"WEBSITE && it.open && it.severity >= HIGH", "WEBSITE && it.open && it.severity > HIGH"},
		{"WEBSITE && it.open && it.severity >= HIGH", "WEBSITE && it.open && it.severity >= MEDIUM"},
		{"WEBSITE && it.open && it.severity >= HIGH", "WEBSITE && it.severity >= HIGH"},
		{"it.asset_type == WEBSITE && it.open && it.severity >= HIGH", "it.open && it.severity >= HIGH"},
		{"it.severity > NONE", "it.severity > LOW"},
		{"it.severity > NONE", "it.severity >= NONE"},
		{"COMPUTER && it.open && it.severity >= HIGH", "COMPUTER && it.open && it.severity > HIGH"},
		{"COMPUTER && it.open && it.severity >= HIGH", "COMPUTER && it.open && it.severity >= MEDIUM"},
		{"COMPUTER && it.open && it.severity >= HIGH", "COMPUTER && it.severity >= HIGH"},
		{"it.asset_type == COMPUTER && it.open", "it.open"},
		{"when: company.active", "when: 'true'"},
		{"where: it.active && it.fresh", "where: it.fresh"},
		{"where: it.active && it.fresh", "where: it.active"},
		{"where: it.active\n", "where: 'true'\n"},
		{"questionnaires.exists(q, q.done)", "'true'"},
		{"!it.done || it.score >=", "it.score >="},
		{"some: courses\n      where: it.days_offered <= params.course_days", "some: courses"},
	} {
		require.Positive(t, failing(t, change[0], change[1]), "no test notices %q for %q", change[1], change[0])
	}
}

func ExampleRun() {
	n, err := cyberkeurmerk.Norm()
	if err != nil {
		panic(err)
	}
	results, err := normtest.Run(context.Background(), n)
	if err != nil {
		panic(err)
	}
	for _, r := range results[:3] {
		fmt.Println(len(r.Failures), r.Name)
	}
	// Output:
	// 0 everything in order earns everything
	// 0 a company that has not enrolled
	// 0 one high website vulnerability costs both website criteria
}
