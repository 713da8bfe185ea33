package norm

import (
	"maps"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Place is where something stands: a file as it was named to [Load], and the
// first character, from 1. Line is 0 where there is none.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Place tells where the value at a path stands: score.threshold,
// parameters.NAME.value, let.NAME, certification.grace.months or, for a
// criterion, criteria.ID.weight. What the norm does not write stands where
// the nearest thing around it does. What a variant sets stands in its own
// file, all else in its base's.
func (n *Norm) Place(path string) Place {
	for {
		if p, ok := n.places[path]; ok {
			return p
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return Place{File: n.file}
		}
		path = path[:i]
	}
}

// Transition is how this version takes over from the one before: months of
// notice, and months in which both hold.
func (n *Norm) Transition() (notice, overlap int) { return n.notice, n.overlap }

// Published is when the norm says that this version was made known; zero if it
// does not say.
func (n *Norm) Published() time.Time { return n.published }

// locate notes the places of all that the norm demands.
func (r *reader) locate(n *Norm) {
	n.places = map[string]Place{}
	if n.base != nil {
		n.places = maps.Clone(n.base.places)
	}
	for i := 0; i+1 < len(r.Root.Content); i += 2 {
		switch key, value := r.Root.Content[i].Value, r.Root.Content[i+1]; key {
		case "fixtures", "extends", "tailor":
		default:
			n.note(key, value, 3)
		}
	}
	for _, change := range n.tailored {
		path := change.Path
		if strings.HasPrefix(path, "parameters.") {
			path += ".value"
		}
		n.places[path] = Place{n.file, change.Line, 1}
	}
}

// note notes the place of a value and of what is in it, so deep.
func (n *Norm) note(path string, v *yaml.Node, depth int) {
	n.places[path] = Place{n.file, v.Line, v.Column}
	if depth == 0 {
		return
	}
	switch v.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(v.Content); i += 2 {
			n.note(path+"."+v.Content[i].Value, v.Content[i+1], depth-1)
		}
	case yaml.SequenceNode:
		for _, item := range v.Content {
			if id := member(item, "id"); path == "criteria" && id != nil {
				n.note(path+"."+id.Value, item, depth-1)
			}
		}
	}
}
