package behaviour

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// What a client gets where it gets no response.
const (
	Refused   = "refused"   // nothing listens on the port
	Handshake = "handshake" // the TLS handshake is refused
	Closed    = "closed"    // the connection ends without a response
)

const (
	// absent is the value of what is not there.
	absent = "<absent>"
	// same is the value of what is alike in all answers of a line.
	same = "<same>"
)

// Want is one expectation: name, operator, value.
type Want struct {
	// Name is what is looked at; see Result.value.
	Name string
	// Op is "=", "!=" or "~" (an RE2 expression for the whole value).
	Op    string
	Value string
	// Shares are the expected answers per backend, for backend=v1:70±15,v2:30±15.
	Shares []Share

	pattern *regexp.Regexp
}

// Share is how many of the answers a backend gives.
type Share struct {
	Backend            string
	Number, Difference int
}

func checkOutcome(word string) error {
	if n, err := strconv.Atoi(word); err == nil && n >= 100 && n <= 599 {
		return nil
	}
	if slices.Contains([]string{Refused, Handshake, Closed}, word) {
		return nil
	}
	return fmt.Errorf("%q is not an outcome: a status, refused, handshake or closed", word)
}

// subjects are the names that take no argument.
func subjects() []string {
	return []string{"backend", "port", "method", "path", "query", "host", "proto", "sni", "sent", "body", "location", "alpn", "cert", "tries", "copy"}
}

func parseWant(word string) (Want, error) {
	i := strings.IndexAny(word, "=~!")
	if i < 1 {
		return Want{}, fmt.Errorf("%q is not an expectation: name=value, name!=value or name~regex", word)
	}
	w := Want{Name: word[:i], Op: word[i : i+1], Value: word[i+1:]}
	if w.Op == "!" {
		w.Op, w.Value = "!=", strings.TrimPrefix(w.Value, "=")
	}
	kind, name, _ := strings.Cut(w.Name, ".")
	if !slices.Contains(subjects(), w.Name) && (kind != "header" && kind != "response" || name == "") {
		return w, fmt.Errorf("nothing is called %q: there are header.NAME, response.NAME, %s", w.Name, strings.Join(subjects(), ", "))
	}
	if w.Op == "~" {
		pattern, err := regexp.Compile("^(?s:" + w.Value + ")$")
		w.pattern = pattern
		return w, err
	}
	if w.Name == "backend" && strings.Contains(w.Value, "±") {
		return w, w.parseShares()
	}
	return w, nil
}

func (w *Want) parseShares() error {
	for part := range strings.SplitSeq(w.Value, ",") {
		var s Share
		name, numbers, _ := strings.Cut(part, ":")
		number, difference, _ := strings.Cut(numbers, "±")
		n, err := strconv.Atoi(number)
		d, err2 := strconv.Atoi(difference)
		if err := errors.Join(err, err2); err != nil {
			return fmt.Errorf("a share is backend:number±difference: %w", err)
		}
		s.Backend, s.Number, s.Difference = name, n, d
		w.Shares = append(w.Shares, s)
	}
	return nil
}

// Result is what came of one request.
type Result struct {
	// Outcome is the status, or Refused, Handshake or Closed.
	Outcome string
	// Headers of the response, names in lower case.
	Headers map[string][]string
	Body    string
	// Seen is what the backend that answered saw; nil if the answer is the gateway's.
	Seen *Seen
	// ALPN and Certificate are of the client's TLS connection.
	ALPN, Certificate string
	// Tries lists the backends that saw the request, copies included.
	Tries []string

	id string // names the request
}

// value returns what an expectation looks at.
func (r *Result) value(name string) string {
	kind, header, _ := strings.Cut(name, ".")
	switch {
	case kind == "response":
		return joined(r.Headers, header)
	case name == "location":
		return joined(r.Headers, "location")
	case name == "body":
		return r.Body
	case name == "alpn":
		return orAbsent(r.ALPN)
	case name == "cert":
		return orAbsent(r.Certificate)
	case name == "tries":
		return strconv.Itoa(len(r.Tries))
	case r.Seen == nil:
		return absent
	case kind == "header":
		return joined(r.Seen.Headers, header)
	default:
		return r.Seen.value(name)
	}
}

func orAbsent(s string) string {
	if s == "" {
		return absent
	}
	return s
}

// joined returns the values of a header, joined as RFC 9110 section 5.3 does.
func joined(headers map[string][]string, name string) string {
	values, ok := headers[strings.ToLower(name)]
	if !ok {
		return absent
	}
	return strings.Join(values, ",")
}

// judge returns what is wrong with one result.
func (l *Line) judge(r *Result) []string {
	if r.Outcome != l.Outcome {
		wrong := fmt.Sprintf("status is %s, want %s", r.Outcome, l.Outcome)
		if r.Seen != nil {
			wrong += " (backend " + r.Seen.Backend + ", path " + r.Seen.Path + ")"
		} else if r.Body != "" {
			wrong += fmt.Sprintf(" (body %.80q)", r.Body)
		}
		return []string{wrong}
	}
	var out []string
	for _, w := range l.Wants {
		if len(w.Shares) > 0 || w.Name == "copy" || w.Value == same {
			continue
		}
		if got := r.value(w.Name); !w.holds(got) {
			out = append(out, fmt.Sprintf("%s is %.200q, want %s%s", w.Name, got, strings.TrimPrefix(w.Op, "="), w.Value))
		}
	}
	return out
}

func (w *Want) holds(got string) bool {
	switch w.Op {
	case "~":
		return got != absent && w.pattern.MatchString(got)
	case "!=":
		return got != w.Value
	default:
		return got == w.Value
	}
}

// judgeAll returns what is wrong with all results of a line together.
func (l *Line) judgeAll(results []*Result) []string {
	var out []string
	for _, w := range l.Wants {
		for _, r := range results {
			if first := results[0].value(w.Name); w.Value == same && r.value(w.Name) != first {
				out = append(out, fmt.Sprintf("%s is %.200q and %.200q, want it the same", w.Name, first, r.value(w.Name)))
				break
			}
		}
	}
	return append(out, l.judgeShares(results)...)
}

// judgeShares returns what is wrong with the spread of results over backends.
func (l *Line) judgeShares(results []*Result) []string {
	counts := map[string]int{}
	for _, r := range results {
		counts[r.value("backend")]++
	}
	var out []string
	for _, w := range l.Wants {
		known := 0
		for _, s := range w.Shares {
			n := counts[s.Backend]
			known += n
			if n < s.Number-s.Difference || n > s.Number+s.Difference {
				out = append(out, fmt.Sprintf("backend %s gave %d of %d answers, want %d±%d", s.Backend, n, len(results), s.Number, s.Difference))
			}
		}
		if len(w.Shares) > 0 && known < len(results) {
			out = append(out, fmt.Sprintf("other backends gave %d of %d answers: %v", len(results)-known, len(results), counts))
		}
	}
	return out
}
