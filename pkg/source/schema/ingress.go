package schema

import (
	"net/netip"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const ingressClassAnnotation = "kubernetes.io/ingress.class"

func finishIngress(ingress *networkingv1.Ingress) field.ErrorList {
	spec, at := &ingress.Spec, field.NewPath("spec")
	var errs field.ErrorList
	if spec.IngressClassName != nil {
		name := at.Child("ingressClassName")
		errs = append(errs, requireThat(name, *spec.IngressClassName, validation.IsDNS1123Subdomain)...)
		if _, both := ingress.Annotations[ingressClassAnnotation]; both {
			at := field.NewPath("metadata", "annotations").Key(ingressClassAnnotation)
			errs = append(errs, field.Forbidden(at, "must not be set beside spec.ingressClassName"))
		}
	}
	if spec.DefaultBackend == nil && len(spec.Rules) == 0 {
		errs = append(errs, field.Required(at, "either defaultBackend or rules"))
	}
	if spec.DefaultBackend != nil {
		errs = append(errs, validIngressBackend(at.Child("defaultBackend"), spec.DefaultBackend)...)
	}
	for i := range spec.TLS {
		errs = append(errs, validIngressTLS(at.Child("tls").Index(i), &spec.TLS[i])...)
	}
	for i := range spec.Rules {
		errs = append(errs, validIngressRule(at.Child("rules").Index(i), &spec.Rules[i])...)
	}
	return errs
}

func validIngressTLS(at *field.Path, tls *networkingv1.IngressTLS) field.ErrorList {
	var errs field.ErrorList
	for i, host := range tls.Hosts {
		errs = append(errs, validIngressHost(at.Child("hosts").Index(i), host)...)
	}
	if tls.SecretName != "" {
		errs = append(errs, must(at.Child("secretName"), tls.SecretName, validation.IsDNS1123Subdomain(tls.SecretName))...)
	}
	return errs
}

func validIngressHost(at *field.Path, host string) field.ErrorList {
	if strings.Contains(host, "*") {
		return must(at, host, validation.IsWildcardDNS1123Subdomain(host))
	}
	return must(at, host, validation.IsDNS1123Subdomain(host))
}

func validIngressRule(at *field.Path, rule *networkingv1.IngressRule) field.ErrorList {
	var errs field.ErrorList
	if _, err := netip.ParseAddr(rule.Host); err == nil {
		errs = append(errs, field.Invalid(at.Child("host"), rule.Host, "must be a DNS name, not an IP address"))
	} else if rule.Host != "" {
		errs = append(errs, validIngressHost(at.Child("host"), rule.Host)...)
	}
	if rule.HTTP == nil {
		return errs
	}
	paths := at.Child("http", "paths")
	if len(rule.HTTP.Paths) == 0 {
		errs = append(errs, field.Required(paths, ""))
	}
	for i := range rule.HTTP.Paths {
		errs = append(errs, validIngressPath(paths.Index(i), &rule.HTTP.Paths[i])...)
	}
	return errs
}

func validIngressPath(at *field.Path, path *networkingv1.HTTPIngressPath) field.ErrorList {
	return sum(validPathType(at, path), validIngressBackend(at.Child("backend"), &path.Backend))
}

func validPathType(at *field.Path, path *networkingv1.HTTPIngressPath) field.ErrorList {
	if path.PathType == nil {
		return field.ErrorList{field.Required(at.Child("pathType"), "")}
	}
	absolute := field.ErrorList(nil)
	if !strings.HasPrefix(path.Path, "/") {
		absolute = field.ErrorList{field.Invalid(at.Child("path"), path.Path, "must be an absolute path")}
	}
	switch *path.PathType {
	case networkingv1.PathTypeExact, networkingv1.PathTypePrefix:
		return append(absolute, cleanPath(at.Child("path"), path.Path)...)
	case networkingv1.PathTypeImplementationSpecific:
		if path.Path == "" {
			return nil
		}
		return absolute
	default:
		return oneOf(at.Child("pathType"), *path.PathType, networkingv1.PathTypeExact,
			networkingv1.PathTypeImplementationSpecific, networkingv1.PathTypePrefix)
	}
}

// cleanPath refuses what proxies and servers read in different ways.
func cleanPath(at *field.Path, path string) field.ErrorList {
	var errs field.ErrorList
	for _, sequence := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(path, sequence) {
			errs = append(errs, field.Invalid(at, path, "must not contain "+strconv.Quote(sequence)))
		}
	}
	for _, suffix := range []string{"/..", "/."} {
		if strings.HasSuffix(path, suffix) {
			errs = append(errs, field.Invalid(at, path, "must not end in "+strconv.Quote(suffix)))
		}
	}
	return errs
}

func validIngressBackend(at *field.Path, backend *networkingv1.IngressBackend) field.ErrorList {
	switch {
	case backend.Service != nil && backend.Resource != nil:
		return field.ErrorList{field.Invalid(at, "", "must not name both a service and a resource")}
	case backend.Service != nil:
		return validServiceBackend(at.Child("service"), backend.Service)
	case backend.Resource != nil:
		return validResource(at.Child("resource"), backend.Resource)
	default:
		return field.ErrorList{field.Required(at, "a service or a resource")}
	}
}

func validServiceBackend(at *field.Path, service *networkingv1.IngressServiceBackend) field.ErrorList {
	errs := requireThat(at.Child("name"), service.Name, validation.IsDNS1123Label)
	port, at := service.Port, at.Child("port")
	switch {
	case port.Name != "" && port.Number != 0:
		return append(errs, field.Invalid(at, "", "must not have both a name and a number"))
	case port.Name != "":
		return append(errs, must(at.Child("name"), port.Name, validation.IsValidPortName(port.Name))...)
	case port.Number != 0:
		return append(errs, validPort(at.Child("number"), port.Number)...)
	default:
		return append(errs, field.Required(at, "a name or a number"))
	}
}

func validResource(at *field.Path, ref *corev1.TypedLocalObjectReference) field.ErrorList {
	var errs field.ErrorList
	if ref.Kind == "" {
		errs = append(errs, field.Required(at.Child("kind"), ""))
	}
	if ref.Name == "" {
		errs = append(errs, field.Required(at.Child("name"), ""))
	}
	return errs
}
