// Command bench measures Sluice as a whole and writes what it finds to
// docs/benchmarks.md:
//
//	make bench                                  # everything
//	go run ./conformance/bench -only edit       # a part
//
//	world.go, shape.go    a directory of objects of a given size
//	control.go            the control plane in this process: time, allocations, heap
//	edit.go               file write → first right answer, with bin/sluice and Envoy
//	replay.go, ads.go     what Envoy alone needs for the same bytes
//	throughput.go         requests per second beside a minimal Envoy, in ABBA pairs
//	churn.go              100 edits per second while every answer is checked
//
// gateway.go and process.go start processes and look at them, load.go and
// upstream.go are the two ends of a request, report.go prints. It wants Linux:
// memory and CPU of processes come from /proc.
package main
