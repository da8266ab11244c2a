package schema

import (
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apimachinery/pkg/runtime"
	kschema "k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/source/manifest"
)

func customOf(t testing.TB, s *Schemas, apiVersion, name string) *custom {
	t.Helper()
	gv, err := kschema.ParseGroupVersion(apiVersion)
	require.NoError(t, err)
	k, bad := s.kind(gv.WithKind(name))
	require.Nil(t, bad)
	return k.checker.(*custom)
}

// TestFastCheckNeverAcceptsWhatTheFullOneRefuses changes rich objects at random,
// a little and a lot, and holds the two checks to each other.
func TestFastCheckNeverAcceptsWhatTheFullOneRefuses(t *testing.T) {
	s, err := New(manifests.CRDs)
	require.NoError(t, err)
	file, err := os.ReadFile("testdata/rich.yaml")
	require.NoError(t, err)
	docs, err := manifest.Split("rich.yaml", file)
	require.NoError(t, err)
	for _, doc := range docs {
		decoded, err := doc.Decode()
		require.NoError(t, err)
		rich := decoded.Items[0].Object
		t.Run(rich["kind"].(string), func(t *testing.T) {
			t.Parallel()
			c := customOf(t, s, rich["apiVersion"].(string), rich["kind"].(string))
			_, found := c.check(runtime.DeepCopyJSON(rich))
			require.Empty(t, found)
			valid, accepted := compareChecks(t, c, rich)
			t.Logf("%d of 400 valid, %d of them accepted at once", valid, accepted)
			require.Greater(t, valid, 100, "the test says something only about valid objects")
			require.Less(t, valid, 380, "nor if nothing is invalid")
			if rich["kind"] != "Gateway" { // of which there are few, and which have formats
				require.GreaterOrEqual(t, accepted, valid*8/10)
			}
		})
	}
}

func compareChecks(t *testing.T, c *custom, rich map[string]any) (valid, accepted int) {
	t.Helper()
	m := maker{rand: rand.New(rand.NewPCG(7, 7))}
	for i := range 400 {
		object := runtime.DeepCopyJSON(rich)
		for range i % 4 {
			m.mutate(object["spec"], c.structural.Properties["spec"])
		}
		defaulting.Default(object, c.structural)
		delete(object, "status")
		before := runtime.DeepCopyJSON(object)
		fast := c.fast().Accepts(object)
		require.Equal(t, before, object, "checking changes nothing")
		found := c.scrutinize(object)
		if fast {
			accepted++
			require.Empty(t, found, "%v", object)
		}
		if len(found) == 0 {
			valid++
		}
	}
	return valid, accepted
}

// maker makes values of a schema.
type maker struct{ rand *rand.Rand }

// mutate changes one thing somewhere in v.
func (m *maker) mutate(v any, s structural.Structural) {
	switch v := v.(type) {
	case map[string]any:
		name := m.fieldOf(v, &s)
		p, declared := s.Properties[name]
		if !declared && s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
			p = *s.AdditionalProperties.Structural
		}
		switch field, ok := v[name]; {
		case ok && isComposite(field) && m.rand.IntN(5) > 0:
			m.mutate(field, p)
		case ok && m.rand.IntN(2) == 0:
			delete(v, name)
		default:
			v[name] = m.value(&p, 3)
		}
	case []any:
		if len(v) == 0 || s.Items == nil {
			return
		}
		i := m.rand.IntN(len(v))
		if isComposite(v[i]) && m.rand.IntN(5) > 0 {
			m.mutate(v[i], *s.Items)
			return
		}
		v[i] = []any{m.value(s.Items, 3), runtime.DeepCopyJSONValue(v[m.rand.IntN(len(v))])}[m.rand.IntN(2)]
	}
}

func isComposite(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// fieldOf picks a field that is there, mostly, or could be.
func (m *maker) fieldOf(v map[string]any, s *structural.Structural) string {
	names := slices.Sorted(maps.Keys(v))
	if len(names) == 0 || m.rand.IntN(4) == 0 {
		names = append(slices.Sorted(maps.Keys(s.Properties)), "strange")
	}
	return names[m.rand.IntN(len(names))]
}

func (m *maker) value(s *structural.Structural, depth int) any {
	if s.ValueValidation != nil && len(s.ValueValidation.Enum) > 0 && !m.rarely() {
		enum := s.ValueValidation.Enum
		return enum[m.rand.IntN(len(enum))].Object
	}
	if m.rarely() && depth > 2 {
		return []any{"x", int64(-1), true, map[string]any{}, []any{}}[m.rand.IntN(5)]
	}
	switch s.Type {
	case "object":
		return m.object(s, depth)
	case "array":
		return m.array(s, depth)
	case "integer", "number":
		return []int64{0, 1, 2, 80, 443, 65535, 65536, 1 << 33}[min(m.rand.IntN(12), 7)%8]
	case "boolean":
		return m.rand.IntN(2) == 0
	default:
		return m.text(s)
	}
}

func (m *maker) rarely() bool { return m.rand.IntN(60) == 0 }

func (m *maker) object(s *structural.Structural, depth int) map[string]any {
	object := map[string]any{}
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
		for range m.rand.IntN(3) {
			object[m.text(s)] = m.value(s.AdditionalProperties.Structural, depth+1)
		}
	}
	required := map[string]bool{}
	if s.ValueValidation != nil {
		for _, name := range s.ValueValidation.Required {
			required[name] = true
		}
	}
	for name, p := range s.Properties {
		wanted := depth == 0 || m.rand.IntN(3+depth+len(s.Properties)/4) == 0
		if required[name] && !m.rarely() || wanted {
			object[name] = m.value(&p, depth+1)
		}
	}
	return object
}

func (m *maker) array(s *structural.Structural, depth int) []any {
	items := []any{}
	least := 0
	if s.ValueValidation != nil && s.ValueValidation.MinItems != nil {
		least = int(*s.ValueValidation.MinItems)
	}
	for range least + m.rand.IntN(3) {
		items = append(items, m.value(s.Items, depth+1))
	}
	return items
}

func (m *maker) text(s *structural.Structural) string {
	texts := []string{
		"a", "b", "a.example", "*.a.example", "/", "/a", "/a/../b", "//", "10s", "5m", "1h30m", "A", "", "a b", "a/b", "1.2.3.4", "::1",
		"HTTP", "HTTPS", "Service", "Secret", "Gateway", "Exact", "PathPrefix", "RequestRedirect", "URLRewrite", "80", "*", "x-env", "ä", "(", "^/.*$",
		strings.Repeat("x", 300), "gateway.networking.k8s.io",
	}
	text := texts[m.rand.IntN(len(texts))]
	if s.ValueValidation != nil && (s.ValueValidation.Pattern != "" || s.ValueValidation.MinLength != nil) && text == "" {
		return "a"
	}
	return text
}

func BenchmarkCheckHTTPRoute(b *testing.B) {
	s, err := New(manifests.CRDs)
	require.NoError(b, err)
	c := customOf(b, s, "gateway.networking.k8s.io/v1", "HTTPRoute")
	object := func() map[string]any {
		return map[string]any{
			"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": map[string]any{"name": "a", "namespace": "b"},
			"spec": map[string]any{
				"parentRefs": []any{map[string]any{"name": "g"}}, "hostnames": []any{"a.example"},
				"rules": []any{map[string]any{
					"matches": []any{map[string]any{
						"path":    map[string]any{"type": "PathPrefix", "value": "/a/b"},
						"headers": []any{map[string]any{"name": "x-env", "value": "prod"}},
					}},
					"backendRefs": []any{map[string]any{"name": "s", "port": int64(80)}, map[string]any{"name": "t", "port": int64(80), "weight": int64(10)}},
				}},
			},
		}
	}
	whole := object()
	_, found := c.check(whole)
	require.Empty(b, found)
	for name, f := range map[string]func(){
		"fast":  func() { require.True(b, c.fast().Accepts(whole)) },
		"full":  func() { c.scrutinize(whole) },
		"check": func() { c.check(object()) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f()
			}
		})
	}
}
