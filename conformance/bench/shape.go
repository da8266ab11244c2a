package main

import (
	"fmt"
	"strconv"
	"strings"
)

// dialect is the language that routes are written in.
type dialect string

const (
	httpRoutes      dialect = "HTTPRoute"
	plainRoutes     dialect = "HTTPRoute without filters"
	ingresses       dialect = "Ingress"
	virtualServices dialect = "VirtualService"
)

// shape is the size of a world: hosts, each with so many routes, each route an
// object of its own (a VirtualService owns its host, so there it is one object
// with all routes of the host).
type shape struct {
	hosts, perHost int
	dialect        dialect
}

func (s shape) routes() int { return s.hosts * s.perHost }

// services is one for two hosts, and a multiple of the number of upstreams, so
// that neighbours are served by different ones.
func (s shape) services() int { return max(1, s.hosts/2/upstreams) * upstreams }

func (s shape) String() string {
	return fmt.Sprintf("%s hosts × %d", thousands(s.hosts), s.perHost)
}

// parseShapes reads "10x1,1000x1": hosts x routes of each host.
func parseShapes(text string) ([]shape, error) {
	var out []shape
	for part := range strings.SplitSeq(text, ",") {
		hosts, perHost, ok := strings.Cut(part, "x")
		h, err := strconv.Atoi(hosts)
		r, err2 := strconv.Atoi(perHost)
		if !ok || err != nil || err2 != nil || h < 1 || r < 1 {
			return nil, fmt.Errorf("size %q is not of the form HOSTSxROUTES, such as 1000x1", part)
		}
		out = append(out, shape{h, r, httpRoutes})
	}
	return out, nil
}
