package ir

// Policy holds the features of a route, one pointer per feature; nil means that
// nothing was said. The same struct serves the levels host, route and backend
// of every dialect. Each feature's type, merge rule and documentation are in
// a file of its own.
//
// A value that a Policy points to is never changed after it was made.
type Policy struct {
	RequestHeaders  *HeaderModifier
	ResponseHeaders *HeaderModifier
	PathRewrite     *PathRewrite
	HostRewrite     *HostRewrite
	Timeouts        *Timeouts
	Retry           *Retry
	CORS            *CORS
	Mirrors         *Mirrors
	Fault           *Fault
	Hash            *Hash
}

// Over returns the policy of a level below parent: each feature by its own
// rule, which is "the lower level wins" unless its file says otherwise.
func (p Policy) Over(parent Policy) Policy {
	return Policy{
		RequestHeaders:  p.RequestHeaders.Over(parent.RequestHeaders),
		ResponseHeaders: p.ResponseHeaders.Over(parent.ResponseHeaders),
		PathRewrite:     first(p.PathRewrite, parent.PathRewrite),
		HostRewrite:     first(p.HostRewrite, parent.HostRewrite),
		Timeouts:        p.Timeouts.Over(parent.Timeouts),
		Retry:           first(p.Retry, parent.Retry),
		CORS:            p.CORS.Over(parent.CORS),
		Mirrors:         first(p.Mirrors, parent.Mirrors),
		Fault:           first(p.Fault, parent.Fault),
		Hash:            first(p.Hash, parent.Hash),
	}
}

func first[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// Support says how a dialect spells a feature of Policy, or why it cannot.
// Each frontend exports Features() map[string]Support keyed by the name of
// Policy's field; a test walks Policy and fails where one is missing, and
// docs/features.md is printed from it.
type Support struct {
	// Field is the path of the dialect's field, such as
	// "spec.rules[].timeouts"; empty if the dialect has none.
	Field string
	// Cannot says why the dialect cannot express the feature.
	Cannot string
}
