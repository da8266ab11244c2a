package xds

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func apply(t testing.TB, s *Store, changes ...Change) Revision {
	r, err := s.Apply(changes)
	require.NoError(t, err)
	return r
}

func TestApplyMakesARevisionOnlyOfWhatChanges(t *testing.T) {
	s := NewStore()
	require.Equal(t, Revision(1), apply(t, s, Put(ClusterType, "a", []byte("1")), Put(ListenerType, "l", []byte("1"))))
	require.Equal(t, Revision(1), apply(t, s, Put(ClusterType, "a", []byte("1")), Remove(ClusterType, "none")))
	require.Equal(t, Revision(2), apply(t, s, Put(ClusterType, "a", []byte("1"), Ref{EndpointType, "a"})))
	require.Equal(t, Revision(3), apply(t, s, PutHead(RouteType, "rc", []byte("h"), VirtualHostField), PutPart(RouteType, "rc", "p", []byte("1"))))
	require.Equal(t, Revision(3), apply(t, s, PutPart(RouteType, "rc", "p", []byte("1")), RemovePart(RouteType, "rc", "q")))
	require.Equal(t, Revision(4), apply(t, s, PutPart(RouteType, "rc", "p", []byte("2"))))
	require.Equal(t, Revision(5), apply(t, s, Remove(RouteType, "rc"), PutPart(RouteType, "rc", "p", []byte("2"))))
	require.Empty(t, s.Names(RouteType))
	require.Equal(t, []string{"a"}, s.Names(ClusterType))
}

func TestApplyRefusesWhatMakesNoSenseAndAppliesNothing(t *testing.T) {
	for name, bad := range map[string]Change{
		"part of nothing":  PutPart(RouteType, "rc", "p", nil),
		"part of a plain":  PutPart(ClusterType, "a", "p", nil),
		"no name":          Put(ClusterType, "", nil),
		"no type":          Put("", "a", nil),
		"removal unnamed":  Remove(ClusterType, ""),
		"part of a no one": PutPart(RouteType, "", "p", nil),
	} {
		s := NewStore()
		before := apply(t, s, Put(ClusterType, "a", []byte("1")))
		r, err := s.Apply([]Change{Put(ClusterType, "b", nil), bad})
		require.Error(t, err, name)
		require.Equal(t, before, r)
		require.Equal(t, []string{"a"}, s.Names(ClusterType))
	}
}

func TestGetReturnsTheWholeMessage(t *testing.T) {
	s := NewStore()
	need := Ref{SecretType, "s"}
	apply(t, s, PutHead(RouteType, "rc", []byte{10, 1, 'r'}, VirtualHostField, need),
		PutPart(RouteType, "rc", "b", []byte("B")), PutPart(RouteType, "rc", "a", []byte("A")))
	got, ok := s.Get(Ref{RouteType, "rc"})
	require.True(t, ok)
	require.Equal(t, []byte("\x0a\x01r\x12\x01A\x12\x01B"), got.Bytes)
	require.Equal(t, []string{"a", "b"}, got.Parts)
	require.Equal(t, []Ref{need}, got.Needs)
	_, ok = s.Get(Ref{RouteType, "none"})
	require.False(t, ok)
}

// An index after any edits equals a map with the same edits, its sums are those of its
// items, its chunks are of good length, and diff finds exactly the differences.
func TestIndexEqualsAMap(t *testing.T) {
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 2))
		var x *index
		model := map[string]*item{}
		for range 30 {
			before, old := x, len(model)
			var edits []edit
			want := map[string]bool{}
			for i := range rng.IntN(700) {
				if rng.IntN(1+rng.IntN(9)) != 0 {
					continue
				}
				name := fmt.Sprintf("%05d", i*3)
				var it *item
				if rng.IntN(3) > 0 {
					it = newPart(PutPart("t", "n", name, []byte{byte(rng.IntN(3))}), 2)
				}
				edits = append(edits, edit{name, it})
				switch had := model[name]; {
				case it == nil && had != nil:
					delete(model, name)
					want[name] = true
				case it != nil && (had == nil || had.hash != it.hash):
					model[name] = it
					want[name] = true
				}
			}
			x = x.with(edits)
			requireIndex(t, x, model)
			got := map[string]bool{}
			diff(before, x, func(name string, a, b *item) {
				require.Equal(t, before.get(name), a)
				require.Equal(t, x.get(name), b)
				got[name] = true
			})
			require.Equal(t, want, got)
			require.Equal(t, old, before.len(), "an edit must not change the old index")
		}
	}
}

func requireIndex(t *testing.T, x *index, model map[string]*item) {
	var names []string
	size, sum := 0, uint64(0)
	for it := range x.all {
		names = append(names, it.name)
		size += it.size
		sum += it.hash
		require.Same(t, model[it.name], it)
		require.Same(t, it, x.get(it.name))
	}
	require.True(t, slices.IsSorted(names))
	require.Len(t, names, len(model))
	if x == nil {
		return
	}
	require.Equal(t, []any{len(model), size, sum}, []any{x.count, x.size, x.sum})
	for _, c := range x.chunks {
		require.LessOrEqual(t, len(c.items), maxChunk)
		require.NotEmpty(t, c.items)
	}
}
