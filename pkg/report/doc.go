// Package report keeps the book of what is wrong: the problems of every object,
// with the file and line where the object is written, as `sluice check` and
// `sluice run` print them.
//
//	statuses ──────┐
//	file problems ─┼─→ Book ──→ Findings (sorted) ──→ a table, JSON, or log lines for what is new
//	locations ─────┘
package report
