package source

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// httpRoute is an ordinary route, as the many of a large installation are.
func httpRoute(i int) string {
	return fmt.Sprintf(`apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: route-%[1]d
  namespace: team-%[2]d
spec:
  parentRefs:
  - name: gateway
    namespace: infra
  hostnames:
  - host-%[3]d.example.com
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: /api/v1/things/%[1]d
      headers:
      - name: x-env
        value: prod
    backendRefs:
    - name: svc-%[2]d
      port: 80
    - name: svc-canary-%[2]d
      port: 80
      weight: 10
`, i, i%50, i%10000)
}

func ingressDoc(i int) string {
	return fmt.Sprintf(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ingress-%[1]d
  namespace: team-%[2]d
spec:
  ingressClassName: sluice
  rules:
  - host: host-%[3]d.example.com
    http:
      paths:
      - path: /api/v1/things/%[1]d
        pathType: Prefix
        backend:
          service:
            name: svc-%[2]d
            port:
              number: 80
`, i, i%50, i%10000)
}

// BenchmarkLoad reads a large directory: everything, from disk to events.
func BenchmarkLoad(b *testing.B) {
	const n = 100_000
	for kind, doc := range map[string]func(int) string{"HTTPRoute": httpRoute, "Ingress": ingressDoc} {
		for _, perFile := range []int{1, 100, n} {
			b.Run(fmt.Sprintf("%s/%d-per-file", kind, perFile), func(b *testing.B) {
				root := b.TempDir()
				fill(b, root, n, perFile, doc)
				b.ReportAllocs()
				before := heap()
				var dir *Directory
				for b.Loop() {
					dir = open(b, root)
					batch, err := dir.Load(b.Context())
					if err != nil || len(batch.Events) != n || len(batch.Problems) != 0 {
						b.Fatal(err, len(batch.Events), len(batch.Problems))
					}
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/n, "µs/object")
				b.ReportMetric(float64(heap()-before)/n, "kept-B/object")
				runtime.KeepAlive(dir)
			})
		}
	}
}

// heap returns the bytes in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func fill(b *testing.B, root string, n, perFile int, doc func(int) string) {
	for i := 0; i < n; i += perFile {
		var docs []string
		for j := i; j < min(n, i+perFile); j++ {
			docs = append(docs, doc(j))
		}
		write(b, filepath.Join(root, fmt.Sprint(i/1000%100), fmt.Sprintf("f%d.yaml", i)), strings.Join(docs, "---\n"))
	}
}

// BenchmarkEdit changes one document of a file, from writing to the event.
func BenchmarkEdit(b *testing.B) {
	for _, docs := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("%d-in-file", docs), func(b *testing.B) {
			root := b.TempDir()
			fill(b, root, 10_000, 100, httpRoute)
			all := make([]string, docs)
			for i := range all {
				all[i] = httpRoute(1_000_000 + i)
			}
			path := filepath.Join(root, "edited.yaml")
			write(b, path, strings.Join(all, "---\n"))
			l := watchDir(b, root)
			b.ReportAllocs()
			version := 0
			for b.Loop() {
				version++
				all[docs/2] = strings.Replace(httpRoute(1_000_000+docs/2), "weight: 10", fmt.Sprintf("weight: %d", 11+version), 1)
				write(b, path, strings.Join(all, "---\n"))
				if batch := <-l.batches; len(batch.Events) != 1 {
					b.Fatal(batch)
				}
			}
		})
	}
}
