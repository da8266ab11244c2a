package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// requireServed fails unless the gateway finds no fault with a directory and
// makes a cluster of each of at least so many Services.
func requireServed(t *testing.T, dir string, clusters int) *control {
	t.Helper()
	c, _, err := newControl(t.Context(), dir)
	require.NoError(t, err)
	for _, name := range c.pipeline.TableNames() {
		if rows, _ := c.pipeline.Rows(name); strings.HasSuffix(name, "statuses") {
			for _, row := range rows {
				require.Empty(t, row.Row.(ir.Status).Problems, row.Key)
			}
		}
	}
	require.GreaterOrEqual(t, len(c.store.Names(xds.ClusterType)), clusters)
	return c
}

func TestWorldsAreServedInEachDialect(t *testing.T) {
	for _, d := range []dialect{httpRoutes, plainRoutes, ingresses, virtualServices} {
		w, err := newWorld(shape{16, 3, d}, t.TempDir(), 1234, []int{1, 2, 3, 4})
		require.NoError(t, err)
		c := requireServed(t, w.dir, w.services())
		require.Len(t, c.routes, w.routeObjects(), d)
		require.Len(t, c.slices, w.services(), d)
	}
}

// What is measured must be work: an edit that changes nothing costs nothing.
func TestEditsChangeWhatEnvoyGets(t *testing.T) {
	for _, d := range []dialect{httpRoutes, ingresses, virtualServices} {
		w, err := newWorld(shape{16, 3, d}, t.TempDir(), 1234, []int{1, 2, 3, 4})
		require.NoError(t, err)
		c := requireServed(t, w.dir, w.services())
		for _, of := range [][]source.Event{c.routes, c.slices} {
			before := c.store.Revision()
			require.NoError(t, c.commit(c.edited(of[0])))
			require.Greater(t, c.store.Revision(), before, d)
		}
		taken, err := c.record()
		require.NoError(t, err)
		require.NotEqual(t, taken.before, taken.after, d)
	}
}

func TestEditsOfFilesChangeWhatIsServed(t *testing.T) {
	for _, d := range []dialect{httpRoutes, ingresses, virtualServices} {
		w, err := newWorld(shape{16, 3, d}, t.TempDir(), 1234, []int{1, 2, 3, 4})
		require.NoError(t, err)
		route := func() xds.Resource {
			c := requireServed(t, w.dir, w.services())
			r, ok := c.store.Get(xds.Ref{Type: xds.RouteType, Name: c.store.Names(xds.RouteType)[0]})
			require.True(t, ok)
			return r
		}
		require.NotContains(t, string(route().Bytes), "/p00002/v00001")
		require.NoError(t, w.touchRoutes(5))
		require.Equal(t, "/p00002/v00001", w.path(5))
		require.Contains(t, string(route().Bytes), "/p00002/v00001", d)

		was := w.upstreamOf(2)
		now, err := w.touchEndpoints(2)
		require.NoError(t, err)
		require.NotEqual(t, was, now)
	}
}

func TestSizesAreRead(t *testing.T) {
	shapes, err := parseShapes("10x1,10000x10")
	require.NoError(t, err)
	require.Equal(t, []shape{{10, 1, httpRoutes}, {10_000, 10, httpRoutes}}, shapes)
	for _, bad := range []string{"", "10", "x", "10x", "0x1", "10x-1", "10x1,"} {
		_, err := parseShapes(bad)
		require.Error(t, err, bad)
	}
}
