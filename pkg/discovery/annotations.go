package discovery

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// The annotations of Gloo's discovery, which are read on Services.
const (
	prefix         = "gloo.solo.io/"
	h2Annotation   = prefix + "h2_service"
	discoverAnno   = prefix + "discover"
	upstreamConfig = prefix + "upstream_config"
	sslPrefix      = prefix + "sslService."
)

// annotations is what the annotations of a Service say of its upstreams.
type annotations struct {
	// h2 is nil where nothing is said.
	h2       *bool
	problems []ir.Problem
	// all is true where no port, and ports holds those which, must not be
	// spoken to: TLS was asked for that would not be done.
	all   bool
	ports []int32
}

func (a annotations) closed(port int32) bool { return a.all || slices.Contains(a.ports, port) }

func readAnnotations(values map[string]string) annotations {
	var out annotations
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if strings.HasPrefix(name, prefix) {
			out.read(name, values[name])
		}
	}
	return out
}

func (a *annotations) read(name, value string) {
	switch {
	case name == discoverAnno: // every Service is discovered
	case name == h2Annotation:
		a.readH2(value)
	case strings.HasPrefix(name, sslPrefix):
		a.close(value)
		a.report(ir.Error, name, ir.ReasonNotSupported, "TLS to endpoints is not read from this annotation; the port is not served")
	case name == upstreamConfig && asksTLS(value):
		a.all = true
		a.report(ir.Error, name, ir.ReasonNotSupported, "sslConfig is not read from this annotation; the Service is not served")
	default:
		a.report(ir.Warning, name, ir.ReasonNotSupported, "this annotation is not read")
	}
}

func (a *annotations) report(severity ir.Severity, name, reason, message string) {
	a.problems = append(a.problems, ir.Problem{
		Severity: severity, Reason: reason, Field: "metadata.annotations[" + name + "]",
		Message: message, Remedy: "write an Upstream for the port",
	})
}

func (a *annotations) readH2(value string) {
	on, err := strconv.ParseBool(value)
	if err != nil {
		a.problems = append(a.problems, ir.Problem{
			Severity: ir.Warning, Reason: ir.ReasonInvalid, Field: "metadata.annotations[" + h2Annotation + "]",
			Message: strconv.Quote(value) + " is neither true nor false", Remedy: "write \"true\" or \"false\"",
		})
		return
	}
	a.h2 = &on
}

// close takes the ports out that the value of an sslService annotation is for:
// "PORT:value" names one, any other value means all.
func (a *annotations) close(value string) {
	before, _, found := strings.Cut(value, ":")
	port, err := strconv.ParseInt(before, 10, 32)
	if !found || err != nil {
		a.all = true
		return
	}
	a.ports = append(a.ports, int32(port))
}

// asksTLS reports whether a JSON upstream configuration mentions sslConfig or
// ssl_config anywhere. It need not be exact: a Service that says so without
// meaning it is told.
func asksTLS(config string) bool {
	return strings.Contains(strings.ToLower(strings.ReplaceAll(config, "_", "")), "sslconfig")
}
