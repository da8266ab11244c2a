// Command cert writes a Kubernetes Secret with a new key and a certificate
// signed by itself, as YAML, so that no private key lies in the repository.
//
//	-host pets.example ──→ key, certificate ──→ Secret of type kubernetes.io/tls ──→ -out FILE
//
// It is for trying things out: nobody but `curl -k` trusts such a certificate.
package main
