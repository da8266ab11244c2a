package behaviour

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// The IR section lists the virtual hosts with their routes in the order of
// matching, and the server names of TLS, without the objects they come from:
//
//	80 a.example
//	  exact /x GET header(x-a = "1") → service default/v1:80
//	    Timeouts{Request: 1s}
//	443 tls a.example → default/cert

// irText prints what a snapshot routes.
func irText(s *Snapshot) string {
	var out strings.Builder
	for _, h := range virtualHosts(s.hosts) {
		fmt.Fprintf(&out, "%s %s\n", portName(h.Key.Listener), h.Key.Host)
		for i := range h.Routes {
			out.WriteString(routeText(&h.Routes[i]))
		}
	}
	for _, n := range serverNames(s.serverNames) {
		fmt.Fprintf(&out, "%s tls %s → %s\n", portName(n.Listener), cmp.Or(n.SNI, "*"), tlsText(n.TLS))
	}
	return out.String()
}

// portName is a listener's port, with its Gateway if that is not the default one.
func portName(k ir.ListenerKey) string {
	port := strconv.Itoa(int(k.Port))
	if k.Gateway == (ir.Name{Namespace: pipeline.DefaultNamespace, Name: pipeline.DefaultGateway}) {
		return port
	}
	return port + " of " + k.Gateway.String()
}

// virtualHosts returns the hosts that have routes. One without only claims its
// name.
func virtualHosts(rows []pipeline.Row) []ir.VirtualHost {
	var out []ir.VirtualHost
	for _, row := range rows {
		if h, ok := row.Row.(ir.VirtualHost); ok && len(h.Routes) > 0 {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(a, b ir.VirtualHost) int {
		return cmp.Or(cmp.Compare(a.Key.Listener.Port, b.Key.Listener.Port), a.Key.Listener.Compare(b.Key.Listener),
			strings.Compare(a.Key.Host, b.Key.Host))
	})
	return out
}

func serverNames(rows []pipeline.Row) []ir.ServerName {
	var out []ir.ServerName
	for _, row := range rows {
		members, _ := row.Row.([]table.Member[ir.Object, ir.ServerName])
		names := make([]ir.ServerName, len(members))
		for i, m := range members {
			names[i] = m.Value
		}
		merged, _ := ir.MergeServerNames(names)
		out = append(out, merged...)
	}
	slices.SortStableFunc(out, func(a, b ir.ServerName) int {
		return cmp.Or(cmp.Compare(a.Listener.Port, b.Listener.Port), a.Listener.Compare(b.Listener))
	})
	return out
}

func tlsText(t ir.ServerTLS) string {
	names := make([]string, len(t.Certificates))
	for i, c := range t.Certificates {
		names[i] = c.String()
	}
	t.Certificates = nil
	return strings.TrimSpace(strings.Join(names, ", ") + " " + strings.TrimPrefix(valueText(t), "ServerTLS{}"))
}

func routeText(r *ir.Route) string {
	text := "  " + matchText(r.Match) + " → " + actionText(r.Action)
	if r.Fallback {
		text += " (fallback)"
	}
	return text + "\n" + policyText(&r.Policy, "    ")
}

func matchText(m ir.Match) string {
	words := []string{pathText(m.Path)}
	if len(m.Methods) > 0 {
		words = append(words, strings.Join(m.Methods, "|"))
	}
	for _, h := range m.Headers {
		words = append(words, "header("+conditionText(h)+")")
	}
	for _, q := range m.Query {
		words = append(words, "query("+conditionText(q)+")")
	}
	switch m.Labels {
	case ir.OneLabel:
		words = append(words, "one-label")
	case ir.ManyLabels:
		words = append(words, "many-labels")
	case ir.AnyLabels:
	}
	return strings.Join(words, " ")
}

func pathText(p ir.PathMatch) string {
	kinds := map[ir.PathKind]string{ir.Exact: "exact ", ir.Regex: "regex ", ir.Prefix: "prefix ", ir.StringPrefix: "string-prefix "}
	text := kinds[p.Kind] + p.Value
	if p == (ir.PathMatch{}) || p == ir.AnyPath() {
		text = "any"
	}
	if p.IgnoreCase {
		text += " (any case)"
	}
	return text
}

func conditionText(v ir.ValueMatch) string {
	text := v.Name
	switch v.Kind {
	case ir.ValueExact:
		text += " = " + strconv.Quote(v.Value)
	case ir.ValueRegex:
		text += " ~ " + strconv.Quote(v.Value)
	case ir.ValuePresent:
		text += " is there"
	}
	if v.Invert {
		return "not " + text
	}
	return text
}

func actionText(a ir.Action) string {
	switch a := a.(type) {
	case *ir.Forward:
		var out []string
		for _, b := range a.Backends {
			text := clusterText(b.Cluster)
			if len(a.Backends) > 1 {
				text += " ×" + strconv.Itoa(int(b.Weight))
			}
			if own := policyText(&b.Policy, ""); own != "" {
				text += " [" + strings.ReplaceAll(strings.TrimSpace(own), "\n", "; ") + "]"
			}
			out = append(out, text)
		}
		return strings.Join(out, ", ")
	case *ir.Redirect:
		return "redirect " + strings.TrimPrefix(valueText(*a), "Redirect")
	case *ir.Respond:
		return strings.TrimSpace("respond " + strconv.Itoa(a.Code) + " " + shortened(a.Body))
	default:
		return "nothing"
	}
}

func shortened(body string) string {
	switch {
	case body == "":
		return ""
	case len(body) > 60:
		return fmt.Sprintf("%q and %d bytes more", body[:60], len(body)-60)
	default:
		return strconv.Quote(body)
	}
}

func clusterText(k ir.ClusterKey) string {
	if k == (ir.ClusterKey{}) {
		return "500"
	}
	text := k.Backend.Kind.String() + " " + k.Backend.Name.String()
	if k.Backend.Port != 0 {
		text += ":" + strconv.Itoa(int(k.Backend.Port))
	}
	if k.Variant != "" {
		text += " (" + k.Variant + ")"
	}
	return text
}

// policyText prints a line for each feature that is set.
func policyText(p *ir.Policy, indent string) string {
	var out strings.Builder
	v := reflect.ValueOf(*p)
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsNil() {
			out.WriteString(indent + v.Type().Field(i).Name + strings.TrimPrefix(printed(f), f.Type().Elem().Name()) + "\n")
		}
	}
	return out.String()
}

func valueText(v any) string { return printed(reflect.ValueOf(v)) }

// printed prints a value of the model without its zero fields.
func printed(v reflect.Value) string {
	if s, ok := asString(v); ok {
		return s
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "none"
		}
		return printed(v.Elem())
	case reflect.Slice, reflect.Array:
		var out []string
		for i := range v.Len() {
			out = append(out, printed(v.Index(i)))
		}
		return "[" + strings.Join(out, ", ") + "]"
	case reflect.Struct:
		var out []string
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				out = append(out, v.Type().Field(i).Name+": "+printed(f))
			}
		}
		return v.Type().Name() + "{" + strings.Join(out, ", ") + "}"
	case reflect.String:
		return strconv.Quote(v.String())
	default:
		return fmt.Sprint(v.Interface())
	}
}

// asString knows the types that have a form of their own.
func asString(v reflect.Value) (string, bool) {
	switch x := v.Interface().(type) {
	case time.Duration:
		return x.String(), true
	case ir.ClusterKey:
		return clusterText(x), true
	case ir.Name:
		return x.String(), true
	default:
		return "", false
	}
}
