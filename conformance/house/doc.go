// Package house holds the rules of the house that no linter knows: of pages,
// links, packages and dependencies. Its tests read this repository.
//
//	go test ./conformance/house
package house
