package xds

import (
	"strconv"
	"strings"
)

// maxWithheld bounds the withheld parts that a version lists.
const maxWithheld = 32

// wireVersion is the version sent with a shipment: its hash and, after dashes, the hashes of those parts of
// the store's resource that it withholds, because Envoy refuses them or is being asked which it refuses. Envoy
// repeats the version on its next stream, so that a restarted server knows what Envoy has and
// need not take good parts away to find the bad ones again.
func wireVersion(ship shipment) string {
	if ship.item == ship.source || !ship.source.composite() {
		return version(ship.hash)
	}
	b := strconv.AppendUint(nil, ship.hash, 16)
	n := 0
	diff(ship.item.parts, ship.source.parts, func(_ string, _, part *item) {
		if part == nil {
			return
		}
		if n++; n <= maxWithheld {
			b = strconv.AppendUint(append(b, '-'), part.hash, 16)
		}
	})
	if n > maxWithheld {
		return version(ship.hash)
	}
	return string(b)
}

// parseVersion reads a version that a client repeats. A hash of 0 stands for one that is not ours.
func parseVersion(v string) (hash uint64, withheld []uint64) {
	words := strings.Split(v, "-")
	hash, err := strconv.ParseUint(words[0], 16, 64)
	if err != nil || len(words) > 1+maxWithheld {
		return 0, nil
	}
	for _, word := range words[1:] {
		h, err := strconv.ParseUint(word, 16, 64)
		if err != nil {
			return hash, nil
		}
		withheld = append(withheld, h)
	}
	return hash, withheld
}

// without returns the composite without the parts of these hashes.
func (it *item) without(hashes []uint64) *item {
	out := map[uint64]bool{}
	for _, h := range hashes {
		out[h] = true
	}
	var parts []string
	for part := range it.parts.all {
		if out[part.hash] {
			parts = append(parts, part.name)
		}
	}
	return it.replaced(parts, nil)
}

// recall returns what to take a client's unknown content of a composite resource for, or to
// bring it to, before it gets all of the resource; nil if its version told nothing about that.
func (k *kind) recall(name string, source *item) *item {
	withheld := k.withheld[name]
	delete(k.withheld, name)
	if len(withheld) == 0 || !source.composite() {
		return nil
	}
	return source.without(withheld)
}
