package proxy

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLogLinesKeepLevelAndComponent(t *testing.T) {
	tests := map[string]struct {
		line      string
		level     slog.Level
		component string
		message   string
	}{
		"info":             {"info\tmain\tstarting", slog.LevelInfo, "main", "starting"},
		"trace is debug":   {"trace\thttp\tx", slog.LevelDebug, "http", "x"},
		"warning":          {"warning\tconfig\ta\tb", slog.LevelWarn, "config", "a\tb"},
		"critical":         {"critical\tmain\tno", slog.LevelError, "main", "no"},
		"no form":          {"PARSE ERROR: bad", slog.LevelWarn, "main", "PARSE ERROR: bad"},
		"unknown level":    {"loud\tmain\tx", slog.LevelWarn, "main", "loud\tmain\tx"},
		"two parts only":   {"info\tmain", slog.LevelWarn, "main", "info\tmain"},
		"empty components": {"error\t\t", slog.LevelError, "", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			level, component, message := parseLogLine(test.line)
			require.Equal(t, test.level, level)
			require.Equal(t, test.component, component)
			require.Equal(t, test.message, message)
		})
	}
}

func TestLogWriterJoinsPartsOfLines(t *testing.T) {
	var out bytes.Buffer
	w := &logWriter{log: slog.New(slog.NewTextHandler(&out, nil))}
	for _, part := range []string{"info\tma", "in\tone\nwarn", "ing\tmain\ttwo\n\nerror\tmain\tthree"} {
		n, err := w.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, 2, strings.Count(out.String(), "\n"))
	require.Contains(t, out.String(), "level=INFO msg=one component=main")
	require.Contains(t, out.String(), "level=WARN msg=two component=main")
	require.Equal(t, "two; error\tmain\tthree", w.last(), "warnings and the unfinished line")
}

func TestLogWriterBoundsWhatItKeeps(t *testing.T) {
	var out bytes.Buffer
	w := &logWriter{log: slog.New(slog.NewTextHandler(&out, nil))}
	for range 1000 {
		_, err := w.Write(bytes.Repeat([]byte("x"), 100))
		require.NoError(t, err)
	}
	_, err := w.Write([]byte("\n"))
	require.NoError(t, err)
	require.Len(t, w.last(), maxLogLine)
	for range 20 {
		_, err := w.Write([]byte("error\tmain\tlast\n"))
		require.NoError(t, err)
	}
	require.Equal(t, "last"+strings.Repeat("; last", tailLines-1), w.last())
}

func TestWhatEnvoyRefusesIsLeftToTheControlPlaneToSay(t *testing.T) {
	var out bytes.Buffer
	w := &logWriter{log: slog.New(slog.NewTextHandler(&out, nil))}
	_, err := w.Write([]byte("warning\tconfig\tdelta config for x rejected: no\nwarning\tupstream\tlds: listener 'l' config rejected: no\n"))
	require.NoError(t, err)
	require.Empty(t, out.String())
	require.Contains(t, w.last(), "delta config for x rejected", "should Envoy die of it, it is the reason")
	_, err = w.Write([]byte("warning\tupstream\tsomething else\n"))
	require.NoError(t, err)
	require.Contains(t, out.String(), "something else")
}
