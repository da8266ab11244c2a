package schema

import (
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const maxController = 250

func finishIngressClass(class *networkingv1.IngressClass) field.ErrorList {
	at := field.NewPath("spec")
	errs := validation.IsDomainPrefixedPath(at.Child("controller"), class.Spec.Controller)
	if len(class.Spec.Controller) > maxController {
		errs = append(errs, field.TooLong(at.Child("controller"), class.Spec.Controller, maxController))
	}
	if p := class.Spec.Parameters; p != nil {
		errs = append(errs, finishParameters(at.Child("parameters"), p)...)
	}
	return errs
}

func finishParameters(at *field.Path, p *networkingv1.IngressClassParametersReference) field.ErrorList {
	cluster, namespaced := networkingv1.IngressClassParametersReferenceScopeCluster, networkingv1.IngressClassParametersReferenceScopeNamespace
	if p.Scope == nil {
		p.Scope = &cluster
	}
	errs := oneOf(at.Child("scope"), *p.Scope, cluster, namespaced)
	for child, value := range map[string]string{"kind": p.Kind, "name": p.Name} {
		if value == "" {
			errs = append(errs, field.Required(at.Child(child), ""))
		}
	}
	if p.APIGroup != nil && *p.APIGroup != "" {
		errs = append(errs, must(at.Child("apiGroup"), *p.APIGroup, validation.IsDNS1123Subdomain(*p.APIGroup))...)
	}
	switch ns := at.Child("namespace"); {
	case *p.Scope == namespaced && p.Namespace == nil:
		return append(errs, field.Required(ns, "with scope Namespace"))
	case *p.Scope == namespaced:
		return append(errs, requireThat(ns, *p.Namespace, validation.IsDNS1123Label)...)
	case p.Namespace != nil:
		return append(errs, field.Forbidden(ns, "must not be set with scope Cluster"))
	default:
		return errs
	}
}
