package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sluice-gateway/sluice/pkg/proxy"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "sluice",
		Short:         "A gateway for Ingress, Gateway API and VirtualServices, on Envoy",
		SilenceUsage:  true,
		SilenceErrors: true,
		Version:       version(),
	}
	root.SetVersionTemplate(versionText)
	root.AddCommand(newRun(), newCheck(), newVersion())
	return root
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "sluice "+version())
			return err
		},
	}
}

// versionText is what --version prints: the same as the command.
const versionText = "sluice {{.Version}}\n"

// version is the module's version as the Go toolchain recorded it, which names
// the commit of a build from a checkout, and what it was built with and for.
func version() string {
	name := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		name = info.Main.Version
	}
	return fmt.Sprintf("%s (%s, for Envoy %v)", name, runtime.Version(), proxy.Tested())
}

// oneDirectory wants one argument.
func oneDirectory(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("give one directory: %s", cmd.UseLine())
	}
	return nil
}

// problemsError ends the program with status 1 after the problems were printed.
type problemsError struct{ errors int }

func (e *problemsError) Error() string {
	if e.errors == 1 {
		return "1 error"
	}
	return strconv.Itoa(e.errors) + " errors"
}

// exitCode is 1 for problems in what was checked and 2 for everything that kept
// the program from working.
func exitCode(err error) int {
	if _, ok := errors.AsType[*problemsError](err); ok {
		return 1
	}
	return 2
}
