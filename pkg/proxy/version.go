package proxy

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

// Version is a version of Envoy.
type Version struct{ Major, Minor, Patch int }

// Tested is the release of Envoy that this gateway is built and tested with.
// Another patch of its minor release is as good; a newer minor release is used
// with a warning, since Envoy removes fields only after several releases; an
// older one lacks extensions we configure and is refused.
func Tested() Version { return Version{Major: 1, Minor: 40} }

func (v Version) String() string {
	return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
}

// sameMinor reports whether both differ in the patch at most.
func (v Version) sameMinor(o Version) bool {
	return v.Major == o.Major && v.Minor == o.Minor
}

// olderMinor reports whether v belongs to an earlier minor release than o.
func (v Version) olderMinor(o Version) bool {
	if v.Major != o.Major {
		return v.Major < o.Major
	}
	return v.Minor < o.Minor
}

// versionPattern finds the version in `<hash>/1.40.0/Clean/RELEASE/BoringSSL`;
// development builds say 1.41.0-dev.
var versionPattern = regexp.MustCompile(`/(\d+)\.(\d+)\.(\d+)(?:-[a-z0-9.]+)?/`)

var errNoVersion = errors.New("does not say which version of Envoy it is")

// parseVersion reads the output of `envoy --version`.
func parseVersion(output string) (Version, error) {
	match := versionPattern.FindStringSubmatch(output)
	if match == nil {
		return Version{}, errNoVersion
	}
	var numbers [3]int
	for i := range numbers {
		n, err := strconv.Atoi(match[i+1])
		if err != nil {
			return Version{}, errNoVersion
		}
		numbers[i] = n
	}
	return Version{Major: numbers[0], Minor: numbers[1], Patch: numbers[2]}, nil
}
