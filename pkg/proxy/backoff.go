package proxy

import "time"

// The policy of restarts: a quarter of a second after the first death, twice as
// long after each further one up to half a minute, as for a first one after
// a minute of life.
const (
	firstWait   = 250 * time.Millisecond
	longestWait = 30 * time.Second
	healthyLife = time.Minute
)

// backoff counts the deaths of Envoy in a row.
type backoff struct{ deaths int }

// next returns how long to wait before the next start, after a life that lasted
// lived. Half of the wait is fixed and half is chance in [0,1), so that many
// proxies that died together do not come back together.
func (b *backoff) next(lived time.Duration, chance float64) time.Duration {
	if lived >= healthyLife {
		b.deaths = 0
	}
	wait := longestWait
	if b.deaths < 7 { // 250 ms << 7 is past the longest wait
		wait = firstWait << b.deaths
	}
	b.deaths++
	half := wait / 2
	return half + time.Duration(chance*float64(half))
}
