package xds

import (
	"google.golang.org/grpc/encoding"
	protocodec "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// Field numbers of envoy.service.discovery.v3.DeltaDiscoveryResponse, of its Resource and of
// google.protobuf.Any.
const (
	responseRevision  protowire.Number = 1
	responseResources protowire.Number = 2
	responseType      protowire.Number = 4
	responseNonce     protowire.Number = 5
	responseRemoved   protowire.Number = 6

	resourceVersion protowire.Number = 1
	resourceAny     protowire.Number = 2
	resourceName    protowire.Number = 3

	anyType  protowire.Number = 1
	anyValue protowire.Number = 2
)

// copyBelow is the size in bytes under which a plain resource is copied next to its frame,
// which is cheaper than a buffer of its own.
const copyBelow = 2 << 10

// response is a DeltaDiscoveryResponse in terms of items.
type response struct {
	typeURL   string
	nonce     string
	revision  Revision
	resources []delivery
	removed   []string
}

// delivery is a resource at a version.
type delivery struct {
	item    *item
	version string
}

// size is the sum of the resources' sizes in bytes.
func (r *response) size() int {
	n := 0
	for _, d := range r.resources {
		n += d.item.size
	}
	return n
}

// codec encodes responses without copying the resources in them, and all other messages as gRPC's own codec does.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(protocodec.Name)} }

// Marshal implements encoding.CodecV2.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if r, ok := v.(*response); ok {
		return r.encode(), nil
	}
	return c.CodecV2.Marshal(v)
}

// encode returns the wire form: frames in buffers of its own, between them the items' own buffers.
func (r *response) encode() mem.BufferSlice {
	w := &writer{}
	w.frame = appendString(w.frame, responseRevision, version(uint64(r.revision)))
	w.frame = appendString(w.frame, responseType, r.typeURL)
	w.frame = appendString(w.frame, responseNonce, r.nonce)
	for _, name := range r.removed {
		w.frame = appendString(w.frame, responseRemoved, name)
	}
	for _, d := range r.resources {
		w.resource(r.typeURL, d)
	}
	w.flush()
	return w.out
}

// writer collects buffers; frame is the one being written.
type writer struct {
	frame []byte
	out   mem.BufferSlice
}

func (w *writer) flush() {
	if len(w.frame) > 0 {
		w.out = append(w.out, mem.SliceBuffer(w.frame))
		w.frame = nil
	}
}

func (w *writer) resource(typeURL string, d delivery) {
	wrapped := sizeBytes(anyType, len(typeURL)) + sizeBytes(anyValue, d.item.size)
	size := sizeBytes(resourceVersion, len(d.version)) + sizeBytes(resourceName, len(d.item.name)) + sizeBytes(resourceAny, wrapped)

	w.frame = appendLen(w.frame, responseResources, size)
	w.frame = appendString(w.frame, resourceVersion, d.version)
	w.frame = appendString(w.frame, resourceName, d.item.name)
	w.frame = appendLen(w.frame, resourceAny, wrapped)
	w.frame = appendString(w.frame, anyType, typeURL)
	w.frame = appendLen(w.frame, anyValue, d.item.size)
	if !d.item.composite() && d.item.size < copyBelow {
		w.frame = append(w.frame, d.item.body.ReadOnlyData()...)
		return
	}
	w.flush()
	w.out = appendPieces(w.out, d.item)
}

// appendPieces appends the buffers that make up an item's message.
func appendPieces(out mem.BufferSlice, it *item) mem.BufferSlice {
	if it.parts != nil {
		grown := make(mem.BufferSlice, len(out), len(out)+2+it.parts.count)
		copy(grown, out)
		out = grown
	}
	if it.body.Len() > 0 {
		out = append(out, it.body)
	}
	for part := range it.parts.all {
		out = append(out, part.body)
	}
	return out
}

func appendString(b []byte, field protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), s)
}

func appendLen(b []byte, field protowire.Number, n int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.BytesType), uint64(n))
}

func sizeBytes(field protowire.Number, n int) int {
	return protowire.SizeTag(field) + protowire.SizeBytes(n)
}
