package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"

	bootstrap "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// maxRegexProgram is the size up to which Envoy accepts a compiled RE2
// expression (runtime key re2.max_program_size.error_level, whose default of 100
// refuses ordinary paths). RE2 matches in linear time at any size, so this
// only bounds memory; a plain expression of 1,024 characters, the most the
// routing model lets through, has a program of about that size.
const maxRegexProgram = 10_000

// Options is what differs between one Envoy's bootstrap and another's.
type Options struct {
	// NodeID names this Envoy to the ADS server. Default "sluice".
	NodeID string
	// Cluster names the group of Envoys that this one belongs to. Default "sluice".
	Cluster string
	// XDS is where the ADS server listens: the absolute path of a Unix socket, or
	// host:port with a loopback IP address. Configuration holds private keys, so nothing
	// further away is accepted. Required.
	XDS string
	// AdminSocket is the path of the Unix socket for Envoy's admin interface. Required.
	AdminSocket string
	// MaxHeap is the memory in bytes at which Envoy defends itself: it returns free
	// memory at 95 % and refuses requests at 98 %. Default 2 GiB.
	MaxHeap uint64
	// MaxConnections bounds the connections of clients over all listeners; more
	// are closed at once. Default 50,000.
	MaxConnections int64
}

func (o Options) withDefaults() Options {
	if o.NodeID == "" {
		o.NodeID = "sluice"
	}
	if o.Cluster == "" {
		o.Cluster = "sluice"
	}
	if o.MaxHeap == 0 {
		o.MaxHeap = 2 << 30
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = 50_000
	}
	return o
}

// Bootstrap returns what Envoy is started with, as JSON. Everything else comes
// over the ADS stream. An error means that the options are not usable.
func Bootstrap(options Options) ([]byte, error) {
	options = options.withDefaults()
	message, err := bootstrapMessage(options)
	if err != nil {
		return nil, err
	}
	if err := message.ValidateAll(); err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	return stableJSON(message)
}

func bootstrapMessage(o Options) (*bootstrap.Bootstrap, error) {
	ads, err := adsCluster(o.XDS)
	if err != nil {
		return nil, err
	}
	admin, err := pipe(o.AdminSocket)
	if err != nil {
		return nil, fmt.Errorf("admin socket: %w", err)
	}
	overload, err := overloadManager(o)
	if err != nil {
		return nil, err
	}
	return &bootstrap.Bootstrap{
		Node:             &core.Node{Id: o.NodeID, Cluster: o.Cluster},
		StaticResources:  ads,
		DynamicResources: dynamicResources(),
		// Without the exemption nobody could look at a proxy that has no connection left.
		Admin:               &bootstrap.Admin{Address: admin, IgnoreGlobalConnLimit: true},
		OverloadManager:     overload,
		StatsConfig:         statsConfig(),
		DeferredStatOptions: &bootstrap.Bootstrap_DeferredStatOptions{EnableDeferredCreationStats: true},
		LayeredRuntime:      runtimeLayers(),
	}, nil
}

// runtimeLayers fixes Envoy's runtime values; none can be changed while it runs.
func runtimeLayers() *bootstrap.LayeredRuntime {
	values := map[string]*structpb.Value{
		"re2.max_program_size.error_level": structpb.NewNumberValue(maxRegexProgram),
	}
	return &bootstrap.LayeredRuntime{Layers: []*bootstrap.RuntimeLayer{{
		Name:           "sluice",
		LayerSpecifier: &bootstrap.RuntimeLayer_StaticLayer{StaticLayer: &structpb.Struct{Fields: values}},
	}}}
}

// stableJSON renders a message in the same way each time; protojson itself varies its spacing.
func stableJSON(message proto.Message) ([]byte, error) {
	raw, err := protojson.Marshal(message)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	return append(out.Bytes(), '\n'), nil
}

// pack puts a message into the form in which extensions are configured.
func pack(message proto.Message) (*anypb.Any, error) {
	packed, err := anypb.New(message)
	if err != nil {
		return nil, fmt.Errorf("bootstrap: %w", err)
	}
	return packed, nil
}
