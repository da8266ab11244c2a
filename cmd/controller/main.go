// Command controller runs Sluice on a cluster. For now it links the pipeline and
// says that it cannot: sources and statuses of a cluster come next.
package main

import (
	"fmt"
	"os"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
)

func main() {
	_ = controlplane.New(controlplane.Config{})
	fmt.Fprintln(os.Stderr, "controller: running on a cluster is not done yet; use `sluice run DIR`")
	os.Exit(2)
}
