// Package tools pins the programs that generate code; it is a module of its
// own, so that what they need never reaches the product's go.mod.
//
//	make generate
//
// run at the root of the repository writes everything that is generated: see
// the program generate in this folder.
package tools
