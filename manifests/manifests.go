// Package manifests holds what is installed on a cluster.
//
// The files in crds are generated: `go generate ./api/...` writes our own
// CustomResourceDefinitions from the types in api/v1, once for each group that
// serves them, and copies those of the Gateway API's standard channel (Apache
// License 2.0, https://gateway-api.sigs.k8s.io) from its Go module into
// crds/gateway-api.
package manifests

import "embed"

// CRDs holds the CustomResourceDefinitions, one per file:
// crds/<group>_<plural>.yaml for ours and crds/gateway-api/*.yaml for those of
// the Gateway API.
//
//go:embed crds/*.yaml crds/gateway-api/*.yaml
var CRDs embed.FS
