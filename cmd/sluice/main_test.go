package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
)

const (
	good = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{port: 3000}]
endpoints: [{addresses: [127.0.0.1]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
`
	warned = good + "---\n" + `
apiVersion: v1
kind: Pod
metadata: {name: other}
`
	wrong = `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: missing, port: {number: 80}}}}
`
)

// directory makes a directory with one file.
func directory(t *testing.T, text string) string {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "all.yaml"), []byte(text), 0o600))
	return dir
}

// sluice runs a command line and returns what it printed and its exit code.
func sluice(ctx context.Context, args ...string) (out, errOut string, code int) {
	var stdout, stderr bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(&stderr, "sluice:", err)
		code = exitCode(err)
	}
	return stdout.String(), stderr.String(), code
}

func TestCheckExitsWithOneOnlyForErrors(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		code int
		want string
	}{
		"good":    {good, 0, "no problems"},
		"warning": {warned, 0, "warning"},
		"error":   {wrong, 1, "Service default/missing does not exist"},
		"syntax":  {"a: [", 1, "did not find expected"},
		"empty":   {"", 0, "no problems"},
	} {
		dir := directory(t, c.text)
		for _, command := range [][]string{{"check", dir}, {"run", "--once", dir}} {
			out, errOut, code := sluice(t.Context(), command...)
			require.Equal(t, c.code, code, "%s: %s%s", name, out, errOut)
			require.Contains(t, out, c.want, name)
		}
	}
}

func TestCheckPrintsEveryPartOfAProblem(t *testing.T) {
	dir := directory(t, wrong)
	out, errOut, _ := sluice(t.Context(), "check", dir)
	for _, want := range []string{
		"error", filepath.Join(dir, "all.yaml") + ":2", "Ingress default/web", "BackendNotFound",
		"spec.defaultBackend.service", "Service default/missing does not exist; create it, or correct the name",
	} {
		require.Contains(t, out, want)
	}
	require.Equal(t, "sluice: 1 error\n", errOut)

	out, _, code := sluice(t.Context(), "check", "-o", "json", dir)
	require.Equal(t, 1, code)
	var parsed struct {
		Errors, Warnings int
		Problems         []struct{ Severity, Object, Field, Reason, Message, Remedy, File string }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &parsed))
	require.Equal(t, 1, parsed.Errors)
	require.Len(t, parsed.Problems, 1)
	require.Equal(t, "Ingress default/web", parsed.Problems[0].Object)
	require.Equal(t, "create it, or correct the name", parsed.Problems[0].Remedy)

	out, _, code = sluice(t.Context(), "check", "--output=json", directory(t, good))
	require.Zero(t, code)
	require.JSONEq(t, `{"errors": 0, "warnings": 0, "problems": []}`, out)
}

func TestWhatCannotWorkExitsWithTwo(t *testing.T) {
	dir := directory(t, good)
	for want, args := range map[string][]string{
		"give one directory: sluice check DIR":       {"check"},
		"give one directory: sluice run DIR":         {"run", dir, dir},
		"no such file or directory":                  {"check", dir + "/missing"},
		"not a directory":                            {"check", dir + "/all.yaml"},
		`unknown output "yaml": use table or json`:   {"check", "-o", "yaml", dir},
		`unknown log level "loud"`:                   {"run", "--log-level", "loud", dir},
		`unknown log format "xml"`:                   {"run", "--log-format", "xml", dir},
		"unknown flag: --nothing":                    {"run", "--nothing", dir},
		`unknown command "serve"`:                    {"serve", dir},
		`bind address "everywhere"`:                  {"run", "--bind-address", "everywhere", dir},
		"the concurrency is -1":                      {"run", "--concurrency", "-1", dir},
		"the drain time is -1s":                      {"run", "--drain-time", "-1s", dir},
		"cannot run Envoy":                           {"run", "--envoy", "/does/not/exist", dir},
		"cannot listen on the admin address":         {"run", "--envoy", proxytest.Envoy(t).Path, "--admin-address", "nowhere", dir},
		"read the directory " + dir + "/missing: no": {"run", "--envoy", proxytest.Envoy(t).Path, "--admin-address", "127.0.0.1:0", dir + "/missing"},
	} {
		out, errOut, code := sluice(t.Context(), args...)
		require.Equal(t, 2, code, "%v", args)
		require.Empty(t, out)
		require.Contains(t, errOut, want)
	}
}

func TestVersionSaysWhatItIs(t *testing.T) {
	out, _, code := sluice(t.Context(), "version")
	require.Zero(t, code)
	require.Regexp(t, `^sluice \S+ \(go1\.\S+, for Envoy 1\.40\.\d+\)\n$`, out)
	again, _, _ := sluice(t.Context(), "--version")
	require.Equal(t, out, again)
}

func TestHelpNamesEveryFlagOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/standalone.md")
	require.NoError(t, err)
	out, _, code := sluice(t.Context(), "run", "--help")
	require.Zero(t, code)
	for line := range strings.Lines(out) {
		if flag := strings.Fields(line); len(flag) > 0 && strings.HasPrefix(flag[0], "--") {
			require.Contains(t, string(page), "`"+flag[0]+"`")
		}
	}
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `--") {
			require.Contains(t, out, strings.Split(line, "`")[1])
		}
	}
}

func TestRunTellsWhatHappens(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		port := freePort(t)
		dir := directory(t, gatewayOn(port)+good)
		lines := follow(t, format, dir)
		lines.until(t, fmt.Sprintf("ready: serving %s on http://127.0.0.1:%d; admin on http://127.0.0.1:", dir, port))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "wrong.yaml"), []byte(strings.Replace(wrong, "name: web", "name: wrong", 1)), 0o600))
		const problem = "Ingress default/wrong: spec.defaultBackend.service: Service default/missing does not exist"
		lines.until(t, problem+"; create it, or correct the name ("+dir+"/wrong.yaml:2)")
		require.NoError(t, os.Remove(filepath.Join(dir, "wrong.yaml")))
		lines.until(t, "solved: "+problem+" ("+dir+"/wrong.yaml:2)")
		require.Zero(t, lines.end())
		text := lines.String()
		require.NotContains(t, text, "defect")
		require.Equal(t, 1, strings.Count(text, "solved: "+problem))
		if format == "json" {
			for line := range strings.Lines(text) {
				require.True(t, json.Valid([]byte(line)), line)
			}
			require.Contains(t, text, `"reason":"BackendNotFound"`)
		}
	}
}

func gatewayOn(port int) string {
	return fmt.Sprintf(`
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: main}
spec: {gatewayClassName: sluice, listeners: [{name: http, port: %d, protocol: HTTP}]}
---
`, port)
}

// output is what a running gateway prints.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	end  func() int
}

// follow runs a gateway until end, which returns its exit code.
func follow(t *testing.T, format, dir string) *output {
	o := &output{}
	root := newRoot()
	root.SetArgs([]string{
		"run", "--log-format", format, "--envoy", proxytest.Envoy(t).Path, "--concurrency", "1",
		"--admin-address", fmt.Sprintf("127.0.0.1:%d", freePort(t)), dir,
	})
	root.SetOut(io.Discard)
	root.SetErr(o)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	code, done := 0, make(chan struct{})
	go func() {
		defer close(done)
		if err := root.ExecuteContext(ctx); err != nil {
			code = exitCode(err)
		}
	}()
	o.end = func() int {
		stop()
		<-done
		return code
	}
	t.Cleanup(func() { o.end() })
	return o
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) until(t *testing.T, words string) {
	require.Eventually(t, func() bool { return strings.Contains(o.String(), words) }, 20*time.Second, 5*time.Millisecond, "%s\n%s", words, o)
}

func freePort(t *testing.T) int {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	tcp, ok := l.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return tcp.Port
}

func TestLinesForPeopleAreWhole(t *testing.T) {
	writer := &whole{t: t}
	_, log, err := newPrinter(writer, "text", "info")
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		other := log.With(slog.Int("worker", i))
		wg.Go(func() {
			for range 100 {
				other.Info("a line")
			}
		})
	}
	wg.Wait()
	require.Equal(t, 800, writer.lines)
}

// whole wants each write to be a line, and one at a time; the race detector
// would tell of others.
type whole struct {
	t     *testing.T
	lines int
}

func (w *whole) Write(p []byte) (int, error) {
	require.Regexp(w.t, `^\d\d:\d\d:\d\d\.\d\d\d a line worker=\d\n$`, string(p))
	w.lines++
	return len(p), nil
}
