package schema

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	kschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/schema/fastcheck"
)

// typedVersion is the version whose Go types are used. All versions of our
// CustomResourceDefinitions and of the Gateway API's have the same fields
// (conversion strategy None), so another version only changes its name.
const typedVersion = "v1"

type definition struct {
	apiextensionsv1.CustomResourceDefinition
}

func parseDefinition(crds fs.FS, path string) (*definition, error) {
	text, err := fs.ReadFile(crds, path)
	if err != nil {
		return nil, fmt.Errorf("read the CustomResourceDefinition: %w", err)
	}
	d := &definition{}
	if err := yaml.Unmarshal(text, &d.CustomResourceDefinition); err != nil {
		return nil, fmt.Errorf("parse the CustomResourceDefinition %s: %w", path, err)
	}
	return d, nil
}

// custom checks objects of one version of a CustomResourceDefinition.
type custom struct {
	structural *structural.Structural
	shape      *shape
	newObject  func() (KubeObject, error)
	apiVersion string // of the typed object
	// fast accepts most valid objects.
	fast func() *fastcheck.Checker
	// full is what an API server runs. It takes tens of milliseconds to compile.
	full func() (*fullCheck, error)
}

// fullCheck holds the validators that say exactly what is wrong.
type fullCheck struct {
	schema validation.SchemaValidator
	cel    *cel.Validator // nil if there are no rules
}

func (s *Schemas) compile(d *definition, gvk kschema.GroupVersionKind) (*kind, *ir.Problem) {
	version, bad := d.version(gvk)
	if bad != nil {
		return nil, bad
	}
	typed := kschema.GroupVersionKind{Group: gvk.Group, Version: typedVersion, Kind: gvk.Kind}
	if !s.scheme.Recognizes(typed) {
		return nil, s.unknown(gvk)
	}
	c, err := newCustom(version)
	if err != nil {
		bad := problem(ReasonUnknownKind, "kind", fmt.Sprintf("the schema of %s cannot be used: %v", gvk.Kind, err))
		return nil, &bad
	}
	c.apiVersion = typed.GroupVersion().String()
	c.shape = shapeOf(s.scheme.AllKnownTypes()[typed])
	c.newObject = func() (KubeObject, error) {
		obj, err := s.scheme.New(typed)
		if err != nil {
			return nil, err
		}
		kube, ok := obj.(KubeObject)
		if !ok {
			return nil, fmt.Errorf("%T has no metadata", obj)
		}
		return kube, nil
	}
	return &kind{typed, d.Spec.Scope == apiextensionsv1.NamespaceScoped, c}, nil
}

func (d *definition) version(gvk kschema.GroupVersionKind) (*apiextensionsv1.CustomResourceDefinitionVersion, *ir.Problem) {
	var served []string
	for i := range d.Spec.Versions {
		v := &d.Spec.Versions[i]
		if v.Served && v.Name == gvk.Version {
			return v, nil
		}
		if v.Served {
			served = append(served, gvk.Group+"/"+v.Name)
		}
	}
	return nil, notServed(gvk, served)
}

func newCustom(version *apiextensionsv1.CustomResourceDefinitionVersion) (*custom, error) {
	props := &apiextensions.JSONSchemaProps{}
	err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, props, nil)
	if err != nil {
		return nil, err
	}
	tree, err := structural.NewStructural(props)
	if err != nil {
		return nil, err
	}
	fast := sync.OnceValue(func() *fastcheck.Checker { return fastcheck.Compile(tree) })
	return &custom{structural: tree, fast: fast, full: sync.OnceValues(func() (*fullCheck, error) {
		schemaValidator, _, err := validation.NewSchemaValidator(props)
		if err != nil {
			return nil, err
		}
		return &fullCheck{schemaValidator, cel.NewValidator(tree, true, celconfig.PerCallLimit)}, nil
	})}, nil
}

// check takes the steps of an API server, and none that make no difference to
// an object that is accepted at once.
func (c *custom) check(object map[string]any) (KubeObject, []ir.Problem) {
	defaulting.Default(object, c.structural)
	delete(object, "status") // a default may have made it
	var found []ir.Problem
	if !c.fast().Accepts(object) {
		found = c.scrutinize(object)
	}
	object["apiVersion"] = c.apiVersion
	obj, err := c.newObject()
	if err != nil {
		return nil, append(found, problem(ReasonUnknownKind, "kind", err.Error()))
	}
	for _, misfit := range c.shape.assign(object, obj) {
		// Outside the metadata the schema has said it already.
		if len(found) == 0 || strings.HasPrefix(misfit.Field, "metadata") {
			found = append(found, misfit)
		}
	}
	if len(found) == 0 {
		found = problems(validateMeta(obj, apivalidation.NameIsDNSSubdomain))
	}
	if len(found) > 0 {
		return nil, ir.SortProblems(found)
	}
	return obj, nil
}

// scrutinize takes all the steps, and says what is wrong.
func (c *custom) scrutinize(object map[string]any) []ir.Problem {
	found := unknownFields(pruning.PruneWithOptions(object, c.structural, true,
		structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}))
	defaulting.PruneNonNullableNullsWithoutDefaults(object, c.structural)
	return append(found, c.validateFully(object)...)
}

func (c *custom) validateFully(object map[string]any) []ir.Problem {
	full, err := c.full()
	if err != nil {
		return []ir.Problem{problem(ReasonUnknownKind, "kind", err.Error())}
	}
	errs := validation.ValidateCustomResource(nil, object, full.schema)
	errs = append(errs, objectmeta.Validate(context.Background(), nil, object, c.structural, false)...)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, c.structural, object)...)
	if full.cel != nil && !blocksRules(errs) {
		broken, _ := full.cel.Validate(context.Background(), nil, c.structural, object, nil, celconfig.RuntimeCELCostBudget)
		errs = append(errs, broken...)
	}
	return problems(errs)
}

// blocksRules reports whether CEL rules cannot be relied on, because the object
// does not even have the form that they were written for.
func blocksRules(errs field.ErrorList) bool {
	blocking := []field.ErrorType{
		field.ErrorTypeNotSupported, field.ErrorTypeRequired, field.ErrorTypeTooLong, field.ErrorTypeTooMany, field.ErrorTypeTypeInvalid,
	}
	return slices.ContainsFunc(errs, func(err *field.Error) bool { return slices.Contains(blocking, err.Type) })
}
