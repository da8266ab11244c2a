package translator

import (
	"fmt"
	"math"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// message is what every Envoy message is: it can check itself against the
// rules in its proto file.
type message interface {
	proto.Message
	ValidateAll() error
}

// appendMessage marshals a message onto b, maps in the order of their keys.
func appendMessage(b []byte, m proto.Message) ([]byte, error) {
	out, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(b, m)
	if err != nil {
		return b, fmt.Errorf("marshal %s: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	return out, nil
}

// encode checks and marshals a message.
func encode(m message) ([]byte, error) {
	if err := m.ValidateAll(); err != nil {
		return nil, fmt.Errorf("%s is invalid: %w", m.ProtoReflect().Descriptor().FullName(), err)
	}
	return appendMessage(nil, m)
}

// pack wraps a message as the configuration of an extension. The message that
// holds the Any does not check what is inside, so pack does.
func pack(m message) (*anypb.Any, error) {
	b, err := encode(m)
	if err != nil {
		return nil, err
	}
	return &anypb.Any{TypeUrl: typeURL(m), Value: b}, nil
}

func typeURL(m proto.Message) string {
	return "type.googleapis.com/" + string(m.ProtoReflect().Descriptor().FullName())
}

// optionalDuration is nil for nil.
func optionalDuration(d *time.Duration) *durationpb.Duration {
	if d == nil {
		return nil
	}
	return durationpb.New(*d)
}

// positiveDuration is nil for zero.
func positiveDuration(d time.Duration) *durationpb.Duration {
	if d <= 0 {
		return nil
	}
	return durationpb.New(d)
}

// count is a number that Envoy takes as 32 bits without sign.
func count(n int64) uint32 {
	if n < 0 || n > math.MaxUint32 {
		return math.MaxUint32
	}
	return uint32(n)
}

// optionalUint32 is nil for nil.
func optionalUint32(v *uint32) *wrapperspb.UInt32Value {
	if v == nil {
		return nil
	}
	return wrapperspb.UInt32(*v)
}

// positiveUint32 is nil for zero.
func positiveUint32(v uint32) *wrapperspb.UInt32Value {
	if v == 0 {
		return nil
	}
	return wrapperspb.UInt32(v)
}
