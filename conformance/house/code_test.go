package house_test

import (
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The linter sees only the files that are built on the machine it runs on.
func TestGoFilesAreShort(t *testing.T) {
	for name, text := range read(t).ending(".go") {
		if strings.HasPrefix(path.Base(name), "zz_generated") {
			continue
		}
		require.LessOrEqual(t, strings.Count(text, "\n"), 500, "%s has too many lines; split it by concept", name)
	}
}

// A package says what it is for: in doc.go, or, where it is a program or has a
// single file, in a file of its own name.
func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	explained := map[string]bool{}
	for name, text := range read(t).ending(".go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.PackageClauseOnly|parser.ParseComments)
		require.NoError(t, err)
		folder, base := path.Split(name)
		explained[folder] = explained[folder] || file.Doc != nil && slices.Contains([]string{"doc.go", "main.go", path.Base(folder) + ".go"}, base)
	}
	for folder, ok := range explained {
		require.True(t, ok, "%s needs a doc.go that says what the package is for", folder)
	}
}

// The page about the house shows every room.
func TestArchitectureNamesEveryRoom(t *testing.T) {
	files := read(t)
	for name := range files.matching("pkg/*/doc.go") {
		require.Contains(t, files["docs/architecture.md"], "`"+path.Dir(name), "%s is missing in docs/architecture.md", path.Dir(name))
	}
}

// Paths of somebody's machine mean nothing on another.
func TestNothingNamesAMachine(t *testing.T) {
	machine := regexp.MustCompile(`(?m)(?:^|[\s"'=(:` + "`" + `])/(?:work|root|home|Users)/\w+`)
	for name, text := range read(t) {
		require.Empty(t, machine.FindString(text), name)
	}
}

// Every direct dependency has its reason, and there is no reason without one.
func TestDependenciesHaveReasons(t *testing.T) {
	var out bytes.Buffer
	list := exec.CommandContext(t.Context(), "go", "mod", "edit", "-json", "../../go.mod")
	list.Stdout = &out
	require.NoError(t, list.Run())
	var module struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	require.NoError(t, json.Unmarshal(out.Bytes(), &module))
	var direct, explained []string
	for _, r := range module.Require {
		if !r.Indirect {
			direct = append(direct, r.Path)
		}
	}
	for line := range strings.Lines(read(t)["docs/dependencies.md"]) {
		if cells := strings.Split(line, "|"); len(cells) > 1 {
			for _, found := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cells[1], -1) {
				explained = append(explained, found[1])
			}
		}
	}
	require.ElementsMatch(t, direct, explained)
}
