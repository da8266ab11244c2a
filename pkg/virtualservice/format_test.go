package virtualservice

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFormatStrings(t *testing.T) {
	for value, want := range map[string]format{
		"plain":                  {literal: "plain", format: "plain"},
		"100%":                   {literal: "100%", format: "100%%"},
		"100%%":                  {literal: "100%", format: "100%%"},
		"%":                      {literal: "%", format: "%%"},
		"%%%":                    {literal: "%%", format: "%%%%"},
		"50% of 100%":            {literal: "50% of 100%", format: "50%% of 100%%"},
		"%PROTOCOL%":             {operators: true, format: "%PROTOCOL%"},
		"%REQ(X-Id)%":            {operators: true, format: "%REQ(X-Id)%"},
		"%REQ(:PATH?x-alt):32%":  {operators: true, format: "%REQ(:PATH?x-alt):32%"},
		"a%RESP(server)%b%%":     {operators: true, format: "a%RESP(server)%b%%", literal: "ab%"},
		"%ENVIRONMENT(HOME)%":    {literal: "%ENVIRONMENT(HOME)%", format: "%%ENVIRONMENT(HOME)%%", refused: []string{"%ENVIRONMENT(HOME)%"}},
		"%FILE_CONTENT(/etc/x)%": {literal: "%FILE_CONTENT(/etc/x)%", format: "%%FILE_CONTENT(/etc/x)%%", refused: []string{"%FILE_CONTENT(/etc/x)%"}},
		"%NOT_AN_OPERATOR%":      {literal: "%NOT_AN_OPERATOR%", format: "%%NOT_AN_OPERATOR%%", refused: []string{"%NOT_AN_OPERATOR%"}},
		"%REQ%":                  {literal: "%REQ%", format: "%%REQ%%", refused: []string{"%REQ%"}},
		"%REQ()%":                {literal: "%REQ()%", format: "%%REQ()%%", refused: []string{"%REQ()%"}},
		"%REQ(a b)%":             {literal: "%REQ(a b)%", format: "%%REQ(a b)%%", refused: []string{"%REQ(a b)%"}},
		"%PROTOCOL(x)%":          {literal: "%PROTOCOL(x)%", format: "%%PROTOCOL(x)%%", refused: []string{"%PROTOCOL(x)%"}},
		"%REQ(x):y%":             {literal: "%REQ(x):y%", format: "%%REQ(x):y%%"},
		"%PROTOCOL:3%":           {literal: "%PROTOCOL:3%", format: "%%PROTOCOL:3%%", refused: []string{"%PROTOCOL:3%"}},
		"%REQ(x":                 {literal: "%REQ(x", format: "%%REQ(x"},
		"%e4%20":                 {literal: "%e4%20", format: "%%e4%%20"},
		"%START_TIME(%Y)%":       {literal: "%START_TIME(%Y)%", format: "%%START_TIME(%%Y)%%", refused: []string{"%START_TIME(%Y)%"}},
	} {
		t.Run(value, func(t *testing.T) {
			got := parseFormat(value)
			require.Equal(t, want, got)
		})
	}
}

func TestLiteralPrefixOfABrokenRegex(t *testing.T) {
	for source, want := range map[string]string{
		`/a(b`: "/a", `/api/[a`: "/api/", `^/x(`: "/x", `/a/b`: "/a/b", `(`: "", `/ab*(`: "/a", `/ab?(`: "/a", `/ab+(`: "/ab",
		`/ab{2`: "/a", `/a|/b(`: "", `/x(a|b`: "/x", `/a\.b(`: "/a.b", `/a\d(`: "/a", `/a.b(`: "/a", `*`: "",
	} {
		require.Equal(t, want, literalPrefix(source), source)
	}
}
