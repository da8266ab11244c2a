package virtualservice

import (
	"regexp"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func (p place) pathRewrite(o *v1.RouteOptions) *ir.PathRewrite {
	switch {
	case o.RegexRewrite != nil:
		return &ir.PathRewrite{Regex: p.at(".regexRewrite").substitution(o.RegexRewrite)}
	case orZero(o.PrefixRewrite) != "":
		p.checkPath(".prefixRewrite", *o.PrefixRewrite)
		return &ir.PathRewrite{Prefix: o.PrefixRewrite}
	default:
		return nil
	}
}

// checkPath notes a path that requests or redirects cannot have.
func (p place) checkPath(sub, path string) {
	if !strings.HasPrefix(path, "/") {
		p.invalid(sub, "the path "+strconv.Quote(path)+" does not begin with a slash", "begin it with a slash")
	}
	if message := ir.CheckHeaderValue(path); message != "" {
		p.invalid(sub, "the path has a control character", "remove it")
	}
}

func (p place) hostRewrite(o *v1.RouteOptions) *ir.HostRewrite {
	if orZero(o.AppendXForwardedHost) {
		p.ignore(".appendXForwardedHost")
	}
	switch {
	case orZero(o.HostRewrite) != "":
		if message := ir.CheckHeaderValue(*o.HostRewrite); message != "" {
			p.invalid(".hostRewrite", "the host has a control character", "remove it")
		}
		return &ir.HostRewrite{Literal: *o.HostRewrite}
	case orZero(o.AutoHostRewrite):
		return &ir.HostRewrite{Backend: true}
	case o.HostRewritePathRegex != nil:
		return &ir.HostRewrite{Path: p.at(".hostRewritePathRegex").substitution(o.HostRewritePathRegex)}
	case orZero(o.HostRewriteHeader) != "":
		name := strings.ToLower(*o.HostRewriteHeader)
		if message := ir.CheckHeaderName(name); message != "" {
			p.invalid(".hostRewriteHeader", message, "")
		}
		return &ir.HostRewrite{Header: name}
	default:
		return nil
	}
}

func (p place) substitution(r *v1.RegexMatchAndSubstitute) *ir.RegexRewrite {
	if r.Pattern == nil || r.Pattern.Regex == "" {
		p.invalid(".pattern.regex", "there is no regular expression", "write what is to be replaced")
		return &ir.RegexRewrite{}
	}
	if message := ir.CheckRegex(r.Pattern.Regex); message != "" {
		p.invalid(".pattern.regex", message, "correct the regular expression")
	} else if message := checkSubstitution(r.Pattern.Regex, r.Substitution); message != "" {
		p.invalid(".substitution", message, `"\1" to "\9" stand for groups, "\\" for a backslash`)
	}
	return &ir.RegexRewrite{Pattern: r.Pattern.Regex, Substitution: r.Substitution}
}

// checkSubstitution says what is wrong with a substitution in RE2's syntax, ""
// if nothing is. Envoy refuses the whole configuration for one that is wrong.
func checkSubstitution(pattern, substitution string) string {
	if ir.CheckHeaderValue(substitution) != "" {
		return "the substitution has a control character"
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return err.Error()
	}
	for i := 0; i < len(substitution); i++ {
		if substitution[i] != '\\' {
			continue
		}
		i++
		switch {
		case i == len(substitution):
			return "the substitution ends with a backslash"
		case substitution[i] == '\\':
		case substitution[i] < '0' || substitution[i] > '9':
			return "the substitution has a backslash before " + strconv.Quote(substitution[i:i+1])
		case int(substitution[i]-'0') > re.NumSubexp():
			return "the substitution refers to group " + substitution[i:i+1] + ", but the regular expression has " +
				strconv.Itoa(re.NumSubexp())
		}
	}
	return ""
}
