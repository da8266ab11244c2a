package proxy_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy"
)

// orphanVariable makes this test program a parent that leaves Envoy behind: it
// names the binary, the sockets and the file for Envoy's process number.
const orphanVariable = "SLUICE_TEST_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphanVariable) != "" {
		leaveOrphan(os.Args[1], os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// leaveOrphan runs Envoy and kills this process as soon as Envoy has started.
func leaveOrphan(binary, pidFile string) {
	dir, err := proxy.NewDir()
	if err != nil {
		panic(err)
	}
	p, err := proxy.New(proxy.Config{
		Binary: proxy.Binary{Path: binary},
		Dir:    dir,
		OnStatus: func(status proxy.Status) {
			err := os.WriteFile(pidFile, []byte(strconv.Itoa(status.PID)), 0o600)
			if err = errors.Join(err, dir.Remove(), syscall.Kill(os.Getpid(), syscall.SIGKILL)); err != nil {
				panic(err)
			}
		},
	})
	if err == nil {
		err = p.Run(context.Background())
	}
	panic(err)
}

// runOrphan runs leaveOrphan in another process and returns the number of its Envoy.
func runOrphan(t *testing.T, binary proxy.Binary, pidFile string) int {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), self, binary.Path, pidFile)
	cmd.Env = append(os.Environ(), orphanVariable+"=1")
	var ended *exec.ExitError
	require.ErrorAs(t, cmd.Run(), &ended)
	require.Equal(t, -1, ended.ExitCode(), "ended by a signal")
	content, err := os.ReadFile(pidFile)
	require.NoError(t, err)
	pid, err := strconv.Atoi(string(content))
	require.NoError(t, err)
	require.Positive(t, pid)
	return pid
}
