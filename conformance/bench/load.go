package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// patience bounds every wait for an answer.
const patience = 60 * time.Second

// answer is what matters of a response.
type answer struct {
	status   int
	upstream int // -1 if none said that it answered
}

// client is one keepalive connection that sends prepared requests.
type client struct {
	address string
	conn    net.Conn
	buffer  []byte
}

func newClient(port int) *client {
	return &client{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), buffer: make([]byte, 8<<10)}
}

// get prepares a request.
func get(host, path string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// send sends a request and reads its answer. After an error the next one opens
// a connection anew.
func (c *client) send(request []byte) (answer, error) {
	a, err := c.exchange(request)
	if err != nil {
		c.close()
	}
	return a, err
}

func (c *client) exchange(request []byte) (answer, error) {
	if c.conn == nil {
		conn, err := net.DialTimeout("tcp", c.address, patience) //nolint:noctx // bounded by the timeout
		if err != nil {
			return answer{}, err
		}
		if err := conn.SetDeadline(time.Now().Add(10 * time.Minute)); err != nil {
			return answer{}, err
		}
		c.conn = conn
	}
	if _, err := c.conn.Write(request); err != nil {
		return answer{}, err
	}
	n := 0
	for {
		got, err := c.conn.Read(c.buffer[n:])
		if err != nil {
			return answer{}, err
		}
		n += got
		if a, whole, err := parse(c.buffer[:n]); whole || err != nil {
			return a, err
		}
	}
}

var errNoHTTP = errors.New("this is no HTTP response")

// parse reads a response with a content length, if it is there as a whole.
func parse(b []byte) (a answer, whole bool, err error) {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return answer{}, false, nil
	}
	head := b[:end+2]
	if len(head) < 12 || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) {
		return answer{}, false, errNoHTTP
	}
	a.status, a.upstream = int(head[9]-'0')*100+int(head[10]-'0')*10+int(head[11]-'0'), -1
	if n, ok := number(head, "\r\nx-upstream: "); ok {
		a.upstream = n
	}
	length, ok := number(head, "\r\ncontent-length: ")
	if !ok {
		return answer{}, false, fmt.Errorf("%w: it has no content-length", errNoHTTP)
	}
	return a, len(b) >= end+4+length, nil
}

// number reads the value of a header.
func number(head []byte, name string) (int, bool) {
	i := bytes.Index(head, []byte(name))
	if i < 0 {
		return 0, false
	}
	n := 0
	for _, c := range head[i+len(name):] {
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// pollInterval is the time between two questions whether an edit has arrived,
// and so the resolution of what is measured by them.
const pollInterval = time.Millisecond

// until sends a request over and over until the answer is right, and returns
// how many answers were not.
func (c *client) until(request []byte, right func(answer) bool) (wrong int, err error) {
	deadline := time.Now().Add(patience)
	for {
		a, err := c.send(request)
		if err == nil && right(a) {
			return wrong, nil
		}
		wrong++
		if time.Now().After(deadline) {
			return wrong, fmt.Errorf("no right answer within %s, the last is %d %w", patience, a.status, err)
		}
		time.Sleep(pollInterval)
	}
}

func ok(a answer) bool { return a.status == 200 }
