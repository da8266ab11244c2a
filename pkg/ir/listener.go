package ir

// ServerName asks a bound port to answer TLS for a server name (SNI).
type ServerName struct {
	Listener ListenerKey
	// SNI is lower case, may be a wildcard "*.example.com", and is empty
	// for connections that no other server name takes.
	SNI string
	TLS ServerTLS
	// Origin is the object that asks.
	Origin Origin
}

// ServerTLS is how a bound port speaks TLS for a server name.
type ServerTLS struct {
	// Certificates are names of Secrets that hold a valid certificate.
	Certificates []Name
	// MinVersion and MaxVersion are "1.0" to "1.3"; empty means 1.2 and 1.3.
	MinVersion, MaxVersion string
	// Ciphers and Curves are in Envoy's (BoringSSL) names.
	Ciphers, Curves []string
	// ALPN defaults to h2, http/1.1.
	ALPN []string
}

// Listener is a bound port of a Gateway: one Envoy listener.
type Listener struct {
	Key      ListenerKey
	Protocol Protocol
	// ServerNames are sorted by SNI and unique; HTTPS only. A listener
	// with none is bound all the same and refuses handshakes.
	ServerNames []ServerName
}

// VirtualHost is a host of a bound port with its routes ready for first match.
type VirtualHost struct {
	Key    HostKey
	Routes []Route
}

// Certificate is a parsed Secret of type kubernetes.io/tls.
type Certificate struct {
	Name Name
	// Chain and Key are PEM, as stored.
	Chain, Key []byte
	// DNSNames are the leaf's subject alternative names.
	DNSNames []string
	// Digest is the SHA-256 of Chain and Key.
	Digest [32]byte
}
