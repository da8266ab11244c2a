package schema

import (
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	kschema "k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// builtin checks objects of a kind that is part of the API server.
type builtin struct {
	namespaced bool
	validName  apivalidation.ValidateNameFunc
	shape      *shape
	// newObject returns an empty object, and what is to be called when it has
	// its fields: it sets the defaults and validates what is then there.
	newObject func() (obj KubeObject, finish func() field.ErrorList)
}

// builtins lists the kinds of the API server that are read.
func builtins() map[kschema.GroupVersionKind]builtin {
	label, subdomain := apivalidation.NameIsDNSLabel, apivalidation.NameIsDNSSubdomain
	core, networking := corev1.SchemeGroupVersion, networkingv1.SchemeGroupVersion
	return map[kschema.GroupVersionKind]builtin{
		core.WithKind("Namespace"):          typed(false, label, func(*corev1.Namespace) field.ErrorList { return nil }),
		core.WithKind("Service"):            typed(true, label, finishService), // a label since Kubernetes 1.36 (KEP-5311)
		core.WithKind("Secret"):             typed(true, subdomain, finishSecret),
		core.WithKind("ConfigMap"):          typed(true, subdomain, finishConfigMap),
		networking.WithKind("Ingress"):      typed(true, subdomain, finishIngress),
		networking.WithKind("IngressClass"): typed(false, subdomain, finishIngressClass),

		discoveryv1.SchemeGroupVersion.WithKind("EndpointSlice"): typed(true, subdomain, finishEndpointSlice),
	}
}

// typed returns the builtin of objects of type *T.
func typed[T any, P interface {
	*T
	KubeObject
}](namespaced bool, validName apivalidation.ValidateNameFunc, finish func(P) field.ErrorList) builtin {
	return builtin{
		namespaced: namespaced,
		validName:  validName,
		shape:      shapeOf(reflect.TypeFor[T]()),
		newObject: func() (KubeObject, func() field.ErrorList) {
			obj := P(new(T))
			return obj, func() field.ErrorList { return finish(obj) }
		},
	}
}

func (b builtin) check(object map[string]any) (KubeObject, []ir.Problem) {
	obj, finish := b.newObject()
	if found := b.shape.assign(object, obj); len(found) > 0 {
		return nil, found
	}
	if errs := append(validateMeta(obj, b.validName), finish()...); len(errs) > 0 {
		return nil, ir.SortProblems(problems(errs))
	}
	return obj, nil
}

func validateMeta(obj KubeObject, validName apivalidation.ValidateNameFunc) field.ErrorList {
	return apivalidation.ValidateObjectMetaAccessor(obj, obj.GetNamespace() != "", validName, field.NewPath("metadata"))
}

// must turns the messages of a check of the API machinery into errors.
func must(at *field.Path, value any, messages []string) field.ErrorList {
	var errs field.ErrorList
	for _, message := range messages {
		errs = append(errs, field.Invalid(at, value, message))
	}
	return errs
}

// requireThat is must for a value that has to be there.
func requireThat(at *field.Path, value string, check func(string) []string) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(at, "")}
	}
	return must(at, value, check(value))
}

func oneOf[T ~string](at *field.Path, value T, allowed ...T) field.ErrorList {
	if slices.Contains(allowed, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(at, value, allowed)}
}

func validPort(at *field.Path, port int32) field.ErrorList {
	return must(at, port, validation.IsValidPortNum(int(port)))
}

func sum(lists ...field.ErrorList) field.ErrorList {
	var all field.ErrorList
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// uniqueNames refuses lists with a name twice.
func uniqueNames(at *field.Path, names []string) field.ErrorList {
	var errs field.ErrorList
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			errs = append(errs, field.Duplicate(at.Index(i).Child("name"), name))
		}
		seen[name] = true
	}
	return errs
}

func defaultTo[T comparable](at *T, value T) {
	var zero T
	if *at == zero {
		*at = value
	}
}
