package tls

import (
	"bytes"
	"encoding/pem"
)

// decode returns the PEM blocks of data, and false if something in it looks
// like a block but is none. Package pem alone would skip such a block without
// a word, while BoringSSL refuses the file for it. Text around blocks is
// ignored (RFC 7468, section 5.2).
func decode(data []byte) ([]*pem.Block, bool) {
	begins := bytes.Count(data, []byte("-----BEGIN "))
	var out []*pem.Block
	for {
		b, rest := pem.Decode(data)
		if b == nil {
			return out, len(out) == begins
		}
		out, data = append(out, b), rest
	}
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
