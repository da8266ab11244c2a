package virtualservice

import (
	"bytes"

	v1 "github.com/sluice-gateway/sluice/api/v1"
)

// This file lists what Gloo knows and we do not do yet. What protects something
// or changes what the backend is sent is refused: its route answers 500. The
// rest is left out, with a warning.

// field is an opaque field that may be set.
type field struct {
	name  string
	value *v1.Opaque
}

// protections are the options that requests must not be served without.
func protections(o *v1.SharedOptions) []field {
	if *o == (v1.SharedOptions{}) {
		return nil
	}
	return []field{
		{".extauth", o.Extauth},
		{".jwt", o.Jwt},
		{".jwtStaged", o.JwtStaged},
		{".rbac", o.Rbac},
		{".waf", o.Waf},
		{".dlp", o.Dlp},
		{".csrf", o.Csrf},
		{".bufferPerRoute", o.BufferPerRoute},
		{".ratelimitBasic", o.RatelimitBasic},
		{".ratelimit", o.Ratelimit},
		{".ratelimitEarly", o.RatelimitEarly},
		{".ratelimitRegular", o.RatelimitRegular},
		{".rateLimitConfigs", o.RateLimitConfigs},
		{".rateLimitEarlyConfigs", o.RateLimitEarlyConfigs},
		{".rateLimitRegularConfigs", o.RateLimitRegularConfigs},
		{".extProc", o.ExtProc},
		{".extProcEarly", o.ExtProcEarly},
		{".extProcLate", o.ExtProcLate},
		{".transformations", o.Transformations},
		{".stagedTransformations", o.StagedTransformations},
		{".extensions", o.Extensions},
	}
}

func (p place) unsupportedRoute(o *v1.RouteOptions) {
	p.refuseAll("the route answers 500", protections(&o.SharedOptions)...)
	p.refuseAll("the route answers 500", field{".jwtProvidersStaged", o.JwtProvidersStaged}, field{".ai", o.AI})
	p.ignoreAll(field{".tracing", o.Tracing}, field{".envoyMetadata", o.EnvoyMetadata})
	if len(o.Upgrades) > 0 {
		p.ignore(".upgrades")
	}
}

func (p place) unsupportedHost(o *v1.VirtualHostOptions) {
	p.refuseAll("the host answers 500", protections(&o.SharedOptions)...)
	p.ignoreAll(field{".stats", o.Stats})
	if orZero(o.IncludeRequestAttemptCount) {
		p.ignore(".includeRequestAttemptCount")
	}
	if orZero(o.IncludeAttemptCountInResponse) {
		p.ignore(".includeAttemptCountInResponse")
	}
}

func (p place) unsupportedShare(o *v1.WeightedDestinationOptions) {
	p.refuseAll("requests for this destination are answered with 500",
		field{".extauth", o.Extauth}, field{".csrf", o.Csrf}, field{".bufferPerRoute", o.BufferPerRoute},
		field{".transformations", o.Transformations}, field{".stagedTransformations", o.StagedTransformations},
		field{".extensions", o.Extensions})
}

func (p place) refuseAll(consequence string, fields ...field) {
	for _, f := range fields {
		if f.value != nil && !switchedOff(f.value) {
			p.refuse(f.name, consequence)
		}
	}
}

func (p place) ignoreAll(fields ...field) {
	for _, f := range fields {
		if f.value != nil {
			p.ignore(f.name)
		}
	}
}

// switchedOff reports whether an option says only that the feature is off,
// which it is.
func switchedOff(o *v1.Opaque) bool {
	text := bytes.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			return -1
		}
		return r
	}, o.Raw)
	switch string(text) {
	case "", "null", `{"disable":true}`, `{"disabled":true}`:
		return true
	}
	return false
}
