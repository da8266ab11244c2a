package translator

import (
	"cmp"
	"slices"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// ads says that a resource comes over the stream that the referring one came
// over. If it does not come, Envoy gives up waiting after its default of 15 s.
func ads() *corev3.ConfigSource {
	return &corev3.ConfigSource{
		ConfigSourceSpecifier: &corev3.ConfigSource_Ads{Ads: &corev3.AggregatedConfigSource{}},
		ResourceApiVersion:    corev3.ApiVersion_V3,
	}
}

// adsPatient waits as long as it takes: a listener that opened without its
// routes would answer 404.
func adsPatient() *corev3.ConfigSource {
	c := ads()
	c.InitialFetchTimeout = durationpb.New(0)
	return c
}

// secretReference refers to a certificate by name, so that a new certificate
// changes nothing but its own resource.
func secretReference(n ir.Name) *tlsv3.SdsSecretConfig {
	return &tlsv3.SdsSecretConfig{Name: SecretName(n), SdsConfig: ads()}
}

// sortNeeds sorts needs and drops duplicates.
func sortNeeds(needs []Need) []Need {
	slices.SortFunc(needs, func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(needs)
}
