package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// gateway is a running `sluice run` with its Envoy.
type gateway struct {
	cmd    *exec.Cmd
	admin  string
	envoy  process
	began  time.Time
	output *tail
}

// startGateway starts bin/sluice on a directory. Without a number of workers
// Envoy has one for each CPU.
func startGateway(binary, dir string, workers int) (*gateway, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	admin := "127.0.0.1:" + strconv.Itoa(port)
	g := &gateway{admin: "http://" + admin, began: time.Now(), output: &tail{}}
	g.cmd = exec.Command(binary, "run", "--admin-address", admin, "--drain-time", "1s", //nolint:gosec,noctx // ended by stop
		"--concurrency", strconv.Itoa(workers), "--log-level", "warn", dir)
	g.cmd.Stdout, g.cmd.Stderr = g.output, g.output
	endWithParent(g.cmd)
	if err := g.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start the gateway (run make build?): %w", err)
	}
	return g, nil
}

// tail keeps the end of what is written to it.
type tail struct{ text []byte }

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.text = append(t.text, b...)
	if len(t.text) > 8<<10 {
		t.text = t.text[len(t.text)-4<<10:]
	}
	return len(b), nil
}

// ready waits until Envoy has taken in the configuration.
func (g *gateway) ready(ctx context.Context) error {
	deadline := time.Now().Add(2 * patience)
	for time.Now().Before(deadline) {
		if body, err := fetch(ctx, g.admin+"/readyz"); err == nil && strings.HasPrefix(body, "ok") {
			child, ok := g.process().child()
			if !ok {
				return errors.New("the gateway has no Envoy")
			}
			g.envoy = child
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	g.stop()
	return fmt.Errorf("the gateway does not get ready: %s", g.output.text)
}

func (g *gateway) process() process { return process(g.cmd.Process.Pid) }

func (g *gateway) stop() {
	_ = g.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() {
		_ = g.cmd.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		_ = g.cmd.Process.Kill()
		<-done
	}
}

func fetch(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return string(body), err
}

// metrics are the sums of the gateway's own metrics over their labels.
func (g *gateway) metrics(ctx context.Context) (map[string]float64, error) {
	body, err := fetch(ctx, g.admin+"/metrics")
	if err != nil {
		return nil, err
	}
	out := map[string]float64{}
	lines := bufio.NewScanner(strings.NewReader(body))
	for lines.Scan() {
		line := lines.Text()
		at := strings.LastIndexByte(line, ' ')
		if at < 0 || strings.HasPrefix(line, "#") {
			continue
		}
		name, _, _ := strings.Cut(line[:at], "{")
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err == nil {
			out[name] += value
		}
	}
	return out, lines.Err()
}
