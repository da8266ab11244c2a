package main

import (
	"errors"
	"runtime/debug"
	"strconv"

	"github.com/spf13/cobra"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "sluice",
		Short:         "A gateway for Ingress, Gateway API and VirtualServices, on Envoy",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newRun(), newCheck(), newVersion())
	return root
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.Println("sluice " + version())
			return nil
		},
	}
}

// version is the module's version as the Go toolchain recorded it, with the
// commit for builds from a checkout.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	return info.Main.Version
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
