// Program generate writes everything that is made from the Go types in api:
//
//	api/v1 ──controller-gen──→ api/v1/zz_generated.deepcopy.go
//	                       └─→ manifests/crds/sluice.dev_*.yaml ──copied──→ gateway.solo.io_*.yaml, gloo.solo.io_*.yaml
//	module sigs.k8s.io/gateway-api ──copied──→ manifests/crds/gateway-api/*.yaml (standard channel)
//
// It is run by `go generate ./api/...`.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	root := flag.String("root", "..", "root of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	crds := filepath.Join(root, "manifests", "crds")
	if err := removeYAML(crds); err != nil {
		return err
	}
	if err := controllerGen(root); err != nil {
		return err
	}
	if err := copyGroups(crds); err != nil {
		return err
	}
	if err := validateAll(crds); err != nil {
		return err
	}
	return copyGatewayAPI(root, filepath.Join(crds, "gateway-api"))
}

// removeYAML removes what an earlier run wrote, so that a kind that is gone from the
// types is gone from the manifests.
func removeYAML(crds string) error {
	old, err := filepath.Glob(filepath.Join(crds, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
}

// controllerGen runs the pinned controller-gen in the root module.
func controllerGen(root string) error {
	binary, err := output(".", "go", "tool", "-n", "controller-gen")
	if err != nil {
		return err
	}
	_, err = output(root, binary,
		"object",
		// Percentages may have a fraction, as they have in Gloo.
		"crd:allowDangerousTypes=true,maxDescLen=300",
		"paths=./api/...",
		"output:crd:dir=./manifests/crds")
	return err
}

func output(dir, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
