package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed minimal.yaml
var minimalConfig string

//go:embed edge.yaml
var edgeConfig string

// minimal is an Envoy with a configuration written by hand.
type minimal struct {
	cmd  *exec.Cmd
	port int
}

func startMinimal(envoy, dir, config string, upstream int) (*minimal, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("LISTEN", strconv.Itoa(port), "UPSTREAM", strconv.Itoa(upstream)).Replace(config)
	file := filepath.Join(dir, fmt.Sprintf("minimal-%d.yaml", port))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	m := &minimal{port: port}
	m.cmd = exec.Command(envoy, "--config-path", file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "error") //nolint:gosec,noctx // ended by stop
	endWithParent(m.cmd)
	if err := m.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := newClient(port).until(get("a.example", "/"), ok); err != nil {
		m.stop()
		return nil, err
	}
	return m, nil
}

func (m *minimal) stop() {
	_ = m.cmd.Process.Kill()
	_ = m.cmd.Wait()
}
