// Package table is a spreadsheet for programs: tables of immutable rows, some
// written from outside, the others functions of tables above them. A commit
// computes again only what a change reaches, and says what came of it.
//
//	  Set, Delete            f(k, row)           members(k, row)         f(k, row)
//	┌─────────────┐       ┌─────────────┐       ┌───────────────┐     ┌─────────────┐
//	│ Source      │──────►│ Derive      │──────►│ Group         │────►│ Derive      │
//	│ routes      │       │ rules       │       │ rules by host │     │ hosts       │──► Changes
//	└─────────────┘       └──────┬──────┘       └───────────────┘     └─────────────┘
//	┌─────────────┐              │
//	│ Source      │◄── Read ─────┘       ──► the next table's rows are made of these rows
//	│ services    │                      Read: and of whatever rows f asked for
//	└─────────────┘
//
// The example builds this graph, and is the place to start.
//
// # A commit
//
// Tables are built in an order in which each names only earlier ones, and a
// commit visits them in that order, once. A Source puts the writes that were
// staged. A table of Derive has dirty rows: those whose input row changed and,
// marked while earlier tables were visited, those that read a row that changed.
// It computes them, notes what they read this time, and puts the results. Group
// and Count fold the changed rows of their input into the groups concerned.
//
// To put a row that equals the one before is the end of that path: nothing is
// changed, nobody is marked. That is the early cutoff, and the reason to give
// every table an equal function and to Read the narrowest row that will do.
//
// So a commit costs what changed and what read it, not what the tables hold.
// Changes are kept until the next commit; an empty one costs next to nothing
// and lets them go.
//
// # Rules
//
//   - One goroutine owns a graph. Only the functions given to Derive run on
//     several, and only inside Commit.
//   - Rows are immutable, also the slices of Group: who wants to sort or filter
//     one copies it.
//   - A function given to Derive, Group or Count depends on its arguments and on
//     what it Reads, on nothing else: no clock, no Table.Get, no captured state.
//   - The same edits give the same rows and the same Changes in the same order,
//     on any number of cores.
//
// # Reading the code
//
// table.go holds tables and rows, and put, through which every value goes.
// read.go holds the edges between rows. graph.go walks the tables. Then come the
// kinds of table: source.go, derive.go, and group.go on top of collect.go.
package table
