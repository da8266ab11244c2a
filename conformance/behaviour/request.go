package behaviour

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Line is one line of traffic: a request, and what is expected of it.
type Line struct {
	// Number is the line of the case's file; Text is the line itself.
	Number int
	Text   string

	Request Request
	// Count is how often the request is sent; at least 1.
	Count int
	// Eventually allows the answer to be another for a while.
	Eventually bool
	// Outcome is what the client gets: a status such as "200" or one of the
	// outcomes Refused, Handshake and Closed.
	Outcome string
	Wants   []Want
}

// Request is a request as it is written, byte for byte.
type Request struct {
	Method string
	TLS    bool
	// Host is the Host header. Port is the Gateway's port.
	Host string
	Port int32
	// Target is path and query, as they are sent.
	Target  string
	Headers []Header
	Body    string
	// HTTP2 uses HTTP/2, with TLS by ALPN and without by prior knowledge.
	// HTTP10 says HTTP/1.0.
	HTTP2, HTTP10 bool
	// SNI replaces the server name of the handshake; "-" sends none.
	SNI string
	// TLSVersion is "1.1", "1.2" or "1.3" for that version alone.
	TLSVersion string
}

// Header is one header line.
type Header struct{ Name, Value string }

// ParseTraffic parses the lines of a traffic section that starts at a line of
// its file. The error starts with the line's number.
func ParseTraffic(text string, first int) ([]Line, error) {
	var out []Line
	for i, raw := range strings.Split(text, "\n") {
		raw = strings.TrimSpace(raw)
		if raw == "" || strings.HasPrefix(raw, "#") {
			continue
		}
		line, err := parseLine(raw)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", first+i, err)
		}
		line.Number = first + i
		out = append(out, line)
	}
	return out, nil
}

func parseLine(raw string) (Line, error) {
	line := Line{Text: raw, Count: 1}
	words, err := split(raw)
	if err != nil {
		return line, err
	}
	arrow := -1
	for i, w := range words {
		if w == "→" || w == "->" {
			arrow = i
		}
	}
	if arrow < 0 || arrow+1 >= len(words) {
		return line, errors.New("a line of traffic is: request → status expectations")
	}
	if err := line.parseRequest(words[:arrow]); err != nil {
		return line, err
	}
	line.Outcome = words[arrow+1]
	if err := checkOutcome(line.Outcome); err != nil {
		return line, err
	}
	for _, w := range words[arrow+2:] {
		want, err := parseWant(w)
		if err != nil {
			return line, err
		}
		line.Wants = append(line.Wants, want)
	}
	return line, nil
}

func (l *Line) parseRequest(words []string) error {
	for len(words) > 0 {
		if words[0] == "eventually" {
			l.Eventually = true
		} else if n, err := strconv.Atoi(strings.TrimPrefix(words[0], "×")); err == nil && n > 0 {
			l.Count = n
		} else {
			break
		}
		words = words[1:]
	}
	if len(words) < 2 {
		return errors.New("a request is: METHOD URL [Header: value; Header: value]")
	}
	l.Request.Method = words[0]
	if err := l.Request.parseURL(words[1]); err != nil {
		return err
	}
	for _, w := range words[2:] {
		if err := l.Request.parseOption(w); err != nil {
			return err
		}
	}
	return nil
}

// parseURL splits a URL without changing a byte of it.
func (r *Request) parseURL(url string) error {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok || scheme != "http" && scheme != "https" {
		return fmt.Errorf("%q is not a URL of scheme http or https", url)
	}
	r.TLS, r.Port = scheme == "https", 80
	if r.TLS {
		r.Port = 443
	}
	r.Host, r.Target = rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		r.Host, r.Target = rest[:i], rest[i:]
	}
	if _, port, err := net.SplitHostPort(r.Host); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return fmt.Errorf("%q has no port number", url)
		}
		r.Port = int32(n)
	}
	return nil
}

func (r *Request) parseOption(word string) error {
	key, value, _ := strings.Cut(word, "=")
	switch {
	case strings.HasPrefix(word, "["):
		return r.parseHeaders(strings.TrimSuffix(strings.TrimPrefix(word, "["), "]"))
	case word == "h2":
		r.HTTP2 = true
	case word == "http/1.0":
		r.HTTP10 = true
	case key == "sni":
		r.SNI = value
	case key == "tls" && tlsVersions()[value] != 0:
		r.TLSVersion = value
	case key == "host":
		r.Host = value
	case key == "port":
		n, err := strconv.ParseUint(value, 10, 16)
		r.Port = int32(n)
		return err
	case key == "body":
		r.Body = value
	default:
		return fmt.Errorf("%q is not an option of a request: h2, http/1.0, sni=, tls=, host=, port=, body=, [Header: value]", word)
	}
	return nil
}

func (r *Request) parseHeaders(list string) error {
	for list != "" {
		var h string
		h, list = cutHeader(list)
		name, value, ok := strings.Cut(strings.TrimSpace(h), ":")
		if !ok {
			return fmt.Errorf("%q is not a header: write Name: value", h)
		}
		value = strings.TrimSpace(value)
		if unquoted, err := strconv.Unquote(value); err == nil {
			value = unquoted
		}
		r.Headers = append(r.Headers, Header{name, value})
	}
	return nil
}

// cutHeader cuts a list at the first semicolon that is not between quotation marks.
func cutHeader(list string) (header, rest string) {
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case ';':
			return list[:i], list[i+1:]
		case '"':
			if quoted, err := strconv.QuotedPrefix(list[i:]); err == nil {
				i += len(quoted) - 1
			}
		}
	}
	return list, ""
}

// cutQuoted returns the quoted text at the start of a line, as it is written and
// as it is meant.
func cutQuoted(line string) (quoted, text string, err error) {
	quoted, err = strconv.QuotedPrefix(line)
	if err != nil {
		return "", "", errors.New("a quotation mark is not closed")
	}
	text, err = strconv.Unquote(quoted)
	return quoted, text, err
}

// split cuts a line into words at white space. Double quotes, with Go's escapes,
// keep together and are dropped; brackets keep together and stay as they are.
func split(raw string) ([]string, error) {
	var words []string
	var word strings.Builder
	started, brackets := false, false
	for raw != "" {
		switch c := raw[0]; {
		case c == '"':
			quoted, text, err := cutQuoted(raw)
			if err != nil {
				return nil, err
			}
			if brackets {
				text = quoted
			}
			word.WriteString(text)
			started, raw = true, raw[len(quoted):]
			continue
		case (c == ' ' || c == '\t') && !brackets:
			if started {
				words = append(words, word.String())
			}
			word.Reset()
			started = false
		default:
			brackets = c == '[' && !started || brackets && c != ']'
			word.WriteByte(c)
			started = true
		}
		raw = raw[1:]
	}
	if brackets {
		return nil, errors.New("a bracket is not closed")
	}
	if started {
		words = append(words, word.String())
	}
	return words, nil
}
