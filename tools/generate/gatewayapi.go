package main

import (
	"bytes"
	"os"
	"path/filepath"
)

// copyGatewayAPI copies the standard channel's CustomResourceDefinitions from
// the module that the root module requires, so that the types we compile with
// and the definitions we install are of one version.
func copyGatewayAPI(root, to string) error {
	module, err := output(root, "go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/gateway-api")
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(module, "config", "crd", "standard", "*.yaml"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := removeYAML(to); err != nil {
		return err
	}
	for _, file := range files {
		if err := copyCRD(file, to); err != nil {
			return err
		}
	}
	return nil
}

// copyCRD copies a file that holds a CustomResourceDefinition; the folder holds
// an admission policy too, which is not part of the API.
func copyCRD(file, to string) error {
	text, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(text, []byte("\nkind: CustomResourceDefinition\n")) {
		return err
	}
	return os.WriteFile(filepath.Join(to, filepath.Base(file)), text, 0o644)
}
