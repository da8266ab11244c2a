// Package fastcheck says of most valid objects quickly that they are valid.
//
//	structural schema ── Compile ──→ Checker ── Accepts(object) ──→ true: valid
//	                                                            └─→ false: ask the API machinery
//
// The validators of the API machinery take half a millisecond for an ordinary
// HTTPRoute, which is a minute for a hundred thousand of them. A Checker takes
// a hundredth of that: patterns are compiled once, and CEL rules become Go
// closures over decoded JSON. It never accepts what those validators refuse;
// the tests hold the two against each other. Where a schema or a rule has
// something that it does not know, or an evaluation fails, it does not accept,
// and the caller has the full validators decide, who also say what is wrong.
//
// How to read it: checker.go walks an object along its schema, value.go checks
// one value, rule.go compiles CEL to closures, function.go holds CEL's functions.
package fastcheck
