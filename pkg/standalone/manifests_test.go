package standalone_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// gatewayYAML is the Gateway that everything attaches to, with more listeners if
// asked for.
func (g *gateway) gatewayYAML(more ...int) string {
	out := fmt.Sprintf(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: main, namespace: default}
spec:
  gatewayClassName: sluice
  listeners:
    - {name: http, port: %d, protocol: HTTP}
    - name: https
      port: %d
      protocol: HTTPS
      tls: {mode: Terminate, options: {sluice.dev/certificates: routes}}
`, g.http, g.https)
	for i, port := range more {
		out += fmt.Sprintf("    - {name: more-%d, port: %d, protocol: HTTP}\n", i, port)
	}
	return out
}

// service is a Service whose endpoint is a port of this machine.
func service(name string, port int) string {
	return fmt.Sprintf(`
apiVersion: v1
kind: Service
metadata: {name: %[1]s}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: %[1]s, labels: {kubernetes.io/service-name: %[1]s}}
addressType: IPv4
ports: [{port: %[2]d}]
endpoints: [{addresses: [127.0.0.1]}]
---
`, name, port)
}

// ingress sends the host <name>.example to a Service.
func ingress(name, service string) string {
	return fmt.Sprintf(`
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: %[1]s}
spec:
  rules:
    - host: %[1]s.example
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: %[2]s, port: {number: 80}}}}]}
---
`, name, service)
}

// httpRoute is the same as an HTTPRoute.
func httpRoute(name, service string) string {
	return fmt.Sprintf(`
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: %[1]s}
spec:
  parentRefs: [{name: main}]
  hostnames: [%[1]s.example]
  rules: [{backendRefs: [{name: %[2]s, port: 80}]}]
---
`, name, service)
}

// virtualService is the same as a VirtualService, over HTTPS if a Secret is named.
func virtualService(name, service, secret string) string {
	tls := ""
	if secret != "" {
		tls = fmt.Sprintf("sslConfig: {secretRef: {name: %s, namespace: default}, sniDomains: [%s.example]}", secret, name)
	}
	return fmt.Sprintf(`
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: %[1]s}
spec:
  %[3]s
  virtualHost:
    domains: [%[1]s.example]
    routes: [{matchers: [{prefix: /}], routeAction: {single: {upstream: {name: default-%[2]s-80, namespace: default}}}}]
---
`, name, service, tls)
}

// pair is a certificate and its key in PEM.
type pair struct{ certificate, key []byte }

func newPair(t *testing.T, host string) pair {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pair{
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}),
	}
}

// secret is a Secret with a certificate.
func secret(name string, p pair) string {
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf(`
apiVersion: v1
kind: Secret
type: kubernetes.io/tls
metadata: {name: %s}
data: {tls.crt: %s, tls.key: %s}
---
`, name, encode(p.certificate), encode(p.key))
}

// anyCertificate is for clients that do not know the test's certificates.
func anyCertificate() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true}
}
