package standalone_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// load sends requests without pause until it is stopped, and counts the answers.
type load struct {
	stop context.CancelFunc
	wg   sync.WaitGroup
	mu   sync.Mutex
	seen map[string]map[string]int // by URL and answer
}

func (g *gateway) load(urls ...string) *load {
	ctx, stop := context.WithCancel(g.Context())
	l := &load{stop: stop, seen: map[string]map[string]int{}}
	for _, url := range urls {
		l.seen[url] = map[string]int{}
		c := g.client()
		l.wg.Go(func() {
			for ctx.Err() == nil {
				got := get(context.WithoutCancel(ctx), c, url)
				l.mu.Lock()
				l.seen[url][got]++
				l.mu.Unlock()
			}
		})
	}
	g.Cleanup(l.end)
	return l
}

func (l *load) end() {
	l.stop()
	l.wg.Wait()
}

// answers ends the load and returns the different answers of a URL.
func (l *load) answers(url string) []string {
	l.end()
	return slices.Sorted(maps.Keys(l.seen[url]))
}

func TestEditsUnderLoadFailNoRequest(t *testing.T) {
	v1, v2 := backend(t, "v1"), backend(t, "v2")
	a, b := newPair(t, "tls.example"), newPair(t, "tls.example")
	g := start(t, map[string]string{
		"services.yaml": service("v1", v1) + service("v2", v2),
		"routes.yaml":   ingress("ingress", "v1") + httpRoute("route", "v1") + virtualService("virtual", "v1", ""),
		"edited.yaml":   httpRoute("edited", "v1"),
		"tls.yaml":      virtualService("tls", "v1", "cert"),
		"secret.yaml":   secret("cert", a),
	})
	tls := fmt.Sprintf("https://tls.example:%d/", g.https)
	still := []string{g.url("ingress.example", "/"), g.url("route.example", "/"), g.url("virtual.example", "/"), tls}
	edited := g.url("edited.example", "/")
	l := g.load(append(still, edited)...)
	g.until(tls, "200 v1")

	for i := range 8 { // a route, and the Service that it leads to, in one edit
		port, want := v2, "200 v2"
		if i%2 == 1 {
			port, want = v1, "200 v1"
		}
		name := fmt.Sprintf("new-%d", i)
		g.write("edited.yaml", httpRoute("edited", name)+service(name, port))
		g.until(edited, want)
	}
	g.write("edited.yaml", httpRoute("edited", "v1"))
	for _, next := range []int{v2, v1} { // endpoints only
		g.write("services.yaml", service("v1", v1)+service("v2", next))
	}
	g.write("secret.yaml", secret("cert", b))
	g.write("broken.yaml", "a: b: c\n")
	g.write("broken.yaml", httpRoute("other", "missing"))
	g.write("class.yaml", classes)
	more := freePort(t)
	g.write("gateway.yaml", g.gatewayYAML(more))
	g.until(fmt.Sprintf("http://ingress.example:%d/", more), "200 v1")
	g.write("gateway.yaml", g.gatewayYAML())
	g.remove("class.yaml")
	g.remove("broken.yaml")
	g.write("last.yaml", ingress("last", "v2"))
	g.until(g.url("last.example", "/"), "200 v1")

	for _, url := range still {
		require.Equal(t, []string{"200 v1"}, l.answers(url), url)
	}
	require.Equal(t, []string{"200 v1", "200 v2"}, l.answers(edited))
}

const classes = `
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: sluice}
spec: {controllerName: sluice.dev/gateway-controller}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: sluice, annotations: {ingressclass.kubernetes.io/is-default-class: "true"}}
spec: {controller: sluice.dev/ingress-controller}
`

func TestSwapOfAMountedConfigMapIsOneChange(t *testing.T) {
	v1, v2 := backend(t, "v1"), backend(t, "v2")
	g, c := prepare(t)
	mount := func(version int, name string, port int) {
		held := fmt.Sprintf("..version-%d", version)
		g.write("mount/"+held+"/a.yaml", httpRoute("edited", name))
		g.write("mount/"+held+"/z.yaml", service(name, port)+ingress("still", name))
		next := filepath.Join(g.dir, "mount", "..next")
		require.NoError(t, os.Symlink(held, next))
		require.NoError(t, os.Rename(next, filepath.Join(g.dir, "mount", "..data")))
		g.remove(fmt.Sprintf("mount/..version-%d", version-1))
	}
	mount(1, "one", v1)
	for _, name := range []string{"a.yaml", "z.yaml"} {
		require.NoError(t, os.Symlink(filepath.Join("..data", name), filepath.Join(g.dir, "mount", name)))
	}
	g.run(c)
	g.untilReady()
	edited, still := g.url("edited.example", "/"), g.url("still.example", "/")
	l := g.load(edited, still)
	for i := range 4 {
		mount(2*i+2, "two", v2) // the route comes before its Service in the order of files
		g.until(edited, "200 v2")
		mount(2*i+3, "one", v1)
		g.until(edited, "200 v1")
	}
	require.Equal(t, []string{"200 v1", "200 v2"}, l.answers(edited))
	require.Equal(t, []string{"200 v1", "200 v2"}, l.answers(still))
}

func TestADirectoryThatVanishesIsServedOn(t *testing.T) {
	v1 := backend(t, "v1")
	g := start(t, map[string]string{"all.yaml": service("v1", v1) + ingress("still", "v1")})
	still := g.url("still.example", "/")
	g.until(still, "200 v1")
	l := g.load(still)
	away := g.dir + "-away"
	require.NoError(t, os.Rename(g.dir, away))
	g.waitLog("the directory is gone")
	time.Sleep(50 * time.Millisecond) // requests meanwhile
	require.NoError(t, os.Rename(away, g.dir))
	g.write("more.yaml", ingress("more", "v1"))
	g.until(g.url("more.example", "/"), "200 v1")
	require.Equal(t, []string{"200 v1"}, l.answers(still))
}
