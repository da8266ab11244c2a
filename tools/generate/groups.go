package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

const group = "sluice.dev"

// copies says under which other group each kind is served.
func copies() map[string]string {
	return map[string]string{
		"virtualservices": "gateway.solo.io",
		"routetables":     "gateway.solo.io",
		"upstreams":       "gloo.solo.io",
		"upstreamgroups":  "gloo.solo.io",
		"settings":        "gloo.solo.io",
	}
}

// copyGroups writes the CustomResourceDefinitions of the other groups: the same
// schema under another name.
func copyGroups(crds string) error {
	for plural, other := range copies() {
		text, err := os.ReadFile(filepath.Join(crds, group+"_"+plural+".yaml"))
		if err != nil {
			return err
		}
		text, err = regroup(text, plural, other)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(crds, other+"_"+plural+".yaml"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// regroup changes the two lines of a CustomResourceDefinition that hold its
// group.
func regroup(text []byte, plural, other string) ([]byte, error) {
	for _, line := range []struct{ from, to string }{
		{"\n  name: " + plural + "." + group + "\n", "\n  name: " + plural + "." + other + "\n"},
		{"\n  group: " + group + "\n", "\n  group: " + other + "\n"},
	} {
		if n := bytes.Count(text, []byte(line.from)); n != 1 {
			return nil, fmt.Errorf("%s: %d lines are %q, want one", plural, n, line.from)
		}
		text = bytes.Replace(text, []byte(line.from), []byte(line.to), 1)
	}
	return text, nil
}
