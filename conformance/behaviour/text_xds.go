package behaviour

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/anypb"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/pkg/xds"
)

// The xds section shows, as YAML of the protos' JSON form, each resource that is
// not there or is different without objects. Of those that are different it
// leaves out what is the same. Ports of this machine are printed as the Gateway's
// port or the backend that they stand for, and certificates not at all.

// resources are the trees of JSON of all resources by type and name.
type resources map[string]map[string]any

// resources reads the store.
func (g *Gateway) resources() resources {
	out := resources{}
	store := g.control.Store()
	for short, typeURL := range map[string]string{
		"Listener": xds.ListenerType, "RouteConfiguration": xds.RouteType, "Cluster": xds.ClusterType,
		"ClusterLoadAssignment": xds.EndpointType, "Secret": xds.SecretType,
	} {
		out[short] = map[string]any{}
		for _, name := range store.Names(typeURL) {
			if r, ok := store.Get(xds.Ref{Type: typeURL, Name: name}); ok {
				out[short][name] = g.tree(r)
			}
		}
	}
	return out
}

func (g *Gateway) tree(r xds.Resource) any {
	if r.Type == xds.SecretType {
		return map[string]any{}
	}
	message, err := (&anypb.Any{TypeUrl: r.Type, Value: r.Bytes}).UnmarshalNew()
	if err != nil {
		return err.Error()
	}
	text, err := protojson.Marshal(message)
	if err != nil {
		return err.Error()
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		return err.Error()
	}
	return g.named(out)
}

// named replaces ports of this machine by what they stand for.
func (g *Gateway) named(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = g.named(v[i])
		}
	case map[string]any:
		for key, value := range v {
			if port, ok := value.(float64); ok && key == "portValue" {
				v[key] = g.portText(int(port))
				continue
			}
			v[key] = g.named(value)
		}
	}
	return v
}

func (g *Gateway) portText(port int) any {
	if name, servicePort, ok := g.backends.Name(port); ok {
		return "backend " + name + ":" + jsonText(servicePort)
	}
	if logical, ok := g.ports.Logical(int32(port)); ok {
		return "bound for " + jsonText(logical)
	}
	return port
}

func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// xdsText prints how the present resources differ from none.
func (g *Gateway) xdsText() (string, error) {
	var out strings.Builder
	now := g.resources()
	for _, kind := range slices.Sorted(maps.Keys(now)) {
		for _, name := range slices.Sorted(maps.Keys(now[kind])) {
			was, existed := g.empty[kind][name]
			different, ok := subtract(now[kind][name], was)
			if existed && !ok {
				continue
			}
			text, err := yaml.Marshal(different)
			if err != nil {
				return "", err
			}
			out.WriteString(kind + " " + name + ":\n" + indent(string(text)))
		}
	}
	return out.String(), nil
}

// subtract returns what of now is not in was, and whether that is anything.
func subtract(now, was any) (any, bool) {
	a, isMap := now.(map[string]any)
	b, wasMap := was.(map[string]any)
	if !isMap || !wasMap {
		return now, !reflect.DeepEqual(now, was) //nolint:forbidigo // trees of JSON have no other comparison
	}
	out := map[string]any{}
	for key, value := range a {
		if old, ok := b[key]; !ok {
			out[key] = value
		} else if different, ok := subtract(value, old); ok {
			out[key] = different
		}
	}
	return out, len(out) > 0
}

func indent(text string) string {
	lines := strings.SplitAfter(text, "\n")
	return "  " + strings.TrimSuffix(strings.Join(lines, "  "), "  ")
}
