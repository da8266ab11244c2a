package xds

import "time"

// retryListeners has refused listeners sent again from time to time, and reports whether it is time for
// that. Unlike other resources, a listener can be refused for what changes without us: somebody else has
// its port, such as a gateway that still drains.
func (s *stream) retryListeners(now time.Time) bool {
	k := s.kind(ListenerType)
	if k == nil || s.retry <= 0 {
		return false
	}
	if len(k.refused) == 0 {
		k.retryAt = time.Time{}
		return false
	}
	if k.retryAt.IsZero() {
		k.retryAt = now.Add(s.retry)
	}
	if s.before(k.retryAt, now) {
		return false
	}
	k.retryAt = time.Time{}
	for name := range k.refused {
		k.retried[name] = true
		k.ask(name, changed)
	}
	return true
}
