package virtualservice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/intstr"

	v1 "github.com/sluice-gateway/sluice/api/v1"
)

// duration parses a duration that may be unset; what cannot be parsed is noted
// and counts as unset.
func (p place) duration(sub string, d *v1.Duration) *time.Duration {
	if d == nil {
		return nil
	}
	parsed, err := time.ParseDuration(string(*d))
	if err != nil || parsed < 0 {
		p.invalid(sub, strconv.Quote(string(*d))+" is not a duration", `write it like "1.5s"`)
		return nil
	}
	return &parsed
}

// positive is like duration, for durations that must be at least least.
func (p place) positive(sub string, d *v1.Duration, least time.Duration) *time.Duration {
	parsed := p.duration(sub, d)
	if parsed != nil && *parsed < least {
		p.invalid(sub, "the duration is shorter than "+least.String(), "make it longer, or remove it")
		return nil
	}
	return parsed
}

func orZero[T any](v *T) T {
	if v == nil {
		var zero T
		return zero
	}
	return *v
}

// enum returns the place of a value among the names of an enumeration, which
// may be written by name or by number. Unset is the first.
func (p place) enum(sub string, v *intstr.IntOrString, names ...string) int {
	if v == nil {
		return 0
	}
	i := v.IntValue()
	if v.Type == intstr.String {
		i = slices.Index(names, v.StrVal)
	}
	if i < 0 || i >= len(names) {
		p.invalid(sub, v.String()+" is not a value of this field", "use one of "+strings.Join(names, ", "))
		return 0
	}
	return i
}

// maxUint32 bounds the numbers of the native API (v1.UInt32).
const maxUint32 = 1<<32 - 1

// number converts a number, which the schema keeps in range.
func (p place) number(sub string, n v1.UInt32) uint32 {
	if n < 0 || n > maxUint32 {
		p.invalid(sub, "the number is not between 0 and 4294967295", "")
		return 0
	}
	return uint32(n)
}

// numberPointer is like number, for a number that may be unset.
func (p place) numberPointer(sub string, n *v1.UInt32) *uint32 {
	if n == nil {
		return nil
	}
	out := p.number(sub, *n)
	return &out
}

// validPort reports whether a port is one.
func validPort(port int32) bool { return port > 0 && port < 1<<16 }
