package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// SSLConfig is TLS towards clients.
//
// +kubebuilder:validation:XValidation:rule="(has(self.secretRef)?1:0)+(has(self.sslFiles)?1:0)+(has(self.sds)?1:0) <= 1",message="sslConfig has at most one of secretRef, sslFiles, sds"
type SSLConfig struct {
	// SecretRef names a Secret with the certificate.
	SecretRef *ResourceRef `json:"secretRef,omitempty"`
	// SSLFiles are files in the proxy's file system.
	SSLFiles *SSLFiles `json:"sslFiles,omitempty"`
	// SDS takes the certificate from another server.
	SDS *SDSConfig `json:"sds,omitempty"`
	// SniDomains are the server names that this certificate serves; empty
	// means the domains of the virtual host.
	SniDomains []string `json:"sniDomains,omitempty"`
	// VerifySubjectAltName are names that a client's certificate must have.
	VerifySubjectAltName []string `json:"verifySubjectAltName,omitempty"`
	// Parameters are versions, ciphers and curves.
	Parameters *SSLParameters `json:"parameters,omitempty"`
	// AlpnProtocols offered; h2 and http/1.1 when empty.
	AlpnProtocols []string `json:"alpnProtocols,omitempty"`
	// OneWayTLS false asks clients for a certificate that the Secret's CA
	// signed. Gloo asks for one whenever the Secret has a CA and this is
	// unset; we only do when it is false.
	OneWayTLS *bool `json:"oneWayTls,omitempty"`
	// DisableTLSSessionResumption makes every handshake a full one.
	DisableTLSSessionResumption *bool `json:"disableTlsSessionResumption,omitempty"`
	// TransportSocketConnectTimeout bounds the handshake.
	TransportSocketConnectTimeout *Duration `json:"transportSocketConnectTimeout,omitempty"`
	// OcspStaplePolicy is LENIENT_STAPLING (0), STRICT_STAPLING (1) or
	// MUST_STAPLE (2).
	OcspStaplePolicy *intstr.IntOrString `json:"ocspStaplePolicy,omitempty"`
}

// UpstreamSSLConfig is TLS towards endpoints.
//
// +kubebuilder:validation:XValidation:rule="(has(self.secretRef)?1:0)+(has(self.sslFiles)?1:0)+(has(self.sds)?1:0) <= 1",message="sslConfig has at most one of secretRef, sslFiles, sds"
type UpstreamSSLConfig struct {
	// SecretRef names a Secret with a client certificate, a CA, or both.
	SecretRef *ResourceRef `json:"secretRef,omitempty"`
	// SSLFiles are files in the proxy's file system.
	SSLFiles *SSLFiles `json:"sslFiles,omitempty"`
	// SDS takes the certificates from another server.
	SDS *SDSConfig `json:"sds,omitempty"`
	// Sni to send.
	Sni string `json:"sni,omitempty"`
	// VerifySubjectAltName are names one of which the endpoint's certificate
	// must have.
	VerifySubjectAltName []string `json:"verifySubjectAltName,omitempty"`
	// Parameters are versions, ciphers and curves.
	Parameters *SSLParameters `json:"parameters,omitempty"`
	// AlpnProtocols offered.
	AlpnProtocols []string `json:"alpnProtocols,omitempty"`
	// AllowRenegotiation lets the endpoint renegotiate.
	AllowRenegotiation *bool `json:"allowRenegotiation,omitempty"`
	// OneWayTLS true does not verify the endpoint against the Secret's CA.
	OneWayTLS *bool `json:"oneWayTls,omitempty"`
}

// SSLFiles are paths in the proxy's file system.
type SSLFiles struct {
	TLSCert    string `json:"tlsCert,omitempty"`
	TLSKey     string `json:"tlsKey,omitempty"`
	RootCA     string `json:"rootCa,omitempty"`
	OcspStaple string `json:"ocspStaple,omitempty"`
}

// SDSConfig names a server of certificates.
type SDSConfig struct {
	TargetURI              string  `json:"targetUri,omitempty"`
	CallCredentials        *Opaque `json:"callCredentials,omitempty"`
	ClusterName            string  `json:"clusterName,omitempty"`
	CertificatesSecretName string  `json:"certificatesSecretName,omitempty"`
	ValidationContextName  string  `json:"validationContextName,omitempty"`
}

// SSLParameters bound what TLS may negotiate.
type SSLParameters struct {
	// MinimumProtocolVersion is TLS_AUTO (0), TLSv1_0 (1), TLSv1_1 (2),
	// TLSv1_2 (3) or TLSv1_3 (4).
	MinimumProtocolVersion *intstr.IntOrString `json:"minimumProtocolVersion,omitempty"`
	// MaximumProtocolVersion is like MinimumProtocolVersion.
	MaximumProtocolVersion *intstr.IntOrString `json:"maximumProtocolVersion,omitempty"`
	// CipherSuites in OpenSSL's names, for TLS up to 1.2.
	CipherSuites []string `json:"cipherSuites,omitempty"`
	// EcdhCurves such as X25519.
	EcdhCurves []string `json:"ecdhCurves,omitempty"`
}
