package virtualservice_test

import (
	"math/rand/v2"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/intstr"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// arbitrary makes a value with random fields: some nonsense, most of it of the
// kind that people write.
func arbitrary[T any](r *rand.Rand) T {
	var out T
	fill(reflect.ValueOf(&out).Elem(), "", r)
	return out
}

// fill fills v, which is what a field of the given name holds.
func fill(v reflect.Value, field string, r *rand.Rand) {
	switch v.Kind() {
	case reflect.Pointer:
		if odds := absence(v.Type()); r.IntN(100) >= odds {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), field, r)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[v1.Opaque]() {
			v.Field(0).SetBytes([]byte(`{"x":1}`))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), v.Type().Field(i).Name, r)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			fill(v.Index(i), field, r)
		}
	case reflect.String:
		v.SetString(word(field, v.Type(), r))
	case reflect.Bool:
		v.SetBool(r.IntN(8) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt([]int64{1, 2, 80, 80, 80, 80, 80, 80, 200, 443, 503, 443, 80, 80, 0, -1, 70000, 80, 80, 80}[r.IntN(20)])
	case reflect.Float64:
		v.SetFloat([]float64{0, 1, 50, 99.9, 101}[r.IntN(5)])
	default: // maps stay empty
	}
}

// absence is how many of a hundred pointers of a type are nil.
func absence(t reflect.Type) int {
	switch t.Elem() {
	case reflect.TypeFor[v1.Opaque](), reflect.TypeFor[v1.DestinationSpec](), reflect.TypeFor[v1.Subset](),
		reflect.TypeFor[v1.DelegateOptionsRefs](), reflect.TypeFor[intstr.IntOrString]():
		return 98
	case reflect.TypeFor[v1.VirtualHost](), reflect.TypeFor[v1.RouteAction](), reflect.TypeFor[v1.Destination]():
		return 5
	default:
		return 80
	}
}

// word is a text for a field of a type: mostly one that fits it.
func word(field string, t reflect.Type, r *rand.Rand) string {
	good := []string{"a", "b", "ring", "web", "cert", "GET", "h", "rt"}
	switch {
	case r.IntN(20) == 0:
		good = []string{"", "/(", "(", `\1`, "-1s", "x: y", "\r\n", "%REQ(x)%", "%X%", "*", "*.a", "b.*", "a:80", "a.", "5xx"}
	case t == reflect.TypeFor[v1.Duration]():
		good = []string{"5s", "1s", "0.5s"}
	case field == "Namespace" || field == "ServiceNamespace":
		good = []string{"", "default"}
	case strings.Contains(field, "Pre") || strings.Contains(field, "Pat") || field == "Exact" || field == "Regex":
		good = []string{"/", "/a", "/a/b"}
	}
	return good[r.IntN(len(good))]
}

func TestNoInputPanicsAndEveryOutputIsSound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	forwards := 0
	for range 10_000 {
		w := newWorld()
		for _, n := range []string{"rt", "a"} {
			rt := &v1.RouteTable{Spec: v1.RouteTableSpec{Routes: []v1.Route{arbitrary[v1.Route](r), arbitrary[v1.Route](r)}}}
			rt.Namespace, rt.Name = "default", n
			w.tables = append(w.tables, rt)
		}
		in := &v1.VirtualService{Spec: arbitrary[v1.VirtualServiceSpec](r)}
		in.Namespace, in.Name = "default", "vs"
		in.Spec.ParentRefs = nil
		before := in.DeepCopy()
		out := virtualservice.Translate(w, in)
		require.Equal(t, before, in)
		require.Equal(t, out, virtualservice.Translate(w, in), "translation must be deterministic")
		for _, f := range out.Fragments {
			for i := range f.Routes {
				requireSound(t, &f.Routes[i])
				if _, ok := f.Routes[i].Action.(*ir.Forward); ok {
					forwards++
				}
			}
		}
	}
	require.Greater(t, forwards, 100, "the inputs must not all be broken")
}

func TestNoUpstreamPanics(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	usable := 0
	for range 20_000 {
		us := &v1.Upstream{Spec: arbitrary[v1.UpstreamSpec](r)}
		us.Namespace, us.Name = "default", "us"
		out, status := virtualservice.TranslateUpstream(newWorld(), us)
		if out == nil {
			require.Equal(t, ir.Error, ir.Worst(status.Problems))
			continue
		}
		usable++
		require.NotEqual(t, (out.Service != nil), (len(out.Hosts) > 0))
	}
	require.Greater(t, usable, 100, "the inputs must not all be broken")
}

// requireSound checks what the routing model promises of a route.
func requireSound(t *testing.T, r *ir.Route) {
	t.Helper()
	if r.Match.Path.Kind == ir.Regex {
		_, err := regexp.Compile(r.Match.Path.Value)
		require.NoError(t, err)
	} else {
		require.Equal(t, byte('/'), r.Match.Path.Value[0])
	}
	for _, v := range append(r.Match.Headers, r.Match.Query...) {
		require.NotEmpty(t, v.Name)
		if v.Kind == ir.ValueRegex {
			require.Empty(t, ir.CheckRegex(v.Value))
		}
	}
	switch a := r.Action.(type) {
	case *ir.Forward:
		sum := uint64(0)
		for _, b := range a.Backends {
			sum += uint64(b.Weight)
			requireSafeHeaders(t, b.Policy)
		}
		require.Positive(t, sum)
		require.Less(t, sum, uint64(1)<<32)
	case *ir.Respond:
		require.True(t, a.Code >= 200 && a.Code < 600)
	case *ir.Redirect:
		require.Contains(t, []int{301, 302, 303, 307, 308}, a.Code)
	default:
		require.Fail(t, "no action")
	}
	if answers500 := r.Action == nil || reflect.DeepEqual(r.Action, ir.Broken()); !answers500 {
		requireSafeHeaders(t, r.Policy)
	}
}

func requireSafeHeaders(t *testing.T, p ir.Policy) {
	t.Helper()
	for _, m := range []*ir.HeaderModifier{p.RequestHeaders, p.ResponseHeaders} {
		if m == nil {
			continue
		}
		for _, h := range append(append([]ir.Header{}, m.Set...), m.Add...) {
			require.Empty(t, ir.CheckHeaderName(h.Name))
			require.Empty(t, ir.CheckHeaderValue(h.Value))
			require.NotEqual(t, "host", h.Name)
		}
	}
}
