package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

// Services of a system namespace have one name that is in two ways theirs.
func TestADiscoveredUpstreamOfASystemNamespaceIsFound(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	s := service("web")
	s.Namespace = pipeline.DefaultNamespace
	p.Stage(ir.Object{Kind: "Service", Namespace: s.Namespace, Name: s.Name}, s)
	vs := &v1.VirtualService{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"},
		Spec: v1.VirtualServiceSpec{VirtualHost: &v1.VirtualHost{
			Domains: []string{"a.example"},
			Routes: []v1.Route{{
				Matchers: []v1.Matcher{{}},
				RouteAction: &v1.RouteAction{Single: &v1.Destination{
					Upstream: &v1.ResourceRef{Namespace: s.Namespace, Name: "sluice-system-web-80"},
				}},
			}},
		}},
	}
	p.Stage(key(v1.Group, "VirtualService", "web"), vs)
	require.Empty(t, problemsOf(t, p.Commit(), key(v1.Group, "VirtualService", "web")))
}
