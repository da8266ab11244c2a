package ir

import "time"

// Retry repeats a failed request. The lower level wins as a whole.
type Retry struct {
	// On lists Envoy retry conditions, such as "5xx" or "connect-failure"
	// (Envoy x-envoy-retry-on), checked by the frontend.
	On []string
	// Codes are statuses to retry on.
	Codes []uint32
	// Attempts is the number of retries after the first try.
	Attempts uint32
	// PerTry bounds each try; zero means none.
	PerTry time.Duration
	// BaseInterval and MaxInterval bound the jittered exponential back-off;
	// zero means Envoy's defaults (25ms, ten times the base).
	BaseInterval, MaxInterval time.Duration
}
