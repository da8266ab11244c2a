package translator

import (
	"cmp"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	upstreamhttpv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// protocolOptions is the key of a cluster's HTTP options.
const protocolOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"

func connectTimeout(c *ir.Connection) *durationpb.Duration {
	if c.ConnectTimeout == nil {
		return durationpb.New(defaultConnectTimeout)
	}
	return durationpb.New(*c.ConnectTimeout)
}

// setConnection sets what belongs to the TCP connections.
func setConnection(out *clusterv3.Cluster, c *ir.Connection) {
	out.PerConnectionBufferLimitBytes = wrapperspb.UInt32(cmp.Or(c.BufferLimit, bufferLimit))
	if k := c.Keepalive; k != nil {
		out.UpstreamConnectionOptions = &clusterv3.UpstreamConnectionOptions{TcpKeepalive: &corev3.TcpKeepalive{
			KeepaliveProbes:   positiveUint32(k.Probes),
			KeepaliveTime:     wholeSeconds(k.Time),
			KeepaliveInterval: wholeSeconds(k.Interval),
		}}
	}
}

// wholeSeconds rounds up, since zero would mean something else.
func wholeSeconds(d time.Duration) *wrapperspb.UInt32Value {
	return positiveUint32(count(int64((d + time.Second - 1) / time.Second)))
}

// setProtocol sets what belongs to HTTP. Plain HTTP/1 without settings is
// Envoy's default and needs no words.
func setProtocol(out *clusterv3.Cluster, u *ir.Upstream) error {
	autoSNI := u.TLS != nil && u.TLS.AutoSNI && u.TLS.SNI == ""
	c := &u.Connection
	if u.Protocol == ir.HTTP1 && c.MaxRequests == 0 && c.IdleTimeout == nil && !autoSNI {
		return nil
	}
	options := &upstreamhttpv3.HttpProtocolOptions{}
	if c.MaxRequests > 0 || c.IdleTimeout != nil {
		options.CommonHttpProtocolOptions = &corev3.HttpProtocolOptions{
			IdleTimeout:              optionalDuration(c.IdleTimeout),
			MaxRequestsPerConnection: positiveUint32(c.MaxRequests),
		}
	}
	if autoSNI {
		options.UpstreamHttpProtocolOptions = &corev3.UpstreamHttpProtocolOptions{
			AutoSni:           true,
			AutoSanValidation: verifies(u.TLS) && len(u.TLS.SubjectAltNames) == 0,
		}
	}
	setVersion(options, u)
	config, err := pack(options)
	out.TypedExtensionProtocolOptions = map[string]*anypb.Any{protocolOptions: config}
	return err
}

func setVersion(options *upstreamhttpv3.HttpProtocolOptions, u *ir.Upstream) {
	switch u.Protocol {
	case ir.SameAsClient:
		options.UpstreamProtocolOptions = &upstreamhttpv3.HttpProtocolOptions_UseDownstreamProtocolConfig{
			UseDownstreamProtocolConfig: &upstreamhttpv3.HttpProtocolOptions_UseDownstreamHttpConfig{
				HttpProtocolOptions:  &corev3.Http1ProtocolOptions{},
				Http2ProtocolOptions: http2Options(&u.Connection),
			},
		}
	case ir.HTTP2:
		options.UpstreamProtocolOptions = explicitly(&upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig{
			ProtocolConfig: &upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig_Http2ProtocolOptions{
				Http2ProtocolOptions: http2Options(&u.Connection),
			},
		})
	default:
		options.UpstreamProtocolOptions = explicitly(&upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig{
			ProtocolConfig: &upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig_HttpProtocolOptions{
				HttpProtocolOptions: &corev3.Http1ProtocolOptions{},
			},
		})
	}
}

func explicitly(c *upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig) *upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig_ {
	return &upstreamhttpv3.HttpProtocolOptions_ExplicitHttpConfig_{ExplicitHttpConfig: c}
}

func http2Options(c *ir.Connection) *corev3.Http2ProtocolOptions {
	return &corev3.Http2ProtocolOptions{
		MaxConcurrentStreams:        wrapperspb.UInt32(cmp.Or(c.MaxStreams, maxStreams)),
		InitialStreamWindowSize:     wrapperspb.UInt32(cmp.Or(c.StreamWindow, streamWindow)),
		InitialConnectionWindowSize: wrapperspb.UInt32(cmp.Or(c.ConnectionWindow, connectionWindow)),
	}
}
