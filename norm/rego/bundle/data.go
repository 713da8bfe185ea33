package bundle

import (
	"cel.dev/cel-go/common/types"
	"github.com/cyberkeurmerk/keurmerk/norm"
	"github.com/cyberkeurmerk/keurmerk/norm/internal/expr"
)

// engine is what answers say judged the month.
const engine = "keurmerk-bundle/1"

func isBool(n *expr.Node) bool { return n.Type.IsExactType(types.BoolType) }

type manifestFile struct {
	Revision    string   `json:"revision"`
	Roots       []string `json:"roots"`
	RegoVersion int      `json:"rego_version"`
	Metadata    struct {
		Norm struct {
			ID      string `json:"id"`
			Version string `json:"version"`
			Files   string `json:"files"` // digest
			Logic   string `json:"logic"` // digest
		} `json:"norm"`
	} `json:"metadata"`
}

// manifest names the bundle by the digest of the norm's files.
func manifest(n *norm.Norm, roots []string) manifestFile {
	m := manifestFile{Revision: n.Files(), Roots: roots, RegoVersion: 1}
	m.Metadata.Norm.ID, m.Metadata.Norm.Version = n.ID(), n.Version()
	m.Metadata.Norm.Files, m.Metadata.Norm.Logic = n.Files(), n.Logic()
	return m
}

type dataFile struct {
	Keurmerk struct {
		About  about          `json:"about"`
		Params map[string]any `json:"params"`
	} `json:"keurmerk"`
}

// about is what the policy knows of the norm besides its conditions.
type about struct {
	Engine    string                       `json:"engine"`
	Norm      normName                     `json:"norm"`
	Timezone  string                       `json:"timezone"`
	Effective effective                    `json:"effective"`
	Score     scoring                      `json:"score"`
	Types     map[string]map[string]string `json:"types"`
	Criteria  []line                       `json:"criteria"`
}

type normName struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	Digest  string `json:"digest"`
	Status  string `json:"status,omitempty"`
}

type effective struct {
	From  string `json:"from"`
	Until string `json:"until"`
}

type scoring struct {
	Threshold         int  `json:"threshold"`
	RefuseUnknown     bool `json:"refuse_unknown"`
	EarnNotApplicable bool `json:"earn_not_applicable"`
}

type line struct {
	ID       string   `json:"id"`
	Weight   int      `json:"weight"`
	Required bool     `json:"required"`
	Parts    []string `json:"parts"`
}

// data is what the policy reads besides itself; parts are what each criterion
// has rules for.
func data(n *norm.Norm, parts map[string][]string) dataFile {
	a := about{
		Engine:    engine,
		Norm:      normName{ID: n.ID(), Version: n.Version(), Digest: n.Files()},
		Timezone:  n.Zone(),
		Effective: effective{"1970-01", "9998-12"},
		Score:     scoring{int(n.Scoring().Threshold), n.Scoring().RefuseUnknown, n.Scoring().EarnNotApplicable},
		Types:     n.Types(),
	}
	if n.Status() != norm.Active {
		a.Norm.Status = string(n.Status())
	}
	from, until := n.Range()
	a.Effective.From = from.String()
	if until != 0 {
		a.Effective.Until = until.String()
	}
	for _, c := range n.Criteria() {
		a.Criteria = append(a.Criteria, line{ID: c.ID, Weight: int(c.Weight), Required: c.Required, Parts: parts[c.ID]})
	}
	var d dataFile
	d.Keurmerk.About = a
	d.Keurmerk.Params = map[string]any{}
	for _, p := range n.Parameters() {
		d.Keurmerk.Params[p.Name] = p.Value
	}
	return d
}
