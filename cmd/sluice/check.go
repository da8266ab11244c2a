package main

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// The forms in which problems are printed.
const (
	outputTable = "table"
	outputJSON  = "json"
)

func newCheck() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Print every problem of a directory",
		Long: `Check loads DIR as "sluice run" would, without Envoy, and prints every problem
with object, field, reason and remedy. It exits with 1 if any is an error.`,
		Args: oneDirectory,
		RunE: func(cmd *cobra.Command, args []string) error {
			if output != outputTable && output != outputJSON {
				return fmt.Errorf("unknown output %q: use table or json", output)
			}
			log := slog.New(slog.DiscardHandler)
			findings, err := standalone.Check(cmd.Context(), standalone.Config{Dir: args[0], Log: log})
			if err != nil {
				return err
			}
			return printFindings(cmd.OutOrStdout(), output, findings)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", outputTable, "how to print problems: table or json")
	return cmd
}

// printFindings prints in the chosen form and returns an error if any finding
// is one.
func printFindings(w io.Writer, output string, findings []report.Finding) error {
	write := report.WriteTable
	if output == outputJSON {
		write = report.WriteJSON
	}
	err := write(w, findings)
	if err != nil {
		return err
	}
	errors := 0
	for _, f := range findings {
		if f.Severity == ir.Error {
			errors++
		}
	}
	if errors > 0 {
		return &problemsError{errors}
	}
	if output == outputTable && len(findings) == 0 {
		_, err = fmt.Fprintln(w, "no problems")
	}
	return err
}
