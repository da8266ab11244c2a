package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is a running process, as /proc shows it.
type process int

// cpu is the time that the process has spent on a CPU: the sum over its
// threads, in nanoseconds (/proc/PID/task/*/schedstat).
func (p process) cpu() time.Duration {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", p))
	var sum time.Duration
	for _, task := range tasks {
		sum += schedstat(task)
	}
	return sum
}

// mainCPU is the share of the first thread: Envoy's main thread, which takes in
// configuration and serves no requests.
func (p process) mainCPU() time.Duration { return schedstat(fmt.Sprintf("/proc/%d/task/%d", p, p)) }

func schedstat(task string) time.Duration {
	text, err := os.ReadFile(filepath.Join(task, "schedstat"))
	if err != nil {
		return 0 // the thread has ended
	}
	ns, _ := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
	return time.Duration(ns)
}

// memory is a process's memory in bytes.
type memory struct{ rss, peak int64 }

func (p process) memory() memory {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p))
	if err != nil {
		return memory{}
	}
	value := func(name string) int64 {
		_, rest, _ := strings.Cut(string(text), name+":")
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			return 0
		}
		kib, _ := strconv.ParseInt(fields[0], 10, 64)
		return kib << 10
	}
	return memory{rss: value("VmRSS"), peak: value("VmHWM")}
}

// child returns the only child process.
func (p process) child() (process, bool) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (name) state ppid …
		_, rest, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(rest)
		if len(fields) > 1 && fields[1] == strconv.Itoa(int(p)) {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			return process(pid), err == nil
		}
	}
	return 0, false
}
