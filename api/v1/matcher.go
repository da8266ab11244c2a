package v1

// Matcher is a set of conditions on a request; all of them must hold.
//
// +kubebuilder:validation:XValidation:rule="(has(self.prefix)?1:0)+(has(self.exact)?1:0)+(has(self.regex)?1:0)+(has(self.connectMatcher)?1:0) <= 1",message="a matcher has at most one of prefix, exact, regex, connectMatcher"
type Matcher struct {
	// Prefix of the path, by characters: "/a" matches "/abc".
	//
	// +kubebuilder:validation:MaxLength=16384
	Prefix *string `json:"prefix,omitempty"`
	// Exact is the whole path without the query.
	//
	// +kubebuilder:validation:MaxLength=16384
	Exact *string `json:"exact,omitempty"`
	// Regex (RE2) that the whole path without the query must match.
	//
	// +kubebuilder:validation:MaxLength=16384
	Regex *string `json:"regex,omitempty"`
	// ConnectMatcher matches CONNECT requests.
	ConnectMatcher *ConnectMatcher `json:"connectMatcher,omitempty"`
	// CaseSensitive says whether Prefix and Exact heed case; true when unset.
	CaseSensitive *bool `json:"caseSensitive,omitempty"`
	// Headers that must match.
	//
	// +kubebuilder:validation:MaxItems=64
	Headers []HeaderMatcher `json:"headers,omitempty"`
	// QueryParameters that must match.
	//
	// +kubebuilder:validation:MaxItems=64
	QueryParameters []QueryParameterMatcher `json:"queryParameters,omitempty"`
	// Methods, one of which must be that of the request; empty means any.
	//
	// +kubebuilder:validation:MaxItems=64
	Methods []string `json:"methods,omitempty"`
}

// ConnectMatcher has no settings.
type ConnectMatcher struct{}

// HeaderMatcher is a condition on one request header.
type HeaderMatcher struct {
	// Name of the header; ":authority" means the host.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Value that the header must have; empty asks for presence only.
	Value string `json:"value,omitempty"`
	// Regex makes Value a regular expression for the whole header value.
	Regex bool `json:"regex,omitempty"`
	// InvertMatch turns the condition around.
	InvertMatch bool `json:"invertMatch,omitempty"`
}

// QueryParameterMatcher is a condition on one query parameter.
type QueryParameterMatcher struct {
	// Name of the parameter.
	//
	// +kubebuilder:validation:MinLength=1
	Name string `json:"name"`
	// Value that the parameter must have; empty asks for presence only.
	Value string `json:"value,omitempty"`
	// Regex makes Value a regular expression for the whole value.
	Regex bool `json:"regex,omitempty"`
}
