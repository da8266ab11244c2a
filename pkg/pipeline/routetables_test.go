package pipeline_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

func routeTable(namespace, path string) (ir.Object, *v1.RouteTable) {
	return ir.Object{Group: v1.Group, Kind: v1.KindRouteTable, Namespace: namespace, Name: "table"}, &v1.RouteTable{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "table", Labels: map[string]string{"team": "web"}},
		Spec: v1.RouteTableSpec{Routes: []v1.Route{{
			Matchers:             []v1.Matcher{{Prefix: &path}},
			DirectResponseAction: &v1.DirectResponseAction{Status: 200},
		}}},
	}
}

// A VirtualService that takes RouteTables of every namespace must learn of new
// namespaces, of changes and of ends; one that takes those of a namespace must
// not cost more for what is elsewhere.
func TestSelectorsOfEveryNamespaceFollowTheRouteTables(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key(v1.Group, "VirtualService", "all"), &v1.VirtualService{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "all"},
		Spec: v1.VirtualServiceSpec{VirtualHost: &v1.VirtualHost{
			Domains: []string{"a.example"},
			Routes: []v1.Route{{
				Matchers: []v1.Matcher{{}},
				DelegateAction: &v1.DelegateAction{Selector: &v1.RouteTableSelector{
					Namespaces: []string{"*"}, Labels: map[string]string{"team": "web"},
				}},
			}},
		}},
	})
	p.Commit()
	host := []string{"put RouteConfiguration sluice-system/default/80/0 a.example"}
	stage := func(namespace, path string) {
		k, rt := routeTable(namespace, path)
		p.Stage(k, rt)
	}
	stage("one", "/one")
	require.Equal(t, host, described(p.Commit().XDS))
	stage("two", "/two")
	require.Equal(t, host, described(p.Commit().XDS))
	stage("one", "/uno")
	require.Equal(t, host, described(p.Commit().XDS))
	gone, _ := routeTable("two", "")
	p.Stage(gone, nil)
	require.Equal(t, host, described(p.Commit().XDS))
}

func TestARouteTableCostsNothingForThoseOfOtherNamespaces(t *testing.T) {
	const edits = 100
	allocated := func(others int) float64 {
		p := pipeline.New(pipeline.Options{Standalone: true})
		for i := range others {
			k, rt := routeTable(fmt.Sprintf("n%d", i), "/")
			p.Stage(k, rt)
		}
		p.Commit()
		k, rt := routeTable("n0", "/")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range edits {
			p.Stage(k, rt)
			p.Commit()
		}
		runtime.ReadMemStats(&after)
		return float64(after.TotalAlloc-before.TotalAlloc) / edits
	}
	few := allocated(10)
	require.InEpsilon(t, few, allocated(10_000), 0.5)
}
