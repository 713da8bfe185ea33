package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// digestFolder holds a norm, a variant of it, and a variant of that in a
// folder above, so that a digest is over several files.
func digestFolder(t *testing.T) string {
	folder := t.TempDir()
	put := func(name, text string) string {
		path := filepath.Join(folder, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	base := put("base/base.yaml", readmeNorm(t))
	_, out, words := call(t, nil, "norm", "digest", "--format", "json", base)
	var d digests
	require.NoError(t, json.Unmarshal([]byte(out), &d), words)
	put("norm.yaml", "keurmerk: 1\nid: variant\nversion: \"1\"\nextends: {file: base/base.yaml, logic: \""+d.Logic+"\"}\ntailor:\n  - {set: score.threshold, to: 90%, because: stricter}\n")
	return folder
}

// The digest of a norm's files is what sha256sum makes of them, one file or
// several, in a folder of their own or as the reference norm.
func TestDigestBySum(t *testing.T) {
	folder := digestFolder(t)
	variant := filepath.Join(folder, "norm.yaml")
	code, manifest, words := call(t, nil, "norm", "digest", "--manifest", variant)
	require.Zero(t, code, words)
	require.Equal(t, 2, strings.Count(manifest, "\n"))
	_, out, _ := call(t, nil, "norm", "digest", variant)
	sum, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum here")
	}
	for dir, names := range map[string][]string{folder: {"base/base.yaml", "norm.yaml"}, filepath.Join(folder, "base"): {"base.yaml"}} {
		lines := exec.Command(sum, names...)
		lines.Dir = dir
		text, err := lines.Output()
		require.NoError(t, err)
		again := exec.Command(sum)
		again.Stdin = strings.NewReader(string(text))
		total, err := again.Output()
		require.NoError(t, err)
		want := "files sha256:" + strings.Fields(string(total))[0] + "  "
		if dir == folder {
			require.Equal(t, string(text), manifest)
			require.Contains(t, out, want)
			continue
		}
		_, base, _ := call(t, nil, "norm", "digest", filepath.Join(dir, "base.yaml"))
		require.Contains(t, base, want)
	}
}

// Layout and comments change the digest of the files and not that of the
// logic; JSON is as its schema says, for a folder of norms too.
func TestDigestJSON(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "a.yaml"), []byte(readmeNorm(t)), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "b.yaml"), []byte("# note\n"+readmeNorm(t)), 0o644))
	code, out, words := call(t, nil, "norm", "digest", "--format", "json", folder, filepath.Join(digestFolder(t), "norm.yaml"))
	require.Zero(t, code, words)
	s := outputSchema(t, "norm/digest.schema.json")
	var all []digests
	for line := range strings.Lines(out) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(line))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), line)
		var d digests
		require.NoError(t, json.Unmarshal([]byte(line), &d))
		all = append(all, d)
	}
	require.Len(t, all, 3)
	require.Equal(t, all[0].Logic, all[1].Logic)
	require.NotEqual(t, all[0].Files, all[1].Files)
	require.NotEqual(t, all[0].Logic, all[2].Logic)
	require.Len(t, all[2].Manifest, 2)
	require.Equal(t, "base/base.yaml", all[2].Manifest[0].Path)
	bad := file(t, "bad.yaml", "id: X\n")
	code, out, _ = call(t, nil, "norm", "digest", filepath.Join(folder, "a.yaml"), bad)
	require.Equal(t, 2, code)
	require.Empty(t, out)
}
