package book

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Both forms, and both separators, read the same.
func TestForms(t *testing.T) {
	want := []Policy{{"P-1", "kvk:1", 20454, 20819, 125000}, {"P;2", "kvk:2", 20454, 20455, 5}}
	for name, text := range map[string]string{
		"JSON Lines": `{"policy":"P-1","company":"kvk:1","from":"2026-01-01","until":"2027-01-01","premium":1250.00}` + "\n\n" +
			`{"premium":"0.05","policy":"P;2","company":"kvk:2","from":"2026-01-01","until":"2026-01-02"}`,
		"CSV":           "policy,company,from,until,premium\nP-1,kvk:1,2026-01-01,2027-01-01,1250\n\nP;2,kvk:2,2026-01-01,2026-01-02,0.05\n",
		"semicolons":    "\ufeffpremium;policy;company;from;until\r\n1250.0;P-1;kvk:1;2026-01-01;2027-01-01\r\n0.05;\"P;2\";kvk:2;2026-01-01;2026-01-02\r\n",
		"JSON with BOM": "\ufeff" + ` {"policy":"P-1","company":"kvk:1","from":"2026-01-01","until":"2027-01-01","premium":"1250.00"}` + "\n" + `{"premium":"0.05","policy":"P;2","company":"kvk:2","from":"2026-01-01","until":"2026-01-02"}`,
	} {
		got, err := Policies(strings.NewReader(text))
		require.NoError(t, err, name)
		require.Equal(t, want, got, name)
	}
	for _, empty := range []string{"", "\n", "policy,company,from,until,premium\n"} {
		got, err := Policies(strings.NewReader(empty))
		require.NoError(t, err)
		require.Empty(t, got)
	}
}

// What does not fit is refused with its place.
func TestFaults(t *testing.T) {
	policy := func(with string) string {
		return `{"policy":"P","company":"c","from":"2026-01-01",` + with + `}`
	}
	for text, says := range map[string]string{
		"x":                     "line 1: x: there is no such column",
		"{":                     "line 1: is not a JSON object",
		"[1]":                   "line 1: [1]: there is no such column",
		"{}\n":                  "line 1: policy: is missing",
		policy(`"Until":"x"`):   "line 1: Until: there is no such member; there are policy, company, from, until, premium",
		policy(`"policy":"Q"`):  "line 1: policy: is there twice",
		policy(`"until":["x"]`): "line 1: until: is neither a string nor a number",
		policy(`"until":null`):  "line 1: until: is neither a string nor a number",
		"{} 1":                  "line 1: 1 follows the object",
		policy(`"until":"2026-01-01","premium":"1"`):                                       "line 1: until: 2026-01-01 is not after 2026-01-01",
		policy(`"until":"2026-02-30","premium":"1"`):                                       `line 1: until: "2026-02-30" is not a day`,
		policy(`"until":"2027-01-01","premium":"-1"`):                                      `line 1: premium: "-1" is not an amount`,
		policy(`"until":"2027-01-01","premium":1e3`):                                       `line 1: premium: "1e3" is not an amount`,
		policy(`"until":"2027-01-01","premium":"1.005"`):                                   `line 1: premium: "1.005" is not an amount`,
		policy(`"until":"2027-01-01","premium":"12,50"`):                                   `line 1: premium: "12,50" is not an amount`,
		policy(`"until":"2027-01-01","premium":"1000000001"`):                              `line 1: premium: "1000000001" is more than 1000000000.00`,
		policy(`"until":"2027-01-01","premium":"1"`) + " x":                                "follows the object",
		policy(`"until":"2027-01-01","premium":"1`):                                        "line 1: premium: is not JSON",
		"{\"policy\":\"\xff\"}":                                                            "line 1: is not UTF-8",
		"policy,company,from,until,premium\n\nP,c,2026-01-01,2027-01-01,1\nP,c,2026-01-01": "line 4: has 3 columns, the first line has 5",
		"policy,company,from,until,premium\n ,c,2026-01-01,2027-01-01,1\n":                 `line 2: policy: " " begins or ends with a blank`,
		"policy,company,from,until,premium\n,c,x,2027-01-01,1\n":                           "line 2: policy: is empty\nline 2: from: \"x\" is not a day",
		"policy,company,from,until,premium\n\"P,c\n":                                       "line 2: column 6: extraneous or missing \" in quoted-field",
		"policy,company,from,until,policy\n":                                               "line 1: policy: is there twice",
		"policy,company,from,until\n":                                                      "line 1: premium: is missing",
		`{"policy":"` + strings.Repeat("x", MaxLine) + `"}`:                                "line 1: the line is longer than 65536 bytes",
	} {
		_, err := Policies(strings.NewReader(text))
		require.ErrorContains(t, err, says, "%.80q", text)
	}
	_, err := Claims(strings.NewReader("claim,policy,occurred,valued,paid,reserved\nC,P,2026-01-02,2026-01-01,1,0\n"))
	require.ErrorContains(t, err, "line 2: valued: 2026-01-01 lies before 2026-01-02")
	_, err = Policies(strings.NewReader(strings.Repeat("{}\n", 30)))
	require.ErrorContains(t, err, "line 20:")
	require.ErrorContains(t, err, "and 10 more")
}

// Claims must fit their policies, and their own earlier lines.
func TestBook(t *testing.T) {
	policies := []Policy{{"P", "c", 100, 200, 1}, {"O", "c", 100, 200, 1}}
	for name, c := range map[string]struct {
		policies []Policy
		claims   []Claim
		says     string
	}{
		"no policy":    {policies, []Claim{{"C", "Q", 100, 100, 1, 0}}, `claim "C": there is no policy "Q"`},
		"too early":    {policies, []Claim{{"C", "P", 99, 100, 1, 0}}, `claim "C": 1970-04-10 is not covered by policy "P", which runs from 1970-04-11 up to 1970-07-20`},
		"the last day": {policies, []Claim{{"C", "P", 200, 200, 1, 0}}, "is not covered"},
		"valued twice": {policies, []Claim{{"C", "P", 100, 150, 1, 0}, {"C", "P", 100, 150, 2, 0}}, `claim "C" is valued twice on 1970-05-31`},
		"moved":        {policies, []Claim{{"C", "P", 100, 150, 1, 0}, {"C", "O", 100, 151, 2, 0}}, `claim "C" is of policy "P"`},
		"policy twice": {append(policies, policies[0]), nil, `policy "P" is there twice`},
	} {
		_, err := New(c.policies, c.claims)
		require.ErrorContains(t, err, c.says, name)
	}
	b, err := New(policies, []Claim{{"C", "P", 199, 205, 50, 0}, {"C", "P", 199, 201, 1, 9}, {"B", "O", 100, 210, 3, 0}})
	require.NoError(t, err)
	require.Empty(t, b.At(200))
	require.Equal(t, []Claim{{"C", "P", 199, 201, 1, 9}}, b.At(204))
	require.Equal(t, []Claim{{"B", "O", 100, 210, 3, 0}, {"C", "P", 199, 205, 50, 0}}, b.At(210))
	require.Equal(t, Amount(10), (&Claim{Paid: 1, Reserved: 9}).Incurred())
}

// Days and amounts are read back as they are written.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := Day(rapid.IntRange(0, 2_900_000).Draw(t, "day"))
		back, err := ParseDay(day.String())
		require.NoError(t, err)
		require.Equal(t, day, back)
		amount := Amount(rapid.Int64Range(0, int64(MaxAmount)).Draw(t, "amount"))
		same, err := ParseAmount(amount.String())
		require.NoError(t, err)
		require.Equal(t, amount, same)
	})
	require.Equal(t, "-0.05", Amount(-5).String())
}

// Laws of reading: never a panic; what is read passes its own checks; and the
// same records as JSON Lines read the same again.
func FuzzPolicies(f *testing.F) {
	f.Add(`{"policy":"P-1","company":"kvk:1","from":"2026-01-01","until":"2027-01-01","premium":1250.00}`)
	f.Add("policy,company,from,until,premium\nP-1,kvk:1,2026-01-01,2027-01-01,1250\n")
	f.Add("premium;policy;company;from;until\n1;\"P;2\";kvk:2;2026-01-01;2026-01-02\n")
	f.Fuzz(func(t *testing.T, text string) {
		policies, err := Policies(strings.NewReader(text))
		if err != nil {
			return
		}
		var again strings.Builder
		for _, p := range policies {
			require.NotEmpty(t, p.ID)
			require.NotEmpty(t, p.Company)
			require.Less(t, p.From, p.Until)
			fmt.Fprintf(&again, "{\"policy\":%s,\"company\":%s,\"from\":\"%v\",\"until\":\"%v\",\"premium\":\"%v\"}\n", quoted(p.ID), quoted(p.Company), p.From, p.Until, p.Premium)
		}
		same, err := Policies(strings.NewReader(again.String()))
		require.NoError(t, err)
		require.Equal(t, policies, same)
	})
}

func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		if r < ' ' || r == '"' || r == '\\' {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

func ExamplePolicies() {
	policies, err := Policies(strings.NewReader("policy,company,from,until,premium\nP-1,kvk:30123456,2026-01-01,2027-01-01,1250.00\n"))
	fmt.Println(policies[0].Company, policies[0].Premium, err)
	_, err = Policies(strings.NewReader("policy,company,from,until,premium\nP-1,kvk:30123456,2026-01-01,2027-01-01,1.250\n"))
	fmt.Println(err)
	// Output:
	// kvk:30123456 1250.00 <nil>
	// line 2: premium: "1.250" is not an amount such as 1250.00
}

// A text of the file that is told in an error is cut, and can be printed.
func TestFaultsAreShort(t *testing.T) {
	long := strings.Repeat("\x00", 50_000)
	for _, text := range []string{
		long,
		`{"policy":"P","company":"c","from":"` + strings.Repeat("x", 50_000) + `","until":"2027-01-01","premium":1}`,
		`{"policy":"P","company":"c","from":"2026-01-01","until":"2027-01-01","premium":"` + strings.Repeat("9", 50_000) + `"}`,
		`{"` + strings.Repeat("x", 50_000) + `":1}`,
	} {
		_, err := Policies(strings.NewReader(text))
		require.Error(t, err)
		require.Less(t, len(err.Error()), 1000)
		require.NotContains(t, err.Error(), "\x00")
	}
}
