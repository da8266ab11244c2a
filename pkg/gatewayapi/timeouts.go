package gatewayapi

import (
	"fmt"
	"time"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// timeouts reads a rule's timeouts and retry into its policy. A value that
// cannot be read is reported and left out.
func (t *routeTranslation) timeouts(i int, rule *gwv1.HTTPRouteRule, policy *ir.Policy) {
	at := place{i, -1, -1}
	if rule.Timeouts != nil {
		policy.Timeouts = t.ruleTimeouts(at, rule.Timeouts)
	}
	if rule.Retry != nil {
		policy.Retry = t.retry(at, rule.Retry)
		if policy.Retry != nil && policy.Timeouts != nil && policy.Timeouts.Backend != nil && *policy.Timeouts.Backend > 0 {
			// A try that runs into timeouts.backendRequest is retried
			// (HTTPRouteRetry.backoff); in Envoy that is a reset.
			policy.Retry.On = append(policy.Retry.On, "reset")
		}
	}
}

// ruleTimeouts reads HTTPRouteTimeouts. With only backendRequest set the whole
// request has no limit of its own: the tries bound it.
func (t *routeTranslation) ruleTimeouts(at place, in *gwv1.HTTPRouteTimeouts) *ir.Timeouts {
	out := ir.Timeouts{
		Request: t.duration(at, ".timeouts.request", in.Request),
		Backend: t.duration(at, ".timeouts.backendRequest", in.BackendRequest),
	}
	switch {
	case out.Backend == nil && out.Request == nil:
		return nil
	case out.Backend != nil && out.Request == nil:
		out.Request = new(time.Duration)
	case out.Backend != nil && *out.Request > 0 && *out.Backend > *out.Request:
		t.warn(ir.ReasonInvalid, at.path(".timeouts.backendRequest"),
			fmt.Sprintf("%s is longer than the request timeout %s, which ends the request first", *in.BackendRequest, *in.Request), "make it shorter")
		out.Backend = out.Request
	}
	return &out
}

// retry reads HTTPRouteRetry. Without codes only those failures are retried
// that the backend cannot have acted on.
func (t *routeTranslation) retry(at place, in *gwv1.HTTPRouteRetry) *ir.Retry {
	attempts := 1
	if in.Attempts != nil {
		attempts = *in.Attempts
	}
	if attempts <= 0 {
		return nil
	}
	out := ir.Retry{
		On:       []string{"connect-failure", "refused-stream", "reset-before-request", "unavailable"},
		Attempts: uint32(min(attempts, maxAttempts)),
	}
	if attempts > maxAttempts {
		t.warn(ir.ReasonInvalid, at.path(".retry.attempts"), fmt.Sprintf("%d attempts are more than the most, %d", attempts, maxAttempts), "")
	}
	for _, c := range in.Codes {
		out.Codes = append(out.Codes, uint32(c))
	}
	if len(out.Codes) > 0 {
		out.On = append(out.On, "retriable-status-codes")
	}
	if d := t.duration(at, ".retry.backoff", in.Backoff); d != nil {
		out.BaseInterval = max(*d, time.Millisecond) // Envoy's least
	}
	return &out
}

// maxAttempts bounds the retries of one request.
const maxAttempts = 100

// duration reads an optional duration. One that is malformed is reported and
// treated as absent.
func (t *routeTranslation) duration(at place, field string, in *gwv1.Duration) *time.Duration {
	if in == nil {
		return nil
	}
	d, ok := parseDuration(string(*in))
	if !ok {
		t.drop(ir.ReasonInvalid, at.path(field), fmt.Sprintf("%q is not a duration", *in), "write it like 1h30m, 10s or 500ms")
		return nil
	}
	return &d
}

// The limits of GEP-2257: components in a duration, digits in a component.
const (
	maxComponents = 4
	maxDigits     = 5
)

// parseDuration parses a duration of GEP-2257: up to four components of up to
// five digits and a unit h, m, s or ms, which add up.
func parseDuration(s string) (total time.Duration, ok bool) {
	for n := 0; s != ""; n++ {
		digits, value := 0, 0
		for digits < len(s) && '0' <= s[digits] && s[digits] <= '9' {
			value = value*10 + int(s[digits]-'0')
			digits++
			if digits > maxDigits {
				return 0, false
			}
		}
		unit, width := durationUnit(s[digits:])
		if n == maxComponents || digits == 0 || width == 0 {
			return 0, false
		}
		total += time.Duration(value) * unit
		s, ok = s[digits+width:], true
	}
	return total, ok
}

// durationUnit returns the unit that s begins with and its width; zero if none.
func durationUnit(s string) (unit time.Duration, width int) {
	switch {
	case len(s) >= 2 && s[:2] == "ms":
		return time.Millisecond, 2
	case s == "":
		return 0, 0
	}
	switch s[0] {
	case 'h':
		return time.Hour, 1
	case 'm':
		return time.Minute, 1
	case 's':
		return time.Second, 1
	}
	return 0, 0
}
