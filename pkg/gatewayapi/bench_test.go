package gatewayapi_test

import (
	"fmt"
	"testing"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
)

// BenchmarkTranslateHTTPRoute translates routes of the shapes that are common.
func BenchmarkTranslateHTTPRoute(b *testing.B) {
	for name, spec := range map[string]string{
		"plain":  "hostnames: [a.example]\nrules: [{matches: [{path: {value: /a}}], backendRefs: [{name: v1, port: 80}]}]",
		"canary": "hostnames: [a.example]\nrules: [{matches: [{path: {value: /a}, headers: [{name: x, value: y}]}], backendRefs: [{name: v1, port: 80, weight: 9}, {name: v2, port: 80}], timeouts: {request: 10s}, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: b}]}}]}]",
		"hosts":  "hostnames: [a.example, b.example, c.example, d.example]\nrules: [{backendRefs: [{name: v1, port: 80}]}]",
		"rules":  "hostnames: [a.example]\nrules:\n" + manyRules(16),
	} {
		b.Run(name, func(b *testing.B) {
			w := newWorld()
			gateway(b, w, "listeners: [{name: http, port: 80, protocol: HTTP}]")
			r := parse[gwv1.HTTPRoute](b, "metadata: {namespace: default, name: r}\nspec:\n"+indent("parentRefs: [{name: gw}]\n"+spec))
			b.ReportAllocs()
			for b.Loop() {
				gatewayapi.TranslateHTTPRoute(w, r)
			}
		})
	}
}

func manyRules(n int) string {
	var s string
	for i := range n {
		s += fmt.Sprintf("- {matches: [{path: {value: /r%d}}], backendRefs: [{name: v1, port: 80}]}\n", i)
	}
	return s
}
