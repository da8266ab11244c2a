package translator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// strange are changes to a path that Envoy normalizes, redirects or refuses.
func strange(rng *rand.Rand, path string) string {
	switch rng.IntN(6) {
	case 0:
		return strings.Replace(path, "/", "//", 1)
	case 1:
		return path + "/../a"
	case 2:
		return strings.Replace(path, "a", "%61", 1)
	case 3:
		return strings.Replace(path, "/", "/%2F", 1)
	case 4:
		return strings.ToUpper(path)
	default:
		return path + ";p=1"
	}
}

// Envoy serves the same random routes as a list on one listener and as a tree
// on another. Both must give the answer that plain Go finds right.
func TestEnvoyAnswersFromATreeAsFromAList(t *testing.T) {
	const hosts, requests = 120, 250
	rng := rand.New(rand.NewPCG(3, 4))
	tr := New(Options{})
	list, tree := httpListener(t), httpListener(t)
	w := world{listeners: []ir.Listener{list, tree}, rawHosts: map[ir.ListenerKey][][]byte{}}
	var served []ir.VirtualHost
	for i := range hosts {
		v := randomHost(rng, ir.HostKey{Listener: list.Key, Host: fmt.Sprintf(pick(rng, "h%d.example", "*.h%d.example"), i)}, 5+rng.IntN(45))
		if treeOf(t, v) == nil {
			continue
		}
		served = append(served, v)
		for key, threshold := range map[ir.ListenerKey]int{list.Key: math.MaxInt, tree.Key: 0} {
			b, err := tr.virtualHost(v, threshold)
			require.NoError(t, err)
			w.rawHosts[key] = append(w.rawHosts[key], b)
		}
	}
	require.Greater(t, len(served), hosts/2)
	w.start(t)
	fromList, fromTree := newClient(t, list.Key), newClient(t, tree.Key)
	for _, v := range served {
		for range requests {
			r := randomRequest(rng, v)
			plain := !strings.Contains(r.path, "//")
			if chance(rng, 15) {
				r.path, plain = strange(rng, r.path), false
			}
			want := fromList.do(t, r)
			got := fromTree.do(t, r)
			require.Equal(t, routeOf(want), routeOf(got), "%s %s", v.Key.Host, r)
			if plain {
				require.Equal(t, modelRoute(v, r), routeOf(want), "%s %s", v.Key.Host, r)
			}
		}
	}
}

// routeOf tells a route by its answer.
func routeOf(a answer) string {
	if a.code == http.StatusNotFound {
		return "404"
	}
	if location := a.header.Get("Location"); location != "" {
		return fmt.Sprint(a.code, " ", location)
	}
	return fmt.Sprint(a.code, " ", a.header.Get("Content-Length"), a.body)
}

func modelRoute(v ir.VirtualHost, r request) string {
	i := firstMatch(v, r)
	if i < 0 {
		return "404"
	}
	a, ok := v.Routes[i].Action.(*ir.Respond)
	if !ok {
		path, _, _ := strings.Cut(r.path, "?")
		return fmt.Sprintf("302 https://%s/%s%s", r.host, index(i), r.path[len(path):])
	}
	body := a.Body
	if r.method == "HEAD" {
		body = ""
	}
	return fmt.Sprint("200 ", len(a.Body), body)
}
