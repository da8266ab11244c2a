package gatewayapi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestTimeouts(t *testing.T) {
	const ms = time.Millisecond
	for spec, want := range map[string]*ir.Timeouts{
		"{}":                                   nil,
		"{request: 10s}":                       {Request: new(10 * time.Second)},
		"{request: 0s}":                        {Request: new(time.Duration(0))},
		"{request: 1h30m10s500ms}":             {Request: new(time.Hour + 30*time.Minute + 10*time.Second + 500*ms)},
		"{request: 2s, backendRequest: 500ms}": {Request: new(2 * time.Second), Backend: new(500 * ms)},
		"{request: 2s, backendRequest: 0s}":    {Request: new(2 * time.Second), Backend: new(time.Duration(0))},
		"{request: 0s, backendRequest: 1m}":    {Request: new(time.Duration(0)), Backend: new(time.Minute)},
		"{backendRequest: 1m}":                 {Request: new(time.Duration(0)), Backend: new(time.Minute)},
	} {
		out := rules(t, "- {timeouts: "+spec+", "+to+"}")
		require.Equal(t, want, only(t, out).Policy.Timeouts, spec)
		require.Empty(t, out.Status.Problems, spec)
	}
}

func TestBackendTimeoutIsNotAboveTheRequests(t *testing.T) {
	out := rules(t, "- {timeouts: {request: 1s, backendRequest: 2s}, "+to+"}")
	require.Equal(t, &ir.Timeouts{Request: new(time.Second), Backend: new(time.Second)}, only(t, out).Policy.Timeouts)
	require.Equal(t, []string{"warning Invalid: spec.rules[0].timeouts.backendRequest: 2s is longer than the request timeout 1s, which ends the request first; make it shorter"}, problems(out.Status.Problems))
}

// The vectors of GEP-2257, "Test Vectors".
func TestDurationsAreThoseOfTheAPI(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"0h": 0, "0s": 0, "0h0m0s": 0, "1h": time.Hour, "30m": 30 * time.Minute, "10s": 10 * time.Second, "500ms": 500 * time.Millisecond,
		"2h30m": 150 * time.Minute, "150m": 150 * time.Minute, "7230s": 2*time.Hour + 30*time.Second, "1h30m10s": 90*time.Minute + 10*time.Second,
		"10s30m1h": 90*time.Minute + 10*time.Second, "100ms200ms300ms": 600 * time.Millisecond, "99999h": 99999 * time.Hour,
	} {
		out := rules(t, "- {timeouts: {request: "+in+"}, "+to+"}")
		require.Equal(t, want, *only(t, out).Policy.Timeouts.Request, in)
	}
	for _, in := range []string{"1", "1m1", "1d", "1h30m10s20ms50h", "999999h", "1.5h", "-15m", "", "h", "1us", "1 s", "1H", "10m "} {
		out := rules(t, "- {timeouts: {request: '"+in+"'}, "+to+"}")
		require.Nil(t, only(t, out).Policy.Timeouts, in)
		require.Equal(t, []string{accepted, resolved, "PartiallyInvalid=True/UnsupportedValue"}, parentConditions(t, out), in)
		require.Equal(t, []string{`error Invalid: spec.rules[0].timeouts.request: "` + in + `" is not a duration; write it like 1h30m, 10s or 500ms`}, problems(out.Status.Problems))
	}
}

func TestRetry(t *testing.T) {
	safe := []string{"connect-failure", "refused-stream", "reset-before-request", "unavailable"}
	for spec, want := range map[string]*ir.Retry{
		"retry: {}":                  {On: safe, Attempts: 1},
		"retry: {attempts: 3}":       {On: safe, Attempts: 3},
		"retry: {attempts: 0}":       nil,
		"retry: {codes: [500, 503]}": {On: append(safe[:4:4], "retriable-status-codes"), Codes: []uint32{500, 503}, Attempts: 1},
		"retry: {backoff: 250ms}":    {On: safe, Attempts: 1, BaseInterval: 250 * time.Millisecond},
		"retry: {backoff: 0s}":       {On: safe, Attempts: 1, BaseInterval: time.Millisecond},
		"retry: {attempts: 2}, timeouts: {backendRequest: 1s}": {On: append(safe[:4:4], "reset"), Attempts: 2},
		"retry: {attempts: 2}, timeouts: {backendRequest: 0s}": {On: safe, Attempts: 2},
		"retry: {attempts: 2}, timeouts: {request: 1s}":        {On: safe, Attempts: 2},
	} {
		out := rules(t, "- {"+spec+", "+to+"}")
		require.Equal(t, want, only(t, out).Policy.Retry, spec)
		require.Empty(t, out.Status.Problems, spec)
	}
}

func TestRetryOutOfBounds(t *testing.T) {
	out := rules(t, "- {retry: {attempts: 5000, backoff: soon}, "+to+"}")
	require.EqualValues(t, 100, only(t, out).Policy.Retry.Attempts)
	require.Zero(t, only(t, out).Policy.Retry.BaseInterval)
	require.Equal(t, []string{
		`error Invalid: spec.rules[0].retry.backoff: "soon" is not a duration; write it like 1h30m, 10s or 500ms`,
		"warning Invalid: spec.rules[0].retry.attempts: 5000 attempts are more than the most, 100; correct it",
	}, problems(out.Status.Problems))
}
