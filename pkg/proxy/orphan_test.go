package proxy_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
)

// orphanVariable makes this test program a parent that leaves Envoy behind.
const orphanVariable = "SLUICE_TEST_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphanVariable) != "" {
		panic(leaveOrphan(os.Args[1], os.Args[2]))
	}
	os.Exit(m.Run())
}

func TestEnvoyEndsWhenItsParentIsKilled(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report")
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, proxytest.Envoy(t).Path, report)
	cmd.Env = append(os.Environ(), orphanVariable+"=1")
	var ended *exec.ExitError
	require.ErrorAs(t, cmd.Run(), &ended)
	require.Equal(t, -1, ended.ExitCode(), "ended by a signal: %s", ended.Stderr)

	content, err := os.ReadFile(report)
	require.NoError(t, err)
	var pid int
	var socket string
	_, err = fmt.Sscan(string(content), &pid, &socket)
	require.NoError(t, err)
	require.Positive(t, pid)
	require.Eventually(t, func() bool { return gone(pid) }, patience, 5*time.Millisecond)
	require.NoError(t, os.RemoveAll(filepath.Dir(socket)))
}

// leaveOrphan runs Envoy, waits until it answers, reports its process number and
// admin socket and then kills this process. It returns only if that fails.
func leaveOrphan(binary, report string) error {
	dir, err := proxy.NewDir()
	if err != nil {
		return err
	}
	p, err := proxy.New(proxy.Config{Binary: proxy.Binary{Path: binary}, Dir: dir})
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- p.Run(context.Background()) }()
	var waits *proxy.NotReadyError
	for !errors.As(p.Admin().Ready(context.Background()), &waits) {
		select {
		case err := <-ended:
			return fmt.Errorf("envoy ended: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	content := fmt.Sprintln(p.Status().PID, dir.AdminSocket())
	return errors.Join(os.WriteFile(report, []byte(content), 0o600), syscall.Kill(os.Getpid(), syscall.SIGKILL))
}
