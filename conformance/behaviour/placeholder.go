package behaviour

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// generated is the file for what the runner adds to a case.
const generated = "endpoints-of-the-runner.yaml"

var placeholder = regexp.MustCompile(`\$\{[^}\n]*\}`)

// fill replaces the placeholders of a manifest or request:
//
//	${cert:a.example,*.b.example}  a certificate for these names, PEM in base64
//	${key:a.example,*.b.example}   the key of that certificate
//	${ca}                          the authority of all certificates
//	${port:v1}, ${port:v1:8080}    the port of an echo backend
//	${port:closed}                 a port on which nobody listens
//	${repeat:1000:text}            a text many times
//
// A certificate for "expired,a.example" is out of date. Every other ${…} stays.
func (g *Gateway) fill(text string) (string, error) {
	var failed error
	text = placeholder.ReplaceAllStringFunc(text, func(p string) string {
		kind, argument, _ := strings.Cut(p[2:len(p)-1], ":")
		value, err := g.value(kind, argument)
		if err != nil {
			failed = fmt.Errorf("%s: %w", p, err)
		}
		if value == "" {
			return p
		}
		return value
	})
	return text, failed
}

// filled replaces the placeholders of a request.
func (g *Gateway) filled(r Request) (Request, error) {
	var errs [2]error
	r.Target, errs[0] = g.fill(r.Target)
	r.Body, errs[1] = g.fill(r.Body)
	err := errors.Join(errs[:]...)
	r.Headers = slices.Clone(r.Headers)
	for i := range r.Headers {
		value, failed := g.fill(r.Headers[i].Value)
		r.Headers[i].Value, err = value, errors.Join(err, failed)
	}
	return r, err
}

func (g *Gateway) value(kind, argument string) (string, error) {
	switch kind {
	case "cert":
		chain, _, err := g.certificates.Pair(argument)
		return base64.StdEncoding.EncodeToString(chain), err
	case "key":
		_, key, err := g.certificates.Pair(argument)
		return base64.StdEncoding.EncodeToString(key), err
	case "ca":
		return base64.StdEncoding.EncodeToString(g.certificates.Authority()), nil
	case "port":
		return g.portOf(argument)
	case "repeat":
		number, text, _ := strings.Cut(argument, ":")
		n, err := strconv.ParseUint(number, 10, 25)
		return strings.Repeat(text, int(n)), err
	default:
		return "", nil
	}
}

func (g *Gateway) portOf(argument string) (string, error) {
	if argument == "closed" {
		return strconv.Itoa(int(g.ports.Bind(closedPort))), nil
	}
	name, number, found := strings.Cut(argument, ":")
	if !found {
		number = "80"
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil {
		return "", err
	}
	port, err := g.backends.Port(name, int32(n))
	return strconv.Itoa(port), err
}

// closedPort stands for a port that no Gateway listens on.
const closedPort = -1
