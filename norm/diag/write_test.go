package diag_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cyberkeurmerk/keurmerk/norm/diag"
	"github.com/stretchr/testify/require"
)

var two = diag.Faults{
	{File: "./de norm.yaml", Line: 3, Column: 9, EndLine: 3, EndColumn: 12, Severity: diag.Error, Code: "KM-PERCENT", Message: "100%, é: 5", Hint: "write 5%", Source: "weight: 100%"},
	{File: "a,b:c.yaml", Line: 4, Column: 1, EndLine: 6, EndColumn: 2, Severity: diag.Warning, Code: "KM-VACUOUS", Message: "two\nlines\r", Source: "x"},
}

func TestGitHub(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, diag.GitHub(&out, two))
	require.Equal(t, "::error file=./de norm.yaml,line=3,col=9,endLine=3,endColumn=12,title=KM-PERCENT::100%25, é: 5; write 5%25\n"+
		"::warning file=a%2Cb%3Ac.yaml,line=4,endLine=6,title=KM-VACUOUS::two%0Alines%0D\n", out.String())
}

// The log is what SARIF 2.1.0 demands of one: the members it requires, rules
// that the results point at, and regions that count from 1 and end behind
// their last character (its sections 3.14.17, 3.27.6 and 3.30).
func TestSARIF(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, diag.SARIF(&out, append(slices.Clone(two), two[0])))
	var log struct {
		Schema  string `json:"$schema"`
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct {
						ID               string
						ShortDescription struct{ Text string }
					}
				}
			}
			ColumnKind string
			Results    []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Contains(t, log.Schema, "sarif-2.1.0")
	require.Len(t, log.Runs, 1)
	run := log.Runs[0]
	require.Equal(t, "unicodeCodePoints", run.ColumnKind)
	require.NotEmpty(t, run.Tool.Driver.Name)
	require.Len(t, run.Tool.Driver.Rules, 2, "each rule once")
	require.Len(t, run.Results, 3)
	for i, result := range run.Results {
		fault := two[i%2]
		rule := run.Tool.Driver.Rules[result.RuleIndex]
		require.Equal(t, fault.Code, result.RuleID)
		require.Equal(t, fault.Code, rule.ID)
		require.NotEmpty(t, rule.ShortDescription.Text)
		require.Contains(t, []string{"error", "warning"}, result.Level)
		require.Contains(t, result.Message.Text, fault.Message)
		require.Len(t, result.Locations, 1)
		at := result.Locations[0].PhysicalLocation
		require.NotContains(t, at.ArtifactLocation.URI, " ")
		require.Equal(t, []int{fault.Line, fault.Column, fault.EndLine, fault.EndColumn + 1},
			[]int{at.Region.StartLine, at.Region.StartColumn, at.Region.EndLine, at.Region.EndColumn})
	}
	require.Equal(t, "a%2Cb%3Ac.yaml", run.Results[1].Locations[0].PhysicalLocation.ArtifactLocation.URI)
	require.Equal(t, "de%20norm.yaml", run.Results[0].Locations[0].PhysicalLocation.ArtifactLocation.URI)

	out.Reset()
	require.NoError(t, diag.SARIF(&out, nil))
	require.Contains(t, out.String(), `"results": []`, "no faults are results too")
}

func TestTextAndJSON(t *testing.T) {
	var plain, coloured, lines bytes.Buffer
	require.NoError(t, diag.Text(&plain, two, false))
	require.Equal(t, two.Error()+"\n", plain.String())
	require.NoError(t, diag.Text(&coloured, two, true))
	require.Contains(t, coloured.String(), "\x1b[1;31m^~~~\x1b[0m")
	require.Equal(t, plain.String(), regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(coloured.String(), ""), "colour changes nothing else")
	require.NoError(t, diag.JSON(&lines, two))
	var back diag.Fault
	require.NoError(t, json.Unmarshal([]byte(strings.Split(lines.String(), "\n")[0]), &back))
	back.Source = two[0].Source
	require.Equal(t, two[0], back)
}

// Every code in the sources is in the table, and the table has no other.
func TestCodes(t *testing.T) {
	about := map[string]string{}
	var inOrder []string
	for code, text := range diag.Codes() {
		require.Regexp(t, `^KM-[A-Z-]+$`, code)
		require.Regexp(t, `^[A-Z].*\.$`, text, code)
		about[code] = text
		inOrder = append(inOrder, code)
	}
	require.True(t, slices.IsSorted(inOrder))
	require.Len(t, about, len(inOrder), "each once")
	used := map[string]bool{}
	literal := regexp.MustCompile(`"(KM-[A-Z-]+)"`)
	for _, root := range []string{"..", filepath.Join("..", "..", "cmd"), filepath.Join("..", "..", "certify")} {
		require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || d.Name() == "codes.go" {
				return err
			}
			text, err := os.ReadFile(name)
			for _, m := range literal.FindAllStringSubmatch(string(text), -1) {
				used[m[1]] = true
				require.NotEmpty(t, about[m[1]], "%s uses %s, which codes.go does not explain", name, m[1])
			}
			return err
		}))
	}
	require.Greater(t, len(used), 50)
	for code := range about {
		require.True(t, used[code], "nothing reports %s", code)
	}
	require.Empty(t, diag.Explain("KM-NOTHING"))
	require.NotEmpty(t, diag.Explain("KM-YAML"))
}
