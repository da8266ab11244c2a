package table_test

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/table"
)

type word = table.Member[string, string]

// letters groups words by their letters; a letter is emitted as often as it
// occurs, with its position.
func letters(g *table.Graph, order func(a, b word) int) (*table.Source[string, string], *table.Table[rune, []word]) {
	s := table.NewSource[string](g, "words", equal[string])
	return s, table.Group(g, "letters", s.Table, func(_, text string, emit func(rune, string)) {
		for i, letter := range text {
			emit(letter, text[i:])
		}
	}, equal, order)
}

func byName(a, b word) int { return cmp.Compare(a.Key, b.Key) }

func TestGroupIsSortedAndKeepsTheOrderOfEmission(t *testing.T) {
	g := table.New()
	s, byLetter := letters(g, byName)
	s.Set("2", "aba")
	s.Set("3", "ca")
	g.Commit()
	s.Set("1", "a")
	g.Commit()
	got, _ := byLetter.Get('a')
	require.Equal(t, []word{{"1", "a"}, {"2", "aba"}, {"2", "a"}, {"3", "a"}}, got)
	require.Equal(t, 3, byLetter.Len())
}

func TestGroupWithoutOrderFollowsTheLastChanges(t *testing.T) {
	g := table.New()
	s, byLetter := letters(g, nil)
	s.Set("2", "a")
	s.Set("1", "ab")
	s.Set("3", "a")
	g.Commit()
	s.Set("2", "ax")
	g.Commit()
	got, _ := byLetter.Get('a')
	require.Equal(t, []word{{"1", "ab"}, {"3", "a"}, {"2", "ax"}}, got)
}

func TestGroupHandsOutFreshSlices(t *testing.T) {
	g := table.New()
	s, byLetter := letters(g, byName)
	s.Set("1", "a")
	s.Set("2", "a")
	g.Commit()
	before, _ := byLetter.Get('a')
	kept := slices.Clone(before)
	s.Delete("1")
	s.Set("2", "ba")
	s.Set("3", "a")
	g.Commit()
	require.Equal(t, kept, before)
	after, _ := byLetter.Get('a')
	require.Equal(t, []word{{"2", "a"}, {"3", "a"}}, after)
}

func TestGroupWithEqualMembersIsNotChanged(t *testing.T) {
	g := table.New()
	s, byLetter := letters(g, byName)
	s.Set("1", "ab")
	s.Set("2", "b")
	g.Commit()
	s.Set("1", "cb") // a is empty, c is new, b has equal members
	g.Commit()
	changed := map[rune]bool{}
	for c := range byLetter.Changes() {
		changed[c.Key] = c.HasNew
	}
	require.Equal(t, map[rune]bool{'a': false, 'c': true}, changed)
	require.ElementsMatch(t, []rune{'b', 'c'}, slices.Collect(maps.Keys(maps.Collect(byLetter.All()))))
}

func TestCountIsNotChangedWhenOneComesAsAnotherGoes(t *testing.T) {
	g := table.New()
	s := table.NewSource[string](g, "words", equal[string])
	n := table.Count(g, "letters", s.Table, func(_, text string, emit func(rune)) {
		for _, letter := range text {
			emit(letter)
		}
	})
	s.Set("1", "aab")
	s.Set("2", "c")
	g.Commit()
	require.Equal(t, map[rune]int{'a': 2, 'b': 1, 'c': 1}, maps.Collect(n.All()))
	s.Set("1", "ac")
	s.Set("2", "ba")
	g.Commit()
	require.Empty(t, changes(n))
	s.Delete("1")
	g.Commit()
	require.Equal(t, map[rune]int{'a': 1, 'b': 1}, maps.Collect(n.All()))
}
