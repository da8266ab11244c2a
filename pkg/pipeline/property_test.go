package pipeline_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// secretData are Secrets' data: two good pairs, a key that does not fit, no PEM,
// and nothing.
func secretData(t testing.TB) []string {
	var chains, keys []string
	for i := range 2 {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		template := &x509.Certificate{SerialNumber: big.NewInt(int64(i + 1)), DNSNames: []string{"a.example"}, NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		require.NoError(t, err)
		pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		text := func(kind string, der []byte) string {
			return base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
		}
		chains, keys = append(chains, text("CERTIFICATE", der)), append(keys, text("PRIVATE KEY", pkcs8))
	}
	data := func(chain, key string) string { return fmt.Sprintf("{tls.crt: %q, tls.key: %q}", chain, key) }
	good := []string{data(chains[0], keys[0]), data(chains[1], keys[1])}
	return slices.Concat(good, good, []string{data(chains[0], keys[1]), data("bm8=", "bm8="), `{tls.crt: "", tls.key: ""}`})
}

// world is a set of objects.
type world map[ir.Object]runtime.Object

// world makes a random set with about half of all objects.
func (g *generator) world() world {
	w := world{}
	for _, k := range keys() {
		if g.chance(2) {
			continue
		}
		if o := g.object(k); o != nil {
			w[k] = o
		}
	}
	return w
}

// outcome is what readers of the change sets of a pipeline hold.
type outcome struct {
	pipeline *pipeline.Pipeline
	store    *xds.Store
	statuses map[ir.Object]ir.Status
}

func newOutcome() *outcome {
	return &outcome{
		pipeline: pipeline.New(pipeline.Options{Standalone: true, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Unix(2e9, 0) }}),
		store:    xds.NewStore(), statuses: map[ir.Object]ir.Status{},
	}
}

// commit commits what was staged and replays what changed.
func (o *outcome) commit(t testing.TB) {
	changes := o.pipeline.Commit()
	_, err := o.store.Apply(changes.XDS)
	require.NoError(t, err)
	for _, c := range changes.Statuses {
		if c.Status == nil {
			delete(o.statuses, c.Object)
		} else {
			o.statuses[c.Object] = *c.Status
		}
	}
}

// built returns the outcome of a world from scratch, staged in the order of keys.
func built(t testing.TB, w world, order []ir.Object) *outcome {
	o := newOutcome()
	for _, k := range order {
		o.pipeline.Stage(k, w[k])
	}
	o.commit(t)
	return o
}

func sortedKeys(w world) []ir.Object { return slices.SortedFunc(maps.Keys(w), ir.Object.Compare) }

// resources returns the bytes of all resources by type and name.
func (o *outcome) resources() map[string]string {
	out := map[string]string{}
	for _, typeURL := range []string{xds.ListenerType, xds.RouteType, xds.ClusterType, xds.EndpointType, xds.SecretType} {
		for _, name := range o.store.Names(typeURL) {
			r, _ := o.store.Get(xds.Ref{Type: typeURL, Name: name})
			out[xds.ShortType(typeURL)+" "+name] = string(r.Bytes)
		}
	}
	return out
}

// requireSame compares two outcomes to the byte.
func requireSame(t testing.TB, want, got *outcome, about string) {
	t.Helper()
	a, b := want.resources(), got.resources()
	require.Equal(t, slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)), about)
	for name := range a {
		if a[name] != b[name] { // the bytes themselves say nothing to a reader
			require.Failf(t, "a resource differs", "%s: %s", about, name)
		}
	}
	for o, s := range want.statuses {
		require.True(t, s.Equal(got.statuses[o]), "%s: the status of %v is\n%+v\nwant\n%+v", about, o, got.statuses[o], s)
	}
	require.Len(t, got.statuses, len(want.statuses), about)
}

// references collects what the resources refer to and checks every message.
type references struct {
	t    testing.TB
	need map[string]string // what is referred to, and where
}

// message validates a message and all in it, those packed in Any included.
func (r *references) message(m protoreflect.Message, in string) {
	switch x := m.Interface().(type) {
	case *anypb.Any:
		inner, err := x.UnmarshalNew()
		require.NoError(r.t, err, in)
		r.valid(inner, in)
		return
	case *routev3.RouteAction:
		r.cluster(x.GetCluster(), in)
	case *routev3.WeightedCluster_ClusterWeight:
		if x.GetName() != "broken" { // answered with 500
			r.cluster(x.GetName(), in)
		}
	case *routev3.RouteAction_RequestMirrorPolicy:
		r.cluster(x.GetCluster(), in)
	case *hcmv3.Rds:
		r.need["RouteConfiguration "+x.GetRouteConfigName()] = in
	case *tlsv3.SdsSecretConfig:
		r.need["Secret "+x.GetName()] = in
	case *clusterv3.Cluster:
		if x.GetType() == clusterv3.Cluster_EDS {
			r.need["ClusterLoadAssignment "+x.GetEdsClusterConfig().GetServiceName()] = in
		}
	case *corev3.DataSource:
		return // a certificate
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				if f.MapValue().Message() != nil {
					r.message(v.Message(), in)
				}
				return true
			})
		case f.Message() == nil:
		case f.IsList():
			for i := range v.List().Len() {
				r.message(v.List().Get(i).Message(), in)
			}
		default:
			r.message(v.Message(), in)
		}
		return true
	})
}

func (r *references) cluster(name, in string) {
	if name != "" {
		r.need["Cluster "+name] = in
	}
}

func (r *references) valid(m proto.Message, in string) {
	if v, ok := m.(interface{ ValidateAll() error }); ok {
		require.NoError(r.t, v.ValidateAll(), in)
	}
	r.message(m.ProtoReflect(), in)
}

func TestEveryResourceIsValidAndEveryNameInItExists(t *testing.T) {
	g := newGenerator(t, 1)
	kinds, made := map[string]int{}, 0
	for range 150 {
		w := g.world()
		made += len(w)
		o := built(t, w, sortedKeys(w))
		r := &references{t, map[string]string{}}
		all := o.resources()
		for _, typeURL := range []string{xds.ListenerType, xds.RouteType, xds.ClusterType, xds.EndpointType, xds.SecretType} {
			for _, name := range o.store.Names(typeURL) {
				resource, _ := o.store.Get(xds.Ref{Type: typeURL, Name: name})
				m, err := (&anypb.Any{TypeUrl: typeURL, Value: resource.Bytes}).UnmarshalNew()
				require.NoError(t, err, name)
				r.valid(m, name)
				kinds[typeURL]++
			}
		}
		for name, in := range r.need {
			require.Contains(t, all, name, "named in %s", in)
		}
	}
	// What follows holds only if the generator does its work.
	require.Len(t, kinds, 5)
	require.Less(t, g.refused, made/10, "an API server would refuse most of what is generated")
	for typeURL, n := range kinds {
		require.Greater(t, n, 20, typeURL)
	}
}

func TestTheOrderOfObjectsDoesNotMatter(t *testing.T) {
	g := newGenerator(t, 2)
	for i := range 80 {
		w := g.world()
		order := sortedKeys(w)
		want := built(t, w, order)
		g.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		requireSame(t, want, built(t, w, order), fmt.Sprint("world ", i))
	}
}

func TestAnyScriptOfEditsComesToTheSameAsTheLastWorldFromScratch(t *testing.T) {
	g := newGenerator(t, 3)
	for script := range 40 {
		w := g.world()
		o := built(t, w, sortedKeys(w))
		all := keys()
		for commit := range 8 {
			for range 1 + g.rng.IntN(5) {
				k := all[g.rng.IntN(len(all))]
				object := g.object(k)
				if object == nil || g.chance(3) {
					delete(w, k)
					o.pipeline.Stage(k, nil)
				} else {
					w[k] = object
					o.pipeline.Stage(k, object)
				}
			}
			o.commit(t)
			requireSame(t, built(t, w, sortedKeys(w)), o, fmt.Sprintf("script %d, commit %d", script, commit))
		}
	}
}

// brokenRoutes are objects of each dialect, each broken in its own way, on the
// host broken.example, which nobody else names.
func brokenRoutes() []string {
	parent := "parentRefs: [{name: default, namespace: sluice-system}, {name: gw1, namespace: default}], hostnames: [broken.example]"
	httpRoute := func(rule string) string {
		return "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: broken, namespace: default}\nspec: {" + parent + ", rules: [" + rule + "]}\n"
	}
	native := func(spec string) string {
		return "apiVersion: sluice.dev/v1\nkind: VirtualService\nmetadata: {name: broken, namespace: default}\nspec: {" + spec + "}\n"
	}
	host := func(route string) string {
		return native("virtualHost: {domains: [broken.example], routes: [" + route + "]}")
	}
	ingress := func(spec string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: broken, namespace: default}\nspec: {ingressClassName: sluice, " + spec + "}\n"
	}
	paths := func(service string) string {
		return "rules: [{host: broken.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: " + service + ", port: {number: 80}}}}]}}]"
	}
	return []string{
		httpRoute("{backendRefs: [{name: nowhere, port: 80}]}"),
		httpRoute("{matches: [{path: {type: RegularExpression, value: \"(\"}}], backendRefs: [{name: nowhere, port: 80}]}"),
		httpRoute("{filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: \"b\\r\\nc\"}]}}], backendRefs: [{name: nowhere, port: 80}]}"),
		httpRoute("{backendRefs: [{kind: Secret, name: s1, port: 80}]}"),
		httpRoute("{filters: [{type: ExtensionRef, extensionRef: {group: a.b, kind: C, name: d}}]}"),
		host("{routeAction: {single: {upstream: {name: nowhere}}}}"),
		host("{matchers: [{regex: \"(\"}], routeAction: {single: {upstream: {name: nowhere}}}}"),
		host("{delegateAction: {ref: {name: nowhere}}}"),
		host("{directResponseAction: {status: 200}, options: {headerManipulation: {responseHeadersToAdd: [{header: {key: \"a b\", value: c}}]}}}"),
		host("{directResponseAction: {status: 200}, options: {extauth: {configRef: {name: a, namespace: b}}}}"),
		native("sslConfig: {secretRef: {name: nowhere}}, virtualHost: {domains: [broken.example], routes: [{directResponseAction: {status: 200}}]}"),
		ingress(paths("nowhere")),
		ingress("tls: [{hosts: [broken.example], secretName: nowhere}], " + paths("nowhere")),
	}
}

// What a broken object changes is its own host and its own status, and how many
// routes a Gateway counts: when it comes, and when it goes.
func TestABrokenObjectTouchesNoOther(t *testing.T) {
	g := newGenerator(t, 4)
	served := 0
	for _, text := range brokenRoutes() {
		key, broken := g.read(text)
		require.NotNil(t, broken, text)
		for range 8 {
			w := g.world()
			o := built(t, w, sortedKeys(w))
			for _, object := range []runtime.Object{broken, nil} {
				o.pipeline.Stage(key, object)
				changes := o.pipeline.Commit()
				for _, c := range changes.XDS {
					require.Equal(t, []string{xds.RouteType, "broken.example"}, []string{c.Type, c.Part}, "%s changes %s", text, c.Name)
					served++
				}
				requireStatusOf(t, key, o, changes.Statuses, text)
			}
		}
	}
	require.Greater(t, served, 100, "the broken objects are not attached to anything")
}

func requireStatusOf(t *testing.T, broken ir.Object, o *outcome, changes []pipeline.StatusChange, text string) {
	t.Helper()
	for _, c := range changes {
		if c.Object == broken {
			if c.Status != nil {
				require.NotEmpty(t, c.Status.Problems, text)
			}
			continue
		}
		require.Equal(t, "Gateway", c.Object.Kind, text)
		before, after := o.statuses[c.Object], *c.Status
		o.statuses[c.Object] = after
		require.Equal(t, before.Problems, after.Problems, text)
		require.Equal(t, before.Conditions, after.Conditions, text)
	}
}
