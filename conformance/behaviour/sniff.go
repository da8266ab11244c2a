package behaviour

import (
	"bufio"
	"errors"
	"net"
)

// sniff splits the connections of a listener into plain ones and those that
// begin a TLS handshake.
func sniff(listener net.Listener) (plain, secure *branch) {
	done := make(chan struct{})
	plain = &branch{Listener: listener, conns: make(chan net.Conn), done: done}
	secure = &branch{Listener: listener, conns: make(chan net.Conn), done: done}
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go route(conn, plain, secure)
		}
	}()
	return plain, secure
}

// route looks at the first byte: 22 is a TLS handshake record (RFC 8446, 5.1).
func route(conn net.Conn, plain, secure *branch) {
	in := bufio.NewReader(conn)
	first, err := in.Peek(1)
	if err != nil {
		_ = conn.Close()
		return
	}
	to := plain
	if first[0] == 22 {
		to = secure
	}
	select {
	case to.conns <- peeked{conn, in}:
	case <-to.done:
		_ = conn.Close()
	}
}

// branch is a listener for some of the connections of another.
type branch struct {
	net.Listener
	conns chan net.Conn
	done  chan struct{}
}

var errStopped = errors.New("the listener is closed")

// Accept implements net.Listener.
func (b *branch) Accept() (net.Conn, error) {
	select {
	case c := <-b.conns:
		return c, nil
	case <-b.done:
		return nil, errStopped
	}
}

// peeked is a connection of which something has been read ahead.
type peeked struct {
	net.Conn
	in *bufio.Reader
}

// Read implements net.Conn.
func (p peeked) Read(b []byte) (int, error) { return p.in.Read(b) }
