package discovery

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// protocolOf decides how to speak to the endpoints of a port: by the annotation
// gloo.solo.io/h2_service, else by appProtocol, else by the port's name, which
// for HTTP/2 begins with grpc, h2 or http2. The names of protocols are those of
// Kubernetes (KEP-3726) and of Gloo. HTTP/1.1 also carries WebSockets.
func protocolOf(port tcpPort, h2 *bool) (ir.AppProtocol, *ir.Problem) {
	app := ""
	if port.AppProtocol != nil {
		app = strings.ToLower(*port.AppProtocol)
	}
	p := overTLS(app, port.field)
	switch {
	case h2 != nil:
		return http2If(*h2), p
	case slices.Contains([]string{"kubernetes.io/h2c", "http2", "h2c", "grpc", "grpc-web"}, app):
		return ir.HTTP2, p
	case slices.Contains([]string{"http", "https", "kubernetes.io/ws", "kubernetes.io/wss"}, app):
		return ir.HTTP1, p
	default:
		return http2If(namesHTTP2(port.Name)), p
	}
}

func http2If(yes bool) ir.AppProtocol {
	if yes {
		return ir.HTTP2
	}
	return ir.HTTP1
}

func namesHTTP2(port string) bool {
	return slices.ContainsFunc([]string{"grpc", "h2", "http2"}, func(s string) bool { return strings.HasPrefix(port, s) })
}

// overTLS warns of an appProtocol that asks for TLS: it does not say how to
// verify the endpoints, so it does not turn TLS on.
func overTLS(app, field string) *ir.Problem {
	if app != "https" && app != "kubernetes.io/wss" {
		return nil
	}
	return &ir.Problem{
		Severity: ir.Warning, Reason: ir.ReasonNotSupported, Field: field + ".appProtocol",
		Message: fmt.Sprintf("%s does not make the gateway speak TLS to the endpoints", app),
		Remedy:  "write an Upstream with sslConfig for the port",
	}
}
