package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// validateAll asks an API server's own validation about every definition that
// was written: it refuses schemas that are not structural and rules that might
// cost too much.
func validateAll(crds string) error {
	files, err := filepath.Glob(filepath.Join(crds, "*.yaml"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := validate(text); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	return nil
}

func validate(text []byte) error {
	written := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(text, written); err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	install.Install(scheme)
	scheme.Default(written)
	crd := &apiextensions.CustomResourceDefinition{}
	if err := scheme.Convert(written, crd, nil); err != nil {
		return err
	}
	return validation.ValidateCustomResourceDefinition(context.Background(), crd).ToAggregate()
}
