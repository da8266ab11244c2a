package discovery

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNameIsGloos(t *testing.T) {
	for _, c := range []struct {
		namespace, service string
		port               int32
		want               string
	}{
		{"default", "petstore", 8080, "default-petstore-8080"},
		{"a", "B.c_d", 1, "a-b-c-d-1"},
		{"a", `x*y/z:w v[1]"'` + "\n", 80, "a-x-y-z-w-v1-80"},
		{"n", strings.Repeat("s", 58), 80, "n-" + strings.Repeat("s", 58) + "-80"},
		// 64 characters: 31, a dash, and 31 digits of `printf n-sss…-80 | md5sum`.
		{"n", strings.Repeat("s", 59), 80, "n-sssssssssssssssssssssssssssss-f8b9ff3e0b84c5fe26c40237677bba1"},
	} {
		require.Equal(t, c.want, Name(c.namespace, c.service, c.port))
	}
}

func TestNameIsAlwaysALabelAndAlwaysTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := "abcdefghijklmnopqrstuvwxyz0123456789-."
	word := func(n int) string {
		var b strings.Builder
		b.WriteByte('a')
		for range r.IntN(n) {
			b.WriteByte(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	label := regexp.MustCompile(`^[a-z0-9-]{1,63}$`)
	long := map[string]string{}
	for range 5000 {
		namespace, service, port := word(63), word(63), r.Int32N(65535)+1
		name := Name(namespace, service, port)
		require.Regexp(t, label, name)
		require.Equal(t, name, Name(namespace, service, port))
		if full := strings.ReplaceAll(namespace+"-"+service, ".", "-"); len(full) > 62 {
			require.Len(t, name, 63)
			before, seen := long[name]
			require.True(t, !seen || before == full, "two names in one: %s and %s", before, full)
			long[name] = full
		}
	}
	require.Greater(t, len(long), 1000)
}
