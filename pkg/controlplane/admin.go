package controlplane

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Admin returns the handler of the admin address:
//
//	/healthz              200 while the process runs
//	/readyz               200 while an Envoy is connected that has acknowledged listeners and routes;
//	                      not for a Service that Envoys need to find their control plane
//	/metrics              Prometheus text
//	/debug/problems       every problem, as `sluice check -o json` prints them
//	/debug/tables         the names of all tables; /debug/tables/<name> the rows of one
//	/debug/xds            the types; /debug/xds/<type> the resources of one: listeners,
//	                      routes, clusters, endpoints or secrets (names and versions only)
//	/debug/nodes          the Envoys that are connected, and what they acknowledged
//
// It shows configuration, so it must not be reachable by clients.
func (cp *ControlPlane) Admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", cp.readyz)
	mux.Handle("GET /metrics", cp.metrics.handler())
	mux.HandleFunc("GET /debug/problems", cp.problems)
	mux.HandleFunc("GET /debug/tables", cp.tableNames)
	mux.HandleFunc("GET /debug/tables/{name}", cp.tableRows)
	mux.HandleFunc("GET /debug/xds", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, typeNames()) })
	mux.HandleFunc("GET /debug/xds/{type}", cp.resources)
	mux.HandleFunc("GET /debug/nodes", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, cp.server.Status()) })
	return mux
}

func (cp *ControlPlane) readyz(w http.ResponseWriter, _ *http.Request) {
	if !cp.server.Programmed() {
		http.Error(w, "not ready: no connected Envoy has acknowledged listeners and routes yet", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

func (cp *ControlPlane) problems(w http.ResponseWriter, r *http.Request) {
	var findings []report.Finding
	if err := cp.Ask(r.Context(), func(_ *pipeline.Pipeline, b *report.Book) { findings = b.Findings() }); err != nil {
		return // the client has gone
	}
	w.Header().Set("Content-Type", "application/json")
	_ = report.WriteJSON(w, findings) // the client has gone
}

func (cp *ControlPlane) tableNames(w http.ResponseWriter, r *http.Request) {
	var names []string
	if err := cp.Ask(r.Context(), func(p *pipeline.Pipeline, _ *report.Book) { names = p.TableNames() }); err == nil {
		writeJSON(w, names)
	}
}

func (cp *ControlPlane) tableRows(w http.ResponseWriter, r *http.Request) {
	var rows []pipeline.Row
	var ok bool
	err := cp.Ask(r.Context(), func(p *pipeline.Pipeline, _ *report.Book) { rows, ok = p.Rows(r.PathValue("name")) })
	switch {
	case err != nil: // the client has gone
	case !ok:
		http.Error(w, "no such table; see /debug/tables", http.StatusNotFound)
	default:
		writeJSON(w, rows)
	}
}

// resourceTypes are the short names of /debug/xds.
func resourceTypes() map[string]string {
	return map[string]string{
		"listeners": xds.ListenerType, "routes": xds.RouteType, "clusters": xds.ClusterType,
		"endpoints": xds.EndpointType, "secrets": xds.SecretType,
	}
}

func typeNames() []string {
	var out []string
	for name := range resourceTypes() {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// resource is the JSON form of a resource.
type resource struct {
	Name    string          `json:"name"`
	Version string          `json:"version"`
	Config  json.RawMessage `json:"config,omitempty"`
}

// resources writes the resources of a type, of which ?name= chooses one. Secrets
// are never shown.
func (cp *ControlPlane) resources(w http.ResponseWriter, r *http.Request) {
	typeURL, ok := resourceTypes()[r.PathValue("type")]
	if !ok {
		http.Error(w, "no such type; there are "+strings.Join(typeNames(), ", "), http.StatusNotFound)
		return
	}
	out := []resource{}
	for _, name := range cp.store.Names(typeURL) {
		if want := r.URL.Query().Get("name"); want != "" && want != name {
			continue
		}
		if res, ok := cp.store.Get(xds.Ref{Type: typeURL, Name: name}); ok {
			out = append(out, show(res))
		}
	}
	writeJSON(w, out)
}

func show(res xds.Resource) resource {
	out := resource{Name: res.Name, Version: res.Version}
	if res.Type == xds.SecretType {
		return out
	}
	message, err := (&anypb.Any{TypeUrl: res.Type, Value: res.Bytes}).UnmarshalNew()
	if err == nil {
		out.Config, _ = protojson.Marshal(message)
	}
	return out
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // fails only if the client has gone
}
