package xds

import (
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// Type URLs of the resources with a place in the delivery order. Any other type
// is delivered with the routes.
const (
	ClusterType  = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	EndpointType = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
	ListenerType = "type.googleapis.com/envoy.config.listener.v3.Listener"
	RouteType    = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	SecretType   = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
)

// VirtualHostField is the number of RouteConfiguration.virtual_hosts, for PutHead.
const VirtualHostField protowire.Number = 2

// ShortType is the last word of a type URL, such as "Cluster".
func ShortType(typeURL string) string { return typeURL[strings.LastIndexByte(typeURL, '.')+1:] }

// Ref names a resource.
type Ref struct {
	Type string // type URL
	Name string
}

// Revision counts the change sets of a Store that changed something; 0 is the empty store.
type Revision uint64

// Change is one edit of a Store. Make it with Put, PutHead, PutPart, Remove or RemovePart.
type Change struct {
	Ref

	// Part is the key of the part meant; empty means the resource itself.
	Part string
	// Bytes is the marshalled message: of a plain resource, of a composite
	// without its parts, or of one part. The store keeps it: do not write to it again.
	Bytes []byte
	// Field is the number of the repeated field that holds the parts; 0 in a plain resource.
	Field protowire.Number
	// Needs are the resources that Envoy fetches because of this one. The resource counts
	// as in service when it and they are acknowledged.
	Needs []Ref
	// Removed says that the resource or part is gone.
	Removed bool
}

// Put sets a plain resource. Give a cluster its endpoints and secrets as needs, a
// listener its route configurations and secrets.
func Put(typeURL, name string, message []byte, needs ...Ref) Change {
	return Change{Ref: Ref{typeURL, name}, Bytes: message, Needs: needs}
}

// PutHead sets what a composite resource holds beside its parts, which are entries of the
// repeated field with the given number. On the wire the parts follow the head, in the order
// of their keys. Parts that the composite has already stay.
func PutHead(typeURL, name string, head []byte, field protowire.Number, needs ...Ref) Change {
	return Change{Ref: Ref{typeURL, name}, Bytes: head, Field: field, Needs: needs}
}

// PutPart sets one part of a composite resource: the marshalled entry, without tag and
// length. The key must not be empty.
func PutPart(typeURL, name, key string, entry []byte) Change {
	return Change{Ref: Ref{typeURL, name}, Part: key, Bytes: entry}
}

// Remove removes a resource, with all its parts. Removing what is not there changes nothing.
func Remove(typeURL, name string) Change {
	return Change{Ref: Ref{typeURL, name}, Removed: true}
}

// RemovePart removes one part of a composite resource.
func RemovePart(typeURL, name, key string) Change {
	return Change{Ref: Ref{typeURL, name}, Part: key, Removed: true}
}
