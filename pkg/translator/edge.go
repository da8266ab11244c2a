package translator

import (
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// What a proxy at the edge needs, from Envoy's "Configuring Envoy as an edge
// proxy" (configuration/best_practices/edge).
const (
	bufferLimit      = 32 << 10 // bytes per connection, listeners and clusters
	streamWindow     = 64 << 10 // bytes, HTTP/2
	connectionWindow = 1 << 20  // bytes, HTTP/2
	maxStreams       = 100      // concurrent, HTTP/2

	connectionIdle = time.Hour
	streamIdle     = 5 * time.Minute
	requestTimeout = 5 * time.Minute // until the request has been received or answered
)

// connectionManager is what speaks HTTP on a listener.
func (t *Translator) connectionManager(l ir.ListenerKey) (*hcmv3.HttpConnectionManager, error) {
	out := &hcmv3.HttpConnectionManager{
		StatPrefix: l.String(),
		RouteSpecifier: &hcmv3.HttpConnectionManager_Rds{Rds: &hcmv3.Rds{
			ConfigSource: adsPatient(), RouteConfigName: t.RouteConfigName(l, 0),
		}},
		UpgradeConfigs: []*hcmv3.HttpConnectionManager_UpgradeConfig{{UpgradeType: "websocket"}},
		// The Server header of a backend is the backend's matter, and that
		// the gateway is Envoy is nobody's.
		ServerHeaderTransformation: hcmv3.HttpConnectionManager_PASS_THROUGH,
	}
	setClientTrust(out)
	setPathNormalization(out)
	setLimits(out)
	var err error
	if out.HttpFilters, err = filterChain(); err != nil {
		return nil, err
	}
	if t.options.AccessLog {
		out.AccessLog, err = accessLog()
	}
	return out, err
}

// setClientTrust takes the client's address from the connection, appends it to
// X-Forwarded-For, and believes no client that it is internal, whatever its
// address: load balancers have private ones, too, and Envoy obeys the
// x-envoy-… headers of internal requests. Envoy takes an empty list of internal
// addresses for all private ones, so the list names one that nobody can have.
func setClientTrust(m *hcmv3.HttpConnectionManager) {
	m.UseRemoteAddress = wrapperspb.Bool(true)
	m.InternalAddressConfig = &hcmv3.HttpConnectionManager_InternalAddressConfig{
		CidrRanges: []*corev3.CidrRange{{AddressPrefix: "255.255.255.255", PrefixLen: wrapperspb.UInt32(32)}},
	}
	m.StripTrailingHostDot = true
}

// setPathNormalization makes routes and backends see the same path: dots
// resolved, slashes merged. A path with escaped slashes (%2F, %5C) is redirected
// to its plain form, so that the client sees what it asks for; gRPC requests
// with such a path are refused.
func setPathNormalization(m *hcmv3.HttpConnectionManager) {
	m.NormalizePath = wrapperspb.Bool(true)
	m.MergeSlashes = true
	m.PathWithEscapedSlashesAction = hcmv3.HttpConnectionManager_UNESCAPE_AND_REDIRECT
}

// setLimits bounds what a client can hold on to.
func setLimits(m *hcmv3.HttpConnectionManager) {
	m.StreamIdleTimeout = durationpb.New(streamIdle)
	m.RequestTimeout = durationpb.New(requestTimeout)
	m.CommonHttpProtocolOptions = &corev3.HttpProtocolOptions{
		IdleTimeout: durationpb.New(connectionIdle),
		// Many backends take x_y and x-y for the same header.
		HeadersWithUnderscoresAction: corev3.HttpProtocolOptions_REJECT_REQUEST,
	}
	m.Http2ProtocolOptions = &corev3.Http2ProtocolOptions{
		MaxConcurrentStreams:        wrapperspb.UInt32(maxStreams),
		InitialStreamWindowSize:     wrapperspb.UInt32(streamWindow),
		InitialConnectionWindowSize: wrapperspb.UInt32(connectionWindow),
	}
}
