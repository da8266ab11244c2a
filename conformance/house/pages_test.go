package house_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A page says what it is about, and then what to do about it.
func TestPagesBeginWithATitleAndACommand(t *testing.T) {
	pages := read(t).matching("docs/*.md", "*/*/README.md", "CONTRIBUTING.md")
	require.NotEmpty(t, pages)
	for name, text := range pages {
		lines := strings.Split(text, "\n")
		require.Regexp(t, `^# \S`, lines[0], name)
		require.True(t, slices.ContainsFunc(lines[:min(len(lines), 10)], func(line string) bool {
			return strings.HasPrefix(line, "    ") || strings.HasPrefix(line, "```")
		}), "%s has no command near its top", name)
	}
}

func TestDecisionsAreNumberedWithoutGaps(t *testing.T) {
	decisions := read(t).matching("docs/adr/*.md")
	require.NotEmpty(t, decisions)
	numbers := map[string]string{}
	for name := range decisions {
		number, _, _ := strings.Cut(path.Base(name), "-")
		require.NotContains(t, numbers, number, "%s has the number of another", name)
		numbers[number] = name
	}
	for i := range len(decisions) {
		name, found := numbers[fmt.Sprintf("%04d", i+1)]
		require.True(t, found, "there is no decision %d", i+1)
		require.Regexp(t, fmt.Sprintf(`^# %d\. \S`, i+1), decisions[name], name)
	}
}

func TestLinksBetweenPagesLeadSomewhere(t *testing.T) {
	files := read(t)
	folders := map[string]bool{}
	for name := range files {
		for at := path.Dir(name); at != "."; at = path.Dir(at) {
			folders[at] = true
		}
	}
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	followed := 0
	for name, text := range files.ending(".md") {
		for _, found := range link.FindAllStringSubmatch(text, -1) {
			target, _, _ := strings.Cut(found[1], "#")
			if target == "" || strings.Contains(target, "://") {
				continue
			}
			followed++
			target = path.Join(path.Dir(name), target)
			_, isFile := files[target]
			require.True(t, isFile || folders[target], "%s links to %s, which is not there", name, found[1])
		}
	}
	require.NotZero(t, followed)
}

func TestPagesNameMakeTargetsThatExist(t *testing.T) {
	files := read(t)
	targets := map[string]bool{}
	for _, found := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(files["Makefile"], -1) {
		targets[found[1]] = true
	}
	require.Contains(t, targets, "run")
	// Where a command stands: a block of them, or between back quotes.
	command := regexp.MustCompile("(?m)(?:^    |`)make ((?:[a-z-]+ ?)+)")
	named := 0
	for name, text := range files.ending(".md") {
		for _, found := range command.FindAllStringSubmatch(text, -1) {
			for target := range strings.FieldsSeq(found[1]) {
				named++
				require.True(t, targets[target], "%s says make %s, which is not there", name, target)
			}
		}
	}
	require.NotZero(t, named)
}
