package discovery

import (
	"crypto/md5" //nolint:gosec // a name, not a secret: the rule is Gloo's
	"encoding/hex"
	"strconv"
	"strings"
)

// maxName is the longest generated name: a DNS label's length.
const maxName = 63

// Name returns the name of the upstream discovered from a Service port:
// "<namespace>-<service>-<port>", as Gloo names it. Characters that a
// Kubernetes name may not have become dashes or are dropped; what is longer
// than 63 characters is cut to 31, a dash and 31 digits of its MD5, so that it
// stays unique. Two Services may have one name ("a-b"/"c" and "a"/"b-c").
func Name(namespace, service string, port int32) string {
	full := namespace + "-" + service + "-" + strconv.Itoa(int(port))
	name := strings.NewReplacer(
		"*", "-", "/", "-", ".", "-", ":", "-", "_", "-", " ", "-",
		"[", "", "]", "", "\n", "", `"`, "", "'", "",
	).Replace(full)
	if len(name) > maxName {
		sum := md5.Sum([]byte(name)) //nolint:gosec // see above
		name = name[:31] + "-" + hex.EncodeToString(sum[:])[:31]
	}
	return strings.ToLower(name)
}
