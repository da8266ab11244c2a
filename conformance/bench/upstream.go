package main

import (
	"bytes"
	"fmt"
	"net"
)

// upstreams is the number of servers behind the gateway.
const upstreams = 4

// upstream is an HTTP server with as little work for a request as there can
// be: it answers with its number, whatever it is asked.
type upstream struct {
	listener net.Listener
	answer   []byte
}

func newUpstream(number int) (*upstream, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed by Close
	if err != nil {
		return nil, err
	}
	u := &upstream{listener, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nx-upstream: %d\r\ncontent-length: 2\r\n\r\nok", number)}
	go u.serve()
	return u, nil
}

func (u *upstream) port() int { return u.listener.Addr().(*net.TCPAddr).Port } //nolint:forcetypeassert // it listens on TCP

func (u *upstream) close() { _ = u.listener.Close() }

func (u *upstream) serve() {
	for {
		conn, err := u.listener.Accept()
		if err != nil {
			return
		}
		go u.answerAll(conn)
	}
}

// answerAll answers every request on a connection. Requests have no body, so
// each ends with an empty line.
func (u *upstream) answerAll(conn net.Conn) {
	defer conn.Close()
	end := []byte("\r\n\r\n")
	buffer := make([]byte, 16<<10)
	n := 0
	for {
		got, err := conn.Read(buffer[n:])
		if err != nil {
			return
		}
		n += got
		requests := bytes.Count(buffer[:n], end)
		if requests == 0 {
			continue
		}
		n = copy(buffer, buffer[bytes.LastIndex(buffer[:n], end)+len(end):n])
		if _, err := conn.Write(bytes.Repeat(u.answer, requests)); err != nil {
			return
		}
	}
}

// startUpstreams starts all upstreams.
func startUpstreams() ([]*upstream, error) {
	var out []*upstream
	for i := range upstreams {
		u, err := newUpstream(i)
		if err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, nil
}

func portsOf(us []*upstream) []int {
	var out []int
	for _, u := range us {
		out = append(out, u.port())
	}
	return out
}

// freePort returns a port that nobody listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // closed at once
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close() //nolint:forcetypeassert // it listens on TCP
}
