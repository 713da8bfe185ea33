package norm_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cyberkeurmerk/keurmerk/finding"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/ruling"
	"github.com/stretchr/testify/require"
)

// hostile is a norm from a stranger, and what becomes of it: a fault of that
// code, an unknown outcome within budget, or anything at all.
type hostile struct{ text, code string }

const (
	overBudget = "unknown, for its budget"
	anything   = ""
)

// hostileNorms are the attacks that were measured on bare CEL and YAML, and
// more. Each is refused, or judged within its budget.
func hostileNorms() map[string]hostile {
	all := map[string]hostile{}
	for name, c := range map[string]hostile{
		"string doubling":   {`["a"].map(x, x + x).map(x, x + x)[0] == "a"`, "KM-CEL-SUBSET"},
		"format doubling":   {`"%s%s".format(["a", "a"]) == "a"`, "KM-CEL-SUBSET"},
		"list equality":     {`[1].map(a, [a, a]) == [1].map(a, [a, a])`, "KM-TYPE"},
		"growing equality":  {"[1]" + strings.Repeat(".map(a,[a,a])", 20) + " == [1]" + strings.Repeat(".map(a,[a,a])", 20), "KM-TYPE"},
		"list in list":      {`[1] in [[1]]`, "KM-TYPE"},
		"record equality":   {`websites.all(w, websites.all(v, v == w))`, "KM-TYPE"},
		"three deep":        {`websites.all(a, websites.all(b, websites.all(c, true)))`, "KM-CEL-NESTING"},
		"map literal":       {`{"a": 1} == {"a": 1}`, "KM-CEL-SUBSET"},
		"map iteration":     {`{"a": 1, "b": 2}.exists(k, k == "a")`, "KM-CEL-SUBSET"},
		"nested maps":       {strings.Repeat(`{"a":[`, 50) + "1" + strings.Repeat("]}", 50) + " == 1", "KM-CEL-SIZE"},
		"many nested maps":  {strings.Repeat(`{'a':[`, 120) + "1" + strings.Repeat("]}", 120) + " == 1", "KM-CEL-SIZE"},
		"nested literals":   {strings.Repeat("[", 300) + strings.Repeat("]", 300) + ".size() > 0", "KM-CEL-SIZE"},
		"parentheses":       {strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500), "KM-CEL-SIZE"},
		"open parentheses":  {strings.Repeat("(", 3900), "KM-CEL-SYNTAX"},
		"negations":         {strings.Repeat("!", 3000) + "true", anything},
		"minuses":           {strings.Repeat("-", 3000) + "1 > 0", anything},
		"ternaries":         {strings.Repeat("true ? true : ", 250) + "true", anything},
		"node flood":        {"true" + strings.Repeat("||true", 600), anything},
		"name flood":        {strings.Repeat("x||", 1300) + "x", "KM-CEL-SIZE"},
		"fault flood":       {strings.Repeat("x||", 400) + "x", "KM-UNKNOWN-NAME"},
		"sign flood":        {strings.Repeat("= ", 1900), "KM-CEL-SYNTAX"},
		"type chain":        {"[[[[[[[[1]]]]]]]]" + strings.Repeat(".map(a,[a,a])", 200) + ".size() > 0", anything},
		"long":              {strings.Repeat(" ", 4001), "KM-CEL-EMPTY"},
		"too long":          {"true" + strings.Repeat(" ", 4001), "KM-CEL-SIZE"},
		"map chain":         {"[1]" + strings.Repeat(".map(a,[a,a])", 200) + ".size() > 0", anything},
		"filter chain":      {"vulnerabilities" + strings.Repeat(".filter(a,a.open)", 200) + ".size() > 0", anything},
		"pattern":           {`company.name.matches("(a*)*(a*)*((a{20}){20}){20}")`, "KM-CEL-PATTERN"},
		"counted pattern":   {`company.name.matches("a{1000}")`, "KM-CEL-PATTERN"},
		"dynamic pattern":   {`company.name.matches(company.id)`, "KM-CEL-PATTERN"},
		"many patterns":     {"vulnerabilities.all(v, " + strings.Repeat(`!v.title.matches("(x|y)*z(a|b)*c(d|e)*") && `, 60) + "true)", anything},
		"pattern in a loop": {`vulnerabilities.all(v, !v.title.matches("(x|y)*z"))`, anything},
		"recursion":         {"tweede", "KM-UNKNOWN-NAME"},
		"overflow":          {"9223372036854775807 * vulnerabilities.size() > 0", anything},
		"overflow literal":  {"9223372036854775808 > 0", "KM-CEL-SYNTAX"},
		"float":             {`1.0 < 2.0`, "KM-CEL-SUBSET"},
		"division":          {`1 / 0 == 0`, "KM-CEL-SUBSET"},
		"bytes":             {`b"a" == b"a"`, "KM-CEL-SUBSET"},
		"null":              {`null == null`, "KM-CEL-SUBSET"},
		"type":              {`type(company) == type(company)`, "KM-CEL-SUBSET"},
		"struct":            {`google.protobuf.Timestamp{seconds: 1} == google.protobuf.Timestamp{}`, "KM-CEL-SUBSET"},
		"hidden variable":   {"@end > company.enrolled", "KM-CEL-SYNTAX"},
		"empty":             {"", "KM-CEL-EMPTY"},
		"no bool":           {"company.name", "KM-TYPE"},
		"pairs":             {"vulnerabilities.all(v, vulnerabilities.all(w, w.id != 'x'))", anything},
		"pairs of halves":   {"vulnerabilities.all(v, employees.all(w, w.id != 'x'))", anything},
		"wide pairs":        {"vulnerabilities.all(v, employees.all(w, " + strings.Repeat("w.id != 'x' && ", 200) + "true))", overBudget},
		"wide loop":         {"vulnerabilities.all(v, " + strings.Repeat("v.id != 'x' && ", 250) + "true)", anything},
		"many loops":        {strings.Repeat("vulnerabilities.all(v, v.id != 'x') && ", 95) + "true", anything},
		"evidence":          {strings.Repeat("(true && ", 50) + "vulnerabilities.all(v, v.id != 'x')" + strings.Repeat(")", 50), anything},
	} {
		quoted := "'" + strings.ReplaceAll(c.text, "'", "''") + "'"
		all[name] = hostile{with(quoted, ""), c.code}
	}
	keys := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	criteria := func(n int, when string) string {
		head, tail, _ := strings.Cut(minimal, "criteria:\n")
		tail = tail[strings.Index(tail, "certification:"):]
		var b strings.Builder
		for i := range n {
			weight := "0.2%"
			if i == 0 {
				weight = fmt.Sprintf("%d.%d%%", 100-(n-1)/5, (10-(n-1)%5*2)%10)
				if (n-1)%5 != 0 {
					weight = fmt.Sprintf("%d.%d%%", 99-(n-1)/5, 10-(n-1)%5*2)
				}
			}
			fmt.Fprintf(&b, "  - {id: c%d, weight: %s, when: \"%s\"}\n", i, weight, when)
		}
		return head + "criteria:\n" + b.String() + tail
	}
	maps.Copy(all, map[string]hostile{
		"alias bomb":          {"a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c]\ne: [*d,*d,*d,*d]\n", "KM-ALIAS"},
		"merge bomb":          {"a: &a {x: 1}\nb: &b {<<: [*a, *a]}\n<<: [*b, *b]\n", "KM-MERGE"},
		"many keys":           {minimal + keys(50_000, "k%d: 1\n"), "KM-TOO-MANY"},
		"many equal keys":     {minimal + keys(50_000, "k: %d\n"), "KM-DUPLICATE-KEY"},
		"many parameters":     {with("company.active", "parameters:\n"+keys(20_000, "  p%d: {value: 1}\n")), anything},
		"many names":          {with("company.active", "let:\n"+keys(20_000, "  n%d: company.active\n")), anything},
		"chained names":       {with("n199", "let:\n  n0: vulnerabilities.all(v, v.open)\n"+chain(199)), anything},
		"many types":          {with("company.active", "types:\n"+keys(20_000, "  t%d: {a: text}\n")), anything},
		"many fields":         {with("company.active", "types:\n  t: {"+keys(20_000, "f%d: text, ")+"z: text}\n"), anything},
		"many languages":      {strings.Replace(minimal, "[nl, en]", "["+keys(20_000, "l%d, ")+"nl]", 1), "KM-LANGUAGE"},
		"many tests":          {minimal + "fixtures:\n  f: {employees: [" + keys(2_000, "{id: e%d}, ") + "{id: z}]}\ntests:\n" + keys(2_000, "  - {name: t%d, given: f, month: 2026-11, expect: {}}\n"), anything},
		"many small tests":    {minimal + "tests:\n" + keys(10_000, "  - {name: t%d, month: 2026-11, expect: {}}\n"), anything},
		"many fixed tests":    {minimal + "fixtures:\n  f: {employees: [{id: e}]}\ntests:\n" + keys(10_000, "  - {name: t%d, given: f, month: 2026-11, expect: {}}\n"), anything},
		"most loops, spread":  {criteria(400, "vulnerabilities.all(v, "+strings.Repeat("v.id != 'x' && ", 20)+"true)"), anything},
		"most short loops":    {criteria(400, "vulnerabilities.all(v, v.id != 'x')"), anything},
		"most tests, written": {minimal + "tests:\n" + keys(8_000, "  - {name: t%d, month: 2026-11, with: {courses: [{id: c}]}, expect: {score: 10%%}}\n"), anything},
		"deep":                {minimal + "tests: " + strings.Repeat("[", 50_000), "KM-YAML"},
		"deep and closed":     {minimal + "tests: " + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "\n", "KM-DEPTH"},
		"one line":            {"a: [" + keys(100_000, "%d, ") + "1]\n", "KM-UNKNOWN-KEY"},
		"one wide line":       {"a: [é, " + keys(60_000, "{é: %d}, ") + "1]\n", "KM-UNKNOWN-KEY"},
		"long key":            {minimal + strings.Repeat("k", 1000) + ": 1\n", "KM-UNKNOWN-KEY"},
		"long text":           {strings.Replace(minimal, "Proef", strings.Repeat("x", 900_000), 1), anything},
		"open quote":          {minimal + "x: '" + strings.Repeat("a\n", 400_000), "KM-YAML"},
		"quotes":              {minimal + "x: " + strings.Repeat("'a' ", 200_000), "KM-YAML"},
		"colons":              {minimal + "x: " + strings.Repeat(": ", 400_000), "KM-YAML"},
		"commas missing":      {minimal + "x: {" + strings.Repeat("a: b ", 150_000), "KM-YAML"},
		"tabs":                {minimal + strings.Repeat("\tx: 1\n", 100_000), "KM-YAML"},
		"spaces":              {minimal + "x: |2\n" + strings.Repeat(" ", 900_000) + "x\n", "KM-UNKNOWN-KEY"},
		"oversized":           {minimal + strings.Repeat("# x\n", 300_000), "KM-FILE-SIZE"},
		"many criteria":       {criteria(5_000, "company.active"), "KM-CRITERIA"},
		"many loops, spread":  {criteria(150, "vulnerabilities.all(v, "+strings.Repeat("v.id != 'x' && ", 20)+"true)"), anything},
		"many failing loops":  {criteria(150, "vulnerabilities.all(v, "+strings.Repeat("v.remedy != 'x' && ", 20)+"true)"), overBudget},
		"many wide criteria":  {criteria(230, strings.Repeat("company.active && ", 200)+"true"), anything},
		"many expensive ones": {criteria(40, "vulnerabilities.all(v, employees.all(w, !w.id.contains(v.id)))"), overBudget},
		"many looked up":      {criteria(40, "vulnerabilities.all(v, employees.all(w, w.id != v.id))"), anything},
		"many faulty ones":    {criteria(400, strings.Repeat("x || ", 300)+"x"), "KM-TOO-MANY"},
	})
	return all
}

// chain gives named values that each use the one before twice.
func chain(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  n%d: n%d && n%d\n", i+1, i, i)
	}
	return b.String()
}

// crowd is a month of 1,000 records.
func crowd() *finding.Month {
	m := month()
	m.Computers = nil
	for i := range 500 {
		m.Vulnerabilities = append(m.Vulnerabilities, finding.Vulnerability{ID: fmt.Sprintf("CVE-%d", i), AssetType: finding.AssetComputer,
			Asset: "pc", Severity: finding.SeverityHigh, Found: m.Company.Enrolled, Title: strings.Repeat("xy", 50)})
		m.Employees = append(m.Employees, finding.Employee{ID: fmt.Sprintf("e-%d", i)})
	}
	return m
}

// become tells what becomes of the norm: its first faults' codes, or the
// outcomes.
func become(text string) (codes []string, faults norm.Faults, verdicts []ruling.Verdict, err error) {
	n, err := norm.Load(fstest.MapFS{"norm.yaml": {Data: []byte(text)}}, "norm.yaml")
	if errors.As(err, &faults) {
		for _, f := range faults {
			codes = append(codes, f.Code)
		}
		return codes, faults, nil, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	verdicts, err = n.Judge(context.Background(), crowd())
	for _, v := range verdicts {
		if v.Outcome == ruling.Unknown && strings.Contains(v.Reason, "budget") {
			codes = append(codes, overBudget)
		}
	}
	return codes, nil, verdicts, err
}

// measured is what a process of its own says of a norm.
type measured struct {
	Codes []string
	CPU   time.Duration // of loading and judging
	Bytes uint64        // by which the program grew at most
}

// A norm from a stranger costs its reader little: under 300 ms of processor
// time and 64 MiB, in a process of its own.
func TestHostileNorms(t *testing.T) {
	if name := os.Getenv("KEURMERK_HOSTILE"); name != "" {
		measure(t, hostileNorms()[name])
		return
	}
	norms := hostileNorms()
	names := make([]string, 0, len(norms))
	for name := range norms {
		names = append(names, name)
	}
	slices.Sort(names)
	quick := []string{"pairs", "many names", "one wide line", "many loops, spread", "node flood", "many faulty ones"}
	if os.Getenv("KEURMERK_SLOW") == "" {
		t.Logf("%d of %d norms in a process of their own; all with KEURMERK_SLOW=1", len(quick), len(norms))
		names = quick
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			var last measured
			for range 3 { // the machine is shared; the least of three counts
				last = inProcess(t, name)
				if last.CPU < 300*time.Millisecond && last.Bytes < 64<<20 {
					break
				}
			}
			t.Logf("%v, %d KiB, %.3v", last.CPU.Round(time.Millisecond), last.Bytes>>10, last.Codes)
			require.Less(t, last.CPU, 300*time.Millisecond)
			require.Less(t, last.Bytes, uint64(64<<20))
			if want := norms[name].code; want != anything {
				require.Contains(t, last.Codes, want)
			}
		})
	}
}

func inProcess(t *testing.T, name string) (m measured) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHostileNorms$", "-test.v")
	cmd.Env = append(os.Environ(), "KEURMERK_HOSTILE="+name)
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	_, line, found := strings.Cut(string(out), "measured: ")
	require.True(t, found, "%s", out)
	line, _, _ = strings.Cut(line, "\n")
	require.NoError(t, json.Unmarshal([]byte(line), &m))
	return m
}

// measure runs in the process of its own.
func measure(t *testing.T, h hostile) {
	_, _, _, err := become(minimal) // what every norm costs is not this one's
	require.NoError(t, err)
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processor()
	codes, _, _, err := become(h.text)
	spent := processor() - start
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	if len(codes) > 3 {
		slices.Sort(codes)
		codes = slices.Compact(codes)
	}
	line, err := json.Marshal(measured{codes, spent, after.Sys - before.Sys})
	require.NoError(t, err)
	fmt.Printf("measured: %s\n", line)
}

// processor is the processor time that this process took so far.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
