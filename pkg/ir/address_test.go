package ir

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckHostRefusesWhatIsNotABackend(t *testing.T) {
	for host, want := range map[string]string{
		"10.0.0.1": "", "192.168.1.1": "", "203.0.113.7": "", "fd00::1": "", "2001:db8::1": "",
		"pets.example": "", "pets.example.": "", "localhost.example": "", "metadata.example": "", "a.0xyz": "",
		"127.0.0.1": "loopback", "127.8.8.8": "loopback", "::1": "loopback", "::ffff:127.0.0.1": "loopback",
		"64:ff9b::7f00:1": "loopback",
		"169.254.169.254": "metadata", "::ffff:169.254.169.254": "metadata", "64:ff9b::a9fe:a9fe": "metadata",
		"fd00:ec2::254": "metadata", "fd20:ce::254": "metadata", "100.100.100.200": "metadata", "168.63.129.16": "metadata",
		"192.0.0.192": "metadata",
		"169.254.1.1": "link-local", "169.254.170.2": "link-local", "fe80::1": "link-local", "fe80::1%eth0": "link-local",
		"224.0.0.1": "multicast", "ff02::1": "multicast",
		"0.0.0.0": "not the address of a host", "0.1.2.3": "not the address of a host", "::": "not the address of a host",
		"255.255.255.255": "not the address of a host",
		"localhost":       "own host", "LOCALHOST.": "own host", "a.localhost": "own host",
		"localhost.localdomain": "own host", "localhost6.localdomain": "own host", "ip6-localhost": "own host",
		"metadata.google.internal": "metadata", "Metadata.Google.Internal.": "metadata", "instance-data": "metadata",
		"127.1": "neither", "2130706433": "neither", "0x7f.1": "neither", "0x7f000001": "neither", "0X7F000001": "neither",
		"0177.0.0.1": "neither", "": "not a DNS name", ".": "not a DNS name",
	} {
		got := CheckHost(host, false)
		if want == "" {
			require.Empty(t, got, host)
			continue
		}
		require.Contains(t, got, want, host)
	}
}

func TestCheckHostAllowsOnlyLoopbackInStandalone(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost", "pets.localhost"} {
		require.Empty(t, CheckHost(host, true), host)
	}
	for _, host := range []string{"169.254.169.254", "0.0.0.0", "fe80::1", "224.0.0.1", "127.1", "metadata.google.internal"} {
		require.NotEmpty(t, CheckHost(host, true), host)
	}
	require.NotEmpty(t, CheckAddress(netip.Addr{}, true))
}
