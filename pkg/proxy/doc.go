// Package proxy is Envoy itself: it finds the binary, writes its bootstrap,
// runs and restarts it, asks its admin interface and drains it.
//
//	Find ──→ Binary ─┐
//	NewDir ──→ Dir ──┼→ New ──→ Proxy.Run ── starts ──→ Envoy ── admin.sock ──→ Admin
//	Bootstrap ───────┘             ↑                      │ xds.sock
//	                               └─ back-off ←── exit ──┘    └──→ our ADS server (not here)
//
// How to read it: find.go and version.go choose a binary. bootstrap.go puts
// the bootstrap together from ads.go (where configuration comes from),
// overload.go (what Envoy does when it gets too much) and stats.go (what it
// counts). proxy.go is the supervisor, over process.go (one life of Envoy),
// backoff.go and log.go. drain.go ends it with no request lost; admin.go is the
// client that it uses for that.
//
// Envoy is reached by Unix sockets in a directory that only this user can
// enter: the admin interface can read secrets and stop the proxy, and the ADS
// stream carries private keys.
package proxy
