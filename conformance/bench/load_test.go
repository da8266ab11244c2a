package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResponsesAreRead(t *testing.T) {
	cases := map[string]struct {
		text  string
		want  answer
		whole bool
	}{
		"whole":           {"HTTP/1.1 200 OK\r\nx-upstream: 12\r\ncontent-length: 2\r\n\r\nok", answer{200, 12}, true},
		"no upstream":     {"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", answer{404, -1}, true},
		"half a body":     {"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nok", answer{200, -1}, false},
		"half the header": {"HTTP/1.1 200 OK\r\ncontent-le", answer{}, false},
	}
	for name, c := range cases {
		got, whole, err := parse([]byte(c.text))
		require.NoError(t, err, name)
		require.Equal(t, c.whole, whole, name)
		require.Equal(t, c.want, got, name)
	}
	for _, bad := range []string{"nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"} {
		_, _, err := parse([]byte(bad))
		require.ErrorIs(t, err, errNoHTTP)
	}
}

func TestClientsAndUpstreamsUnderstandEachOther(t *testing.T) {
	u, err := newUpstream(3)
	require.NoError(t, err)
	defer u.close()
	c := newClient(u.port())
	defer c.close()
	for range 3 {
		a, err := c.send(get("a.example", "/"))
		require.NoError(t, err)
		require.Equal(t, answer{200, 3}, a)
	}
}
