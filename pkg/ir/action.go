package ir

// Action is what happens to a request: *Forward, *Redirect or *Respond.
//
//sumtype:decl
type Action interface{ action() }

// Forward sends the request to one of some backends, chosen by weight.
type Forward struct {
	// Backends is never empty. Weights sum to at least 1.
	Backends []WeightedBackend
}

// WeightedBackend is a share of the requests of a Forward.
type WeightedBackend struct {
	// Cluster is the zero value for a share that cannot be served: its
	// requests are answered with 500 (Gateway API HTTPBackendRef).
	Cluster ClusterKey
	// Weight is relative to the sum of all weights; zero takes no requests.
	Weight uint32
	// Policy holds what applies to this share only: header modifiers.
	Policy Policy
}

// Redirect answers with a redirection.
type Redirect struct {
	// Scheme, Host and Port replace those of the request. Empty and zero
	// keep the request's; with a Scheme and no Port the scheme's own port
	// is meant and left out of the Location.
	Scheme, Host string
	Port         int32
	// Path replaces the path or a part of it; nil keeps it.
	Path *PathRewrite
	// Code is 301, 302, 303, 307 or 308.
	Code int
	// StripQuery drops the query of the request.
	StripQuery bool
}

// Respond answers without a backend.
type Respond struct {
	// Code is the status, 200 to 599.
	Code int
	// Body is at most MaxBody bytes long; see CheckBody.
	Body string
}

// MaxBody bounds the body of a Respond, in bytes. Envoy keeps all of them in
// memory.
const MaxBody = 1 << 20

// CheckBody reports why the body of a Respond cannot be used, or "" if it can.
func CheckBody(body string) string {
	if len(body) > MaxBody {
		return "the body is longer than 1 MiB"
	}
	return ""
}

func (*Forward) action()  {}
func (*Redirect) action() {}
func (*Respond) action()  {}

// Broken is the action of a route that cannot be served as written: 500, as
// Gateway API asks for rules without a usable backend.
func Broken() Action { return &Respond{Code: 500} }
