package ir

import "time"

// CORS answers preflight requests and marks responses (Fetch standard).
type CORS struct {
	// Disabled turns an inherited policy off.
	Disabled bool
	// AnyOrigin allows every origin.
	AnyOrigin bool
	// Origins are exact origins, lower case: "https://a.example:8443".
	Origins []string
	// OriginRegexes are RE2 and match a whole origin.
	OriginRegexes    []string
	Methods          []string
	Headers          []string
	Expose           []string
	MaxAge           *time.Duration
	AllowCredentials bool
}

// Over merges: lists that the lower level leaves empty come from the parent;
// what allows origins is taken as a whole.
func (c *CORS) Over(parent *CORS) *CORS {
	if c == nil || parent == nil || c.Disabled {
		return first(c, parent)
	}
	out := *c
	if !c.AnyOrigin && len(c.Origins)+len(c.OriginRegexes) == 0 {
		out.AnyOrigin, out.Origins, out.OriginRegexes = parent.AnyOrigin, parent.Origins, parent.OriginRegexes
	}
	out.Methods = orElse(c.Methods, parent.Methods)
	out.Headers = orElse(c.Headers, parent.Headers)
	out.Expose = orElse(c.Expose, parent.Expose)
	out.MaxAge = first(c.MaxAge, parent.MaxAge)
	out.AllowCredentials = c.AllowCredentials || parent.AllowCredentials
	return &out
}

func orElse[T any](a, b []T) []T {
	if len(a) > 0 {
		return a
	}
	return b
}
