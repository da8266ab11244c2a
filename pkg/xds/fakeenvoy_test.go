package xds

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/encoding/protowire"
)

// The fake's language of resources is text: "bad" anywhere is refused, "eds=x", "rds=x"
// and "cluster=x" are references.

// fakeEnvoy models what matters of Envoy: warming, references, versions, and that it applies the good
// resources of a CDS, LDS or EDS response that it refuses.
type fakeEnvoy struct {
	rng      *rand.Rand
	clusters map[string]*fakeCluster
	eds      map[string]string
	active   map[string]string            // listeners in service → their text
	warming  map[string]string            // listeners that wait for their routes
	routes   map[string]map[string]string // route configuration → part → text
	watched  map[string]map[string]bool   // type → names subscribed to
	versions map[string]map[string]string // type → name → version acknowledged
	opened   map[string]bool              // types asked for on this stream
	out      []*discovery.DeltaDiscoveryRequest
	nacks    int
	refused  map[Ref]bool // names refused once, ever
}

type fakeCluster struct {
	active, warming string
}

func newFakeEnvoy(rng *rand.Rand) *fakeEnvoy {
	return &fakeEnvoy{
		rng: rng, clusters: map[string]*fakeCluster{}, eds: map[string]string{}, active: map[string]string{},
		warming: map[string]string{}, routes: map[string]map[string]string{},
		watched:  map[string]map[string]bool{EndpointType: {}, RouteType: {}},
		versions: map[string]map[string]string{ClusterType: {}, EndpointType: {}, ListenerType: {}, RouteType: {}},
		refused:  map[Ref]bool{},
	}
}

// connect starts a stream: all types that the fake knows, in any order but the first time.
func (e *fakeEnvoy) connect() {
	e.out, e.opened = nil, map[string]bool{}
	urls := []string{ClusterType, EndpointType, ListenerType, RouteType}
	e.rng.Shuffle(len(urls), func(i, j int) { urls[i], urls[j] = urls[j], urls[i] })
	for _, url := range urls {
		names := slices.Sorted(maps.Keys(e.watched[url]))
		if _, named := e.watched[url]; named && len(names) == 0 {
			continue
		}
		e.request(url, names, nil)
	}
}

func (e *fakeEnvoy) request(url string, subscribe, unsubscribe []string) *discovery.DeltaDiscoveryRequest {
	req := &discovery.DeltaDiscoveryRequest{TypeUrl: url, ResourceNamesSubscribe: subscribe, ResourceNamesUnsubscribe: unsubscribe}
	if !e.opened[url] {
		e.opened[url] = true
		req.InitialResourceVersions = maps.Clone(e.versions[url])
	}
	e.out = append(e.out, req)
	return req
}

func (e *fakeEnvoy) watch(url, name string) {
	if !e.watched[url][name] {
		e.watched[url][name] = true
		e.request(url, []string{name}, nil)
	}
}

func (e *fakeEnvoy) unwatch(url, name string) {
	if e.watched[url][name] {
		delete(e.watched[url], name)
		delete(e.versions[url], name)
		e.request(url, nil, []string{name})
	}
}

// receive processes a response and queues the answer.
func (e *fakeEnvoy) receive(r *response) {
	var errs []string
	for _, d := range r.resources {
		if !e.apply(r.typeURL, d) {
			errs = append(errs, d.item.name)
			e.refused[Ref{r.typeURL, d.item.name}] = true
		}
	}
	for _, name := range r.removed {
		e.remove(r.typeURL, name)
	}
	ack := e.request(r.typeURL, nil, nil)
	ack.ResponseNonce = r.nonce
	if len(errs) > 0 {
		e.nacks++
		message := "something is wrong"
		if e.rng.IntN(2) == 0 {
			message = strings.Join(errs, ", ") + " is wrong"
		}
		ack.ErrorDetail = &statuspb.Status{Code: 13, Message: message}
		return
	}
	for _, d := range r.resources {
		if _, named := e.watched[r.typeURL]; !named || e.watched[r.typeURL][d.item.name] {
			e.versions[r.typeURL][d.item.name] = d.version
		}
	}
	for _, name := range r.removed {
		delete(e.versions[r.typeURL], name)
	}
}

func (e *fakeEnvoy) apply(url string, d delivery) bool {
	text := string(appendPieces(nil, d.item).Materialize())
	if strings.Contains(text, "bad") {
		return false
	}
	name := d.item.name
	switch url {
	case ClusterType:
		if e.clusters[name] == nil {
			e.clusters[name] = &fakeCluster{}
		}
		c := e.clusters[name]
		if c.warming == text || c.warming == "" && c.active == text {
			return true
		}
		c.warming = text
		e.watch(EndpointType, field(text, "eds="))
	case EndpointType:
		if !e.watched[url][name] {
			return true
		}
		e.eds[name] = text
		for _, c := range e.clusters {
			if c.warming != "" && field(c.warming, "eds=") == name {
				c.active, c.warming = c.warming, ""
			}
		}
	case ListenerType:
		e.warming[name] = text
		e.watch(RouteType, field(text, "rds="))
		e.open()
	case RouteType:
		if e.watched[url][name] {
			e.routes[name] = parts(text)
			e.open()
		}
	}
	return true
}

// open puts listeners in service whose routes are there, and drops routes that nobody uses.
func (e *fakeEnvoy) open() {
	for name, text := range e.warming {
		if _, ok := e.routes[field(text, "rds=")]; ok {
			e.active[name] = text
			delete(e.warming, name)
		}
	}
	used := map[string]bool{}
	for _, listeners := range []map[string]string{e.active, e.warming} {
		for _, text := range listeners {
			used[field(text, "rds=")] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.watched[RouteType])) {
		if !used[name] {
			delete(e.routes, name)
			e.unwatch(RouteType, name)
		}
	}
}

func (e *fakeEnvoy) remove(url, name string) {
	switch url {
	case ClusterType:
		c := e.clusters[name]
		delete(e.clusters, name)
		if c == nil {
			return
		}
		for _, text := range []string{c.active, c.warming} {
			if text != "" {
				e.unwatch(EndpointType, field(text, "eds="))
			}
		}
	case ListenerType:
		delete(e.active, name)
		delete(e.warming, name)
		e.open()
	}
}

// broken returns a route in service whose cluster is not, and which was never refused.
func (e *fakeEnvoy) broken() string {
	for listener, text := range e.active {
		for part, entry := range e.routes[field(text, "rds=")] {
			name := field(entry, "cluster=")
			c := e.clusters[name]
			if c != nil && c.active != "" {
				continue
			}
			if e.refused[Ref{ClusterType, name}] || e.refused[Ref{EndpointType, "e-" + name}] {
				continue
			}
			return fmt.Sprintf("listener %s %s part %s: %q: cluster %+v", listener, text, part, entry, c)
		}
	}
	return ""
}

// field returns the word that follows a mark.
func field(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	word, _, _ := strings.Cut(rest, " ")
	return word
}

// parts reads the entries of field 2, by their first word.
func parts(text string) map[string]string {
	out := map[string]string{}
	b := []byte(text)
	for len(b) > 0 {
		num, _, n := protowire.ConsumeTag(b)
		value, m := protowire.ConsumeBytes(b[n:])
		b = b[n+m:]
		if num == VirtualHostField {
			key, _, _ := strings.Cut(string(value), " ")
			out[key] = string(value)
		}
	}
	return out
}
