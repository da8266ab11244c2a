package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// perFile is the number of documents in a file.
const perFile = 100

// namespace holds all objects.
const namespace = "bench"

// world is a directory of objects that can be edited. The documents of a file
// are kept, so that an edit writes one file.
type world struct {
	shape
	dir       string
	ports     []int // of the upstreams
	listen    int   // port of the Gateway
	routeDocs [][]byte
	sliceDocs [][]byte
	versions  []int // of each route
	turns     []int // of each service's endpoints
}

// newWorld writes a world to a directory.
func newWorld(s shape, dir string, listen int, ports []int) (*world, error) {
	w := &world{shape: s, dir: dir, ports: ports, listen: listen, versions: make([]int, s.routes()), turns: make([]int, s.services())}
	var services [][]byte
	for i := range s.services() {
		services = append(services, serviceDoc(serviceName(i)))
		w.sliceDocs = append(w.sliceDocs, w.sliceDoc(i))
	}
	for i := range s.routeObjects() {
		w.routeDocs = append(w.routeDocs, w.routeDoc(i))
	}
	if err := w.writeFile("gateway.yaml", [][]byte{gatewayDoc(listen)}); err != nil {
		return nil, err
	}
	for kind, docs := range map[string][][]byte{"services": services, "endpoints": w.sliceDocs, "routes": w.routeDocs} {
		for i := 0; i*perFile < len(docs); i++ {
			if err := w.writeFile(fileName(kind, i), share(docs, i)); err != nil {
				return nil, err
			}
		}
	}
	return w, nil
}

// routeObjects is the number of objects that hold the routes.
func (s shape) routeObjects() int {
	if s.dialect == virtualServices {
		return s.hosts
	}
	return s.routes()
}

func fileName(kind string, i int) string { return fmt.Sprintf("%s-%04d.yaml", kind, i) }

func share(docs [][]byte, file int) [][]byte {
	return docs[file*perFile : min(len(docs), (file+1)*perFile)]
}

// writeFile replaces a file as an editor does: in one step.
func (w *world) writeFile(name string, docs [][]byte) error {
	hidden := filepath.Join(w.dir, "."+name)
	if err := os.WriteFile(hidden, bytes.Join(docs, []byte("---\n")), 0o600); err != nil {
		return err
	}
	return os.Rename(hidden, filepath.Join(w.dir, name))
}

// touchRoutes gives routes a new path and writes the files that hold them.
func (w *world) touchRoutes(routes ...int) error {
	files := map[int]bool{}
	for _, i := range routes {
		w.versions[i]++
		object := i
		if w.dialect == virtualServices {
			object = i / w.perHost
		}
		w.routeDocs[object] = w.routeDoc(object)
		files[object/perFile] = true
	}
	for file := range files {
		if err := w.rewrite("routes", w.routeDocs, file); err != nil {
			return err
		}
	}
	return nil
}

// rewrite writes the file of a kind with what is in it now.
func (w *world) rewrite(kind string, docs [][]byte, file int) error {
	return w.writeFile(fileName(kind, file), share(docs, file))
}

// touchEndpoints moves a Service to the next upstream and returns which.
func (w *world) touchEndpoints(service int) (upstream int, err error) {
	w.turns[service]++
	w.sliceDocs[service] = w.sliceDoc(service)
	return w.upstreamOf(service), w.rewrite("endpoints", w.sliceDocs, service/perFile)
}

// upstreamOf is the upstream that a Service leads to.
func (w *world) upstreamOf(service int) int { return (service + w.turns[service]) % len(w.ports) }

// serviceOf is the Service behind a route.
func (w *world) serviceOf(route int) int { return route / w.perHost / 2 % w.services() }

func serviceName(i int) string { return fmt.Sprintf("s%05d", i) }

func (w *world) host(route int) string { return fmt.Sprintf("h%05d.bench.example", route/w.perHost) }

// path is the present path of a route. Every edit changes it, so that an answer
// tells whether it is by the edited route.
func (w *world) path(route int) string {
	return fmt.Sprintf("/p%05d/v%05d", route%w.perHost, w.versions[route])
}

func gatewayDoc(port int) []byte {
	return fmt.Appendf(nil, `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: bench
  namespace: %s
  labels:
    sluice.dev/default-gateway: "true"
spec:
  gatewayClassName: sluice
  listeners:
  - name: http
    port: %d
    protocol: HTTP
`, namespace, port)
}

func serviceDoc(name string) []byte {
	return fmt.Appendf(nil, `apiVersion: v1
kind: Service
metadata:
  name: %s
  namespace: %s
spec:
  ports:
  - name: http
    port: 80
    targetPort: 8080
`, name, namespace)
}

func (w *world) sliceDoc(service int) []byte {
	return endpointsDoc(serviceName(service), w.ports[w.upstreamOf(service)])
}

func endpointsDoc(service string, port int) []byte {
	return fmt.Appendf(nil, `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: %s
  namespace: %s
  labels:
    kubernetes.io/service-name: %s
addressType: IPv4
ports:
- name: http
  port: %d
  protocol: TCP
endpoints:
- addresses:
  - 127.0.0.1
`, service, namespace, service, port)
}

// routeDoc is route object i.
func (w *world) routeDoc(i int) []byte {
	switch w.dialect {
	case ingresses:
		return ingressDoc(i, w.host(i), w.path(i), serviceName(w.serviceOf(i)))
	case virtualServices:
		return w.virtualServiceDoc(i)
	case plainRoutes:
		return httpRouteDoc(i, w.host(i), w.path(i), serviceName(w.serviceOf(i)), "")
	default:
		return httpRouteDoc(i, w.host(i), w.path(i), serviceName(w.serviceOf(i)), headerFilter)
	}
}

// headerFilter is in every route but those that are compared with a minimal
// Envoy, which has none.
const headerFilter = `    filters:
    - type: ResponseHeaderModifier
      responseHeaderModifier:
        set:
        - name: x-route
          value: bench
`

func httpRouteDoc(i int, host, path, service, filters string) []byte {
	return fmt.Appendf(nil, `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: r%06d
  namespace: %s
spec:
  parentRefs:
  - name: bench
  hostnames:
  - %s
  rules:
  - matches:
    - path:
        type: PathPrefix
        value: %s
%s    backendRefs:
    - name: %s
      port: 80
`, i, namespace, host, path, filters, service)
}

func ingressDoc(i int, host, path, service string) []byte {
	return fmt.Appendf(nil, `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: r%06d
  namespace: %s
spec:
  ingressClassName: sluice
  rules:
  - host: %s
    http:
      paths:
      - path: %s
        pathType: Prefix
        backend:
          service:
            name: %s
            port:
              number: 80
`, i, namespace, host, path, service)
}

func (w *world) virtualServiceDoc(host int) []byte {
	var routes strings.Builder
	for j := range w.perHost {
		i := host*w.perHost + j
		fmt.Fprintf(&routes, `    - matchers:
      - prefix: %s
      routeAction:
        single:
          kube:
            ref:
              name: %s
              namespace: %s
            port: 80
`, w.path(i), serviceName(w.serviceOf(i)), namespace)
	}
	return fmt.Appendf(nil, `apiVersion: sluice.dev/v1
kind: VirtualService
metadata:
  name: h%05d
  namespace: %s
spec:
  virtualHost:
    domains:
    - %s
    routes:
%s`, host, namespace, w.host(host*w.perHost), routes.String())
}
