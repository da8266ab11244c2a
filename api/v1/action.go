package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// RouteAction forwards to one destination, to several by weight, to an
// UpstreamGroup, or to where a header says.
//
// +kubebuilder:validation:XValidation:rule="(has(self.single)?1:0)+(has(self.multi)?1:0)+(has(self.upstreamGroup)?1:0)+(has(self.clusterHeader)?1:0)+(has(self.dynamicForwardProxy)?1:0) == 1",message="routeAction has exactly one of single, multi, upstreamGroup, clusterHeader, dynamicForwardProxy"
type RouteAction struct {
	// Single destination.
	Single *Destination `json:"single,omitempty"`
	// Multi spreads requests over destinations by weight.
	Multi *MultiDestination `json:"multi,omitempty"`
	// UpstreamGroup names an UpstreamGroup.
	UpstreamGroup *ResourceRef `json:"upstreamGroup,omitempty"`
	// ClusterHeader is a request header that names the cluster.
	ClusterHeader *string `json:"clusterHeader,omitempty"`
	// DynamicForwardProxy sends the request to the host that it names.
	DynamicForwardProxy *Opaque `json:"dynamicForwardProxy,omitempty"`
}

// MultiDestination is a list of destinations with weights.
type MultiDestination struct {
	// Destinations to spread requests over.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Destinations []WeightedDestination `json:"destinations,omitempty"`
}

// RedirectAction answers with a redirect to a location made from the request's.
//
// +kubebuilder:validation:XValidation:rule="(has(self.pathRedirect)?1:0)+(has(self.prefixRewrite)?1:0)+(has(self.regexRewrite)?1:0) <= 1",message="redirectAction has at most one of pathRedirect, prefixRewrite, regexRewrite"
type RedirectAction struct {
	// HostRedirect replaces the host.
	HostRedirect string `json:"hostRedirect,omitempty"`
	// PathRedirect replaces the path.
	PathRedirect *string `json:"pathRedirect,omitempty"`
	// PrefixRewrite replaces the matched prefix of the path.
	PrefixRewrite *string `json:"prefixRewrite,omitempty"`
	// RegexRewrite rewrites the path.
	RegexRewrite *RegexMatchAndSubstitute `json:"regexRewrite,omitempty"`
	// ResponseCode is MOVED_PERMANENTLY (0: 301), FOUND (1: 302), SEE_OTHER
	// (2: 303), TEMPORARY_REDIRECT (3: 307) or PERMANENT_REDIRECT (4: 308).
	// MOVED_PERMANENTLY when unset.
	ResponseCode *intstr.IntOrString `json:"responseCode,omitempty"`
	// HTTPSRedirect sets the scheme to https.
	HTTPSRedirect bool `json:"httpsRedirect,omitempty"`
	// StripQuery removes the query.
	StripQuery bool `json:"stripQuery,omitempty"`
	// PortRedirect replaces the port.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	PortRedirect *int32 `json:"portRedirect,omitempty"`
}

// DirectResponseAction answers with a fixed response.
type DirectResponseAction struct {
	// Status code of the response.
	//
	// +kubebuilder:validation:Minimum=200
	// +kubebuilder:validation:Maximum=599
	Status int32 `json:"status"`
	// Body of the response.
	//
	// +kubebuilder:validation:MaxLength=1048576
	Body string `json:"body,omitempty"`
}

// RegexMatchAndSubstitute rewrites the parts of a text that match.
type RegexMatchAndSubstitute struct {
	// Pattern to look for.
	Pattern *RegexMatcher `json:"pattern,omitempty"`
	// Substitution for each match; `\1` is the first group.
	Substitution string `json:"substitution,omitempty"`
}

// RegexMatcher is a regular expression.
type RegexMatcher struct {
	// GoogleRE2 is what Envoy once asked for to name the engine; it has no
	// effect.
	GoogleRE2 *Opaque `json:"googleRe2,omitempty"`
	// Regex in RE2 syntax.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=16384
	Regex string `json:"regex"`
}
