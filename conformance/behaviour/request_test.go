package behaviour

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALineOfTrafficIsReadByteForByte(t *testing.T) {
	lines, err := ParseTraffic(`
# a comment
POST https://A.example:8443/a%2Fb?c=d;e h2 sni=b.example [X-A: 1; X-B: "a; b]"] body="two words" → 200 backend=v1 header.x-a=1 path~/a.* location!=x
×100 GET http://a.example → 503 backend=v1:70±15,v2:30±15
eventually GET "http://a.example/a\x00 b" -> refused`, 7)
	require.NoError(t, err)
	require.Len(t, lines, 3)
	require.Equal(t, []int{9, 10, 11}, []int{lines[0].Number, lines[1].Number, lines[2].Number})

	require.Equal(t, Request{
		Method: "POST", TLS: true, Host: "A.example:8443", Port: 8443, Target: "/a%2Fb?c=d;e", HTTP2: true, SNI: "b.example",
		Headers: []Header{{"X-A", "1"}, {"X-B", "a; b]"}}, Body: "two words",
	}, lines[0].Request)
	require.Equal(t, "200", lines[0].Outcome)
	require.Len(t, lines[0].Wants, 4)

	require.Equal(t, 100, lines[1].Count)
	require.Equal(t, "/", lines[1].Request.Target)
	require.Equal(t, []Share{{"v1", 70, 15}, {"v2", 30, 15}}, lines[1].Wants[0].Shares)

	require.True(t, lines[2].Eventually)
	require.Equal(t, "/a\x00 b", lines[2].Request.Target)
	require.Equal(t, Refused, lines[2].Outcome)
}

func TestAMistakeInTrafficIsToldWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"GET http://a.example/ 200":                          "3: a line of traffic is",
		"GET http://a.example/ → yes":                        `3: "yes" is not an outcome`,
		"GET a.example → 200":                                "3: \"a.example\" is not a URL",
		"http://a.example → 200":                             "3: a request is",
		"GET http://a.example/ [X → 200":                     "3: a bracket is not closed",
		"GET http://a.example/ [X] → 200":                    "3: \"X\" is not a header",
		"GET http://a.example/ body=\"x → 200":               "3: a quotation mark is not closed",
		"GET http://a.example/ quickly → 200":                "3: \"quickly\" is not an option",
		"GET http://a.example/ → 200 color=red":              "3: nothing is called \"color\"",
		"GET http://a.example/ → 200 backend":                "3: \"backend\" is not an expectation",
		"GET http://a.example/ → 200 path~(":                 "3: error parsing regexp",
		"GET http://a.example/ → 200 backend=v1:many±2":      "3: a share is",
		"GET http://a.example:http/ → 200":                   "3: \"http://a.example:http/\" has no port",
		"GET http://a.example/ tls=1.4 → 200":                "3: \"tls=1.4\" is not an option",
		"GET http://a.example/ → 700":                        `3: "700" is not an outcome`,
		"GET http://a.example/ → 200 header.=1":              "3: nothing is called \"header.\"",
		"×0 GET http://a.example/ → 200":                     "3: \"GET\" is not a URL",
		"GET http://a.example/ [A: 1] [B: \"2] → 200 path=/": "3: a quotation mark is not closed",
	} {
		_, err := ParseTraffic(text, 3)
		require.ErrorContains(t, err, want, text)
	}
}

func TestALineIsJudgedByEachOfItsExpectations(t *testing.T) {
	seen := &Seen{Backend: "v1", Path: "/x", Headers: map[string][]string{"x-a": {"1", "2"}}}
	result := &Result{Outcome: "200", Seen: seen, Headers: map[string][]string{"server": {"s"}}, Body: "text", Tries: []string{"v1", "v2"}}
	for text, wrong := range map[string]int{
		"200":                         0,
		"200 backend=v1 path=/x":      0,
		"200 header.x-a=1,2":          0,
		"200 header.x-b=<absent>":     0,
		"200 header.X-A~1.*":          0,
		"200 response.server!=t":      0,
		"200 tries=2 body=text":       0,
		"200 cert=<absent>":           0,
		"404":                         1,
		"200 backend=v2 path=/y":      2,
		"200 header.x-b~.*":           1,
		"200 backend!=v1 tries=1":     2,
		"200 body~ex location=/there": 2,
	} {
		lines, err := ParseTraffic("GET http://a.example/ → "+text, 1)
		require.NoError(t, err)
		require.Len(t, lines[0].judge(result), wrong, text)
	}
}

func TestSharesAndSamenessAreJudgedOverAllAnswers(t *testing.T) {
	var results []*Result
	for i := range 10 {
		name := "v1"
		if i < 3 {
			name = "v2"
		}
		results = append(results, &Result{Outcome: "200", Seen: &Seen{Backend: name}})
	}
	for text, wrong := range map[string]int{
		"backend=v1:7±0,v2:3±0": 0,
		"backend=v1:5±2,v2:5±2": 0,
		"backend=v1:5±1,v2:5±2": 1,
		"backend=v1:7±0":        1,
		"backend=<same>":        1,
		"path=<same>":           0,
	} {
		lines, err := ParseTraffic("×10 GET http://a.example/ → 200 "+text, 1)
		require.NoError(t, err)
		require.Len(t, lines[0].judgeAll(results), wrong, text)
	}
}
