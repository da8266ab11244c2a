package virtualservice

import (
	"regexp"
	"strings"
)

// literalPrefix returns the text that every path begins with that a regular
// expression might have been meant to match, for one that does not parse. It
// errs on the short side.
//
// Requests for such paths are answered with 500 and not left to the routes that
// follow, since those may lack what the broken route was written for.
func literalPrefix(source string) string {
	source = strings.TrimPrefix(source, "^")
	if alternatives(source) {
		return ""
	}
	var out []byte
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case strings.IndexByte("*?{", c) >= 0:
			return string(out[:max(0, len(out)-1)])
		case c == '\\' && i+1 < len(source) && isPunctuation(source[i+1]):
			i++
			out = append(out, source[i])
		case strings.IndexByte(`\.+()[]}^$`, c) >= 0:
			return string(out)
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// alternatives reports whether a "|" stands outside of brackets.
func alternatives(source string) bool {
	depth := 0
	for _, c := range source {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case '|':
			if depth <= 0 {
				return true
			}
		}
	}
	return false
}

func isPunctuation(c byte) bool {
	return strings.IndexByte(`!"#$%&'()*+,-./:;<=>?@[\]^_{|}~`+"`", c) >= 0
}

// regexWithin reports whether all that a regular expression matches begins with
// prefix.
func regexWithin(source, prefix string) bool {
	re, err := regexp.Compile(strings.TrimPrefix(source, "^"))
	if err != nil {
		return strings.HasPrefix(literalPrefix(source), prefix)
	}
	literal, _ := re.LiteralPrefix()
	return strings.HasPrefix(literal, prefix)
}
