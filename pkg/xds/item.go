package xds

import (
	"slices"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"google.golang.org/grpc/mem"
	"google.golang.org/protobuf/encoding/protowire"
)

// item is a named piece of configuration, immutable: a plain resource, a composite one or a part of one.
type item struct {
	name  string
	hash  uint64           // of everything below
	body  mem.Buffer       // a resource's message or head; a part's entry with tag and length
	field protowire.Number // of a composite: number of the field that the parts are entries of
	parts *index           // of a composite
	size  int              // encoded size of the body and the parts
	needs []Ref
}

func newPlain(c Change) *item {
	it := &item{name: c.Name, body: mem.SliceBuffer(c.Bytes), needs: slices.Clone(c.Needs), size: len(c.Bytes)}
	it.hash = xxhash.Sum64(c.Bytes)
	return it
}

func newPart(c Change, field protowire.Number) *item {
	entry := make([]byte, 0, len(c.Bytes)+protowire.SizeTag(field)+protowire.SizeVarint(uint64(len(c.Bytes))))
	entry = protowire.AppendTag(entry, field, protowire.BytesType)
	entry = protowire.AppendBytes(entry, c.Bytes)
	var d xxhash.Digest
	d.Reset()
	d.WriteString(c.Part) // a Digest's writes cannot fail
	d.Write([]byte{0})
	d.Write(c.Bytes)
	return &item{name: c.Part, hash: d.Sum64(), body: mem.SliceBuffer(entry), size: len(entry)}
}

// newComposite makes a resource of a head, as newPlain makes it, and parts.
func newComposite(head *item, field protowire.Number, parts *index) *item {
	it := &item{name: head.name, body: head.body, needs: head.needs, field: field, parts: parts}
	it.size = it.body.Len()
	it.hash = it.headHash()
	if parts != nil {
		it.size += parts.size
		it.hash += parts.sum
	}
	return it
}

func (it *item) composite() bool { return it.field != 0 }

// headHash is the share of the head in the hash of a composite.
func (it *item) headHash() uint64 {
	return xxhash.Sum64(it.body.ReadOnlyData()) ^ uint64(it.field)
}

// equal reports whether the two are the same on the wire and need the same.
func (it *item) equal(other *item) bool {
	return it.hash == other.hash && it.size == other.size && it.field == other.field && slices.Equal(it.needs, other.needs)
}

// version is the form of a hash on the wire.
func version(hash uint64) string { return strconv.FormatUint(hash, 16) }
