package ir

import "time"

// Fault injects failures for tests. The lower level wins as a whole.
type Fault struct {
	// AbortPercent of requests (0 to 100) are answered with AbortCode.
	AbortPercent float64
	AbortCode    uint32
	// DelayPercent of requests (0 to 100) are held back by Delay.
	DelayPercent float64
	Delay        time.Duration
}
