package proxy

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// logFormat makes Envoy write level, component and message (newlines escaped)
// with tabs between them. Time and source line are left to our own log.
const logFormat = "%l\t%n\t%_"

// maxLogLine bounds what is kept of a line; longer ones are cut.
const maxLogLine = 16 << 10

// tailLines is how many of the last lines an error about Envoy's death shows.
const tailLines = 5

// logWriter takes Envoy's standard error, passes it on to a logger line by line and
// keeps the last lines.
type logWriter struct {
	log *slog.Logger

	mu     sync.Mutex
	line   []byte
	tail   []string
	ending bool
}

// end makes warnings unimportant from now on: Envoy was told to end, and warns that it does.
func (w *logWriter) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ending = true
}

// Write implements io.Writer; it never fails.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for rest := p; len(rest) > 0; {
		part, after, ended := bytes.Cut(rest, []byte{'\n'})
		w.line = append(w.line, part[:min(len(part), maxLogLine-len(w.line))]...)
		if ended {
			w.emit(string(w.line))
			w.line = w.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

// last returns the last lines that Envoy wrote, the unfinished one included.
func (w *logWriter) last() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.tail
	if len(w.line) > 0 {
		lines = append(slices.Clip(lines), string(w.line))
	}
	return strings.Join(lines, "; ")
}

func (w *logWriter) emit(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	level, component, message := parseLogLine(line)
	if w.ending && level == slog.LevelWarn {
		level = slog.LevelDebug
	}
	if level >= slog.LevelWarn {
		w.tail = append(w.tail, message)
		w.tail = w.tail[max(0, len(w.tail)-tailLines):]
		if refuses(component, message) {
			level = slog.LevelDebug
		}
	}
	//nolint:sloglint // the message is Envoy's
	w.log.LogAttrs(context.Background(), level, message, slog.String("component", component))
}

// refuses reports whether Envoy speaks of configuration that it refuses. It
// tells the control plane, too, which says it better: with the object that is
// to blame, and once.
func refuses(component, message string) bool {
	return component == "config" || component == "upstream" && strings.Contains(message, " rejected: ")
}

// parseLogLine splits a line in logFormat. What has another form is from before
// logging began or from a crash, and counts as a warning.
func parseLogLine(line string) (level slog.Level, component, message string) {
	parts := strings.SplitN(line, "\t", 3)
	if len(parts) == 3 {
		if level, known := logLevel(parts[0]); known {
			return level, parts[1], parts[2]
		}
	}
	return slog.LevelWarn, "main", line
}

func logLevel(name string) (slog.Level, bool) {
	switch name {
	case "trace", "debug":
		return slog.LevelDebug, true
	case "info":
		return slog.LevelInfo, true
	case "warning":
		return slog.LevelWarn, true
	case "error", "critical":
		return slog.LevelError, true
	default:
		return 0, false
	}
}
