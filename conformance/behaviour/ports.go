package behaviour

import (
	"math/rand/v2"
	"net"
	"sync"
)

// Ports maps the ports that Gateways name to free ports of this machine.
type Ports struct {
	mu      sync.Mutex
	bound   map[int32]int32
	logical map[int32]int32
}

// NewPorts returns an empty mapping.
func NewPorts() *Ports { return &Ports{bound: map[int32]int32{}, logical: map[int32]int32{}} }

// Bind returns the port of this machine that stands for a Gateway's port: always
// the same one.
func (p *Ports) Bind(port int32) int32 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if bound, ok := p.bound[port]; ok {
		return bound
	}
	bound := freePort()
	p.bound[port], p.logical[bound] = bound, port
	return bound
}

// Logical returns the Gateway's port that a port of this machine stands for.
func (p *Ports) Logical(bound int32) (int32, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	port, ok := p.logical[bound]
	return port, ok
}

// Ports below those that systems give to clients (RFC 6335 has them at 49152,
// Linux at 32768), so that no connection of this test can take one.
const lowest, highest = 20000, 32000

// freePort finds a port on which nobody listens. It is not held: on the machines
// of tests nobody else is likely to take it.
func freePort() int32 {
	for range 1000 {
		port := lowest + rand.IntN(highest-lowest) //nolint:gosec // not a secret
		l, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if err == nil {
			_ = l.Close()
			return int32(port)
		}
	}
	return highest
}
