package standalone

// firstFree is the lowest port that a process without privileges may bind.
const firstFree = 1024

// portOffset is added to ports below firstFree.
const portOffset = 8000

// BindPort returns the port that a Gateway's port is bound on: 80 becomes 8080
// and 443 becomes 8443, so that no privileges are needed.
func BindPort(port int32) int32 {
	if port < firstFree {
		return port + portOffset
	}
	return port
}
