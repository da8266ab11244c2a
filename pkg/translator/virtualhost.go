package translator

import (
	"errors"
	"slices"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Numbers of the fields that hold routes. Routes are checked and marshalled one
// by one and pasted, as a tree holds many of them more than once.
const (
	hostRoutesField  protowire.Number = 3  // VirtualHost.routes
	hostMatcherField protowire.Number = 21 // VirtualHost.matcher
	listRoutesField  protowire.Number = 1  // RouteList.routes
)

// VirtualHost translates a host with its routes to an entry of the field
// virtual_hosts of its RouteConfiguration. A host without routes answers 404.
//
// A route that cannot be translated answers 500, or is left out if its match
// cannot be translated; the bytes are good for use all the same, and the error
// names each such route. They are nil only if the host itself is at fault.
func (t *Translator) VirtualHost(v ir.VirtualHost) ([]byte, error) {
	return t.virtualHost(v, treeThreshold)
}

// virtualHost makes a tree of more than threshold routes.
func (t *Translator) virtualHost(v ir.VirtualHost, threshold int) ([]byte, error) {
	out, err := encode(&routev3.VirtualHost{Name: v.Key.Host, Domains: []string{v.Key.Host}})
	if err != nil {
		return nil, err
	}
	list, err := t.routeList(v)
	tree := buildTree(list, threshold)
	if tree == nil {
		return list.append(out, hostRoutesField, nil), err
	}
	matcher, treeErr := tree.matcher(list)
	if treeErr != nil {
		return nil, errors.Join(err, treeErr)
	}
	out = protowire.AppendTag(out, hostMatcherField, protowire.BytesType)
	return protowire.AppendBytes(out, matcher), err
}

// routeList is a list of marshalled routes ready for first match.
type routeList struct {
	// bytes holds the routes one after the other.
	bytes   []byte
	entries []routeEntry
}

// routeEntry is what a list knows of one route.
type routeEntry struct {
	end  int // where its bytes end
	path ir.PathMatch
	// conditional routes look at more than the path.
	conditional bool
}

func (t *Translator) routeList(v ir.VirtualHost) (*routeList, error) {
	list := &routeList{entries: make([]routeEntry, 0, len(v.Routes))}
	var errs []error
	for i := range v.Routes {
		if matchesNoPath(v.Routes[i].Match.Path) {
			continue
		}
		routes, err := t.routes(v.Key, &v.Routes[i])
		if err != nil {
			errs = append(errs, err)
		}
		for _, r := range routes {
			if err := list.add(r, v.Routes[i].Match.Path); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return list, errors.Join(errs...)
}

func (l *routeList) add(r *routev3.Route, path ir.PathMatch) error {
	bytes, err := appendMessage(l.bytes, r)
	if err != nil {
		return err
	}
	l.bytes = bytes
	conditional := len(r.GetMatch().GetHeaders())+len(r.GetMatch().GetQueryParameters()) > 0
	l.entries = append(l.entries, routeEntry{len(bytes), path, conditional})
	return nil
}

// route returns the bytes of route i.
func (l *routeList) route(i int) []byte {
	start := 0
	if i > 0 {
		start = l.entries[i-1].end
	}
	return l.bytes[start:l.entries[i].end]
}

// append appends routes to a message as entries of a field: those of the given
// indices, or all for nil.
func (l *routeList) append(b []byte, field protowire.Number, indices []int32) []byte {
	if indices == nil {
		const frame = 5 // a tag and the length of a route of usual size
		b = slices.Grow(b, len(l.bytes)+frame*len(l.entries))
		for i := range l.entries {
			b = protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), l.route(i))
		}
		return b
	}
	for _, i := range indices {
		b = protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), l.route(int(i)))
	}
	return b
}
