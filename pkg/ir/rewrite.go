package ir

// PathRewrite replaces the path of the request on its way to the backend, or
// in a redirect's Location. Exactly one field is set. The query is kept.
type PathRewrite struct {
	// Full replaces the whole path.
	Full *string
	// Prefix replaces what the route's Prefix or StringPrefix match
	// matched; with an Exact match, the whole path. Element prefixes keep
	// exactly one slash at the seam (Gateway API ReplacePrefixMatch).
	Prefix *string
	// Regex replaces every match of an RE2 expression.
	Regex *RegexRewrite
}

// RegexRewrite replaces what Pattern matches by Substitution, in which \1 to
// \9 stand for groups.
type RegexRewrite struct{ Pattern, Substitution string }

// HostRewrite replaces the Host header of the request on its way to the
// backend. Exactly one field is set.
type HostRewrite struct {
	Literal string
	// Backend uses the host name of the chosen endpoint.
	Backend bool
	// Header names a request header whose value is used.
	Header string
	// Path is matched against the path, and its substitution is used.
	Path *RegexRewrite
}
