package virtualservice

import (
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// format is a header value, taken apart by the rules of Envoy's format strings:
// %NAME%, %NAME(argument)% and %NAME(argument):length% are operators, %% is a
// per cent sign.
type format struct {
	// operators is true where the value has operators that may be used.
	operators bool
	// format is the value with every other per cent sign doubled.
	format string
	// literal is the value without operators: what is to be sent.
	literal string
	// refused are what looks like operators, but may not be used: they are
	// unknown to Envoy, which would refuse the whole configuration, or show
	// what is not the client's or the backend's business.
	refused []string
}

func parseFormat(value string) format {
	out := format{}
	var formatted, literal strings.Builder
	for i := 0; i < len(value); {
		if value[i] != '%' {
			formatted.WriteByte(value[i])
			literal.WriteByte(value[i])
			i++
			continue
		}
		text, name, argument, isOperator := operatorAt(value[i:])
		switch {
		case isOperator && allowedOperator(text, name, argument):
			out.operators = true
			formatted.WriteString(text)
			i += len(text)
			continue
		case isOperator:
			out.refused = append(out.refused, text)
		case strings.HasPrefix(value[i:], "%%"):
			i++
		}
		formatted.WriteString("%%")
		literal.WriteByte('%')
		i++
	}
	out.format, out.literal = formatted.String(), literal.String()
	return out
}

// operatorAt reads an operator that s begins with.
func operatorAt(s string) (text, name, argument string, ok bool) {
	end := 1
	for end < len(s) && isOperatorRune(s[end]) {
		end++
	}
	name = s[1:end]
	rest := s[end:]
	if strings.HasPrefix(rest, "(") {
		argument, rest, ok = strings.Cut(rest, ")")
		if !ok {
			return "", "", "", false
		}
	}
	if length, after, found := strings.Cut(rest, "%"); found && isLength(length) && name != "" {
		return s[:len(s)-len(after)], name, argument, true
	}
	return "", "", "", false
}

// isLength reports whether s is the part of an operator that bounds its
// length: nothing, or a colon and digits.
func isLength(s string) bool {
	digits, ok := strings.CutPrefix(s, ":")
	if !ok {
		return s == ""
	}
	return digits != "" && len(digits) < 6 && strings.Trim(digits, "0123456789") == ""
}

func isOperatorRune(c byte) bool {
	return 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
}

// plainOperators take neither argument nor length.
func plainOperators() []string {
	return []string{
		"BYTES_RECEIVED", "CONNECTION_ID",
		"DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
		"DOWNSTREAM_LOCAL_ADDRESS", "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_LOCAL_PORT",
		"DOWNSTREAM_PEER_FINGERPRINT_256", "DOWNSTREAM_PEER_ISSUER", "DOWNSTREAM_PEER_SERIAL", "DOWNSTREAM_PEER_SUBJECT",
		"DOWNSTREAM_PEER_URI_SAN",
		"DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_REMOTE_PORT",
		"DOWNSTREAM_TLS_CIPHER", "DOWNSTREAM_TLS_SESSION_ID", "DOWNSTREAM_TLS_VERSION",
		"PROTOCOL", "REQUESTED_SERVER_NAME", "RESPONSE_CODE", "RESPONSE_CODE_DETAILS", "RESPONSE_FLAGS", "ROUTE_NAME",
		"START_TIME", "STREAM_ID", "UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS",
	}
}

// allowedOperator reports whether an operator may be used, with this argument,
// which begins with the opening parenthesis if there is one.
func allowedOperator(text, name, argument string) bool {
	switch name {
	case "REQ", "RESP":
		main, alternative, two := strings.Cut(strings.TrimPrefix(argument, "("), "?")
		return isHeader(main) && (!two || isHeader(alternative))
	default:
		return text == "%"+name+"%" && slices.Contains(plainOperators(), name)
	}
}

func isHeader(name string) bool {
	return ir.CheckHeaderName(strings.TrimPrefix(name, ":")) == ""
}
