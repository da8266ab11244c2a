package schema

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func finishService(s *corev1.Service) field.ErrorList {
	spec, at := &s.Spec, field.NewPath("spec")
	defaultTo(&spec.Type, corev1.ServiceTypeClusterIP)
	defaultTo(&spec.SessionAffinity, corev1.ServiceAffinityNone)
	errs := sum(
		oneOf(at.Child("type"), spec.Type, corev1.ServiceTypeClusterIP, corev1.ServiceTypeExternalName,
			corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort),
		oneOf(at.Child("sessionAffinity"), spec.SessionAffinity, corev1.ServiceAffinityClientIP, corev1.ServiceAffinityNone),
		metav1validation.ValidateLabels(spec.Selector, at.Child("selector")),
	)
	headless := spec.ClusterIP == corev1.ClusterIPNone
	if spec.Type == corev1.ServiceTypeExternalName {
		errs = append(errs, requireThat(at.Child("externalName"), spec.ExternalName, validation.IsDNS1123Subdomain)...)
	} else if len(spec.Ports) == 0 && !headless {
		errs = append(errs, field.Required(at.Child("ports"), ""))
	}
	if ip := spec.ClusterIP; ip != "" && !headless {
		errs = append(errs, validation.IsValidIP(at.Child("clusterIP"), ip)...)
	}
	return append(errs, finishServicePorts(at.Child("ports"), spec)...)
}

func finishServicePorts(at *field.Path, spec *corev1.ServiceSpec) field.ErrorList {
	var errs field.ErrorList
	var names []string
	for i := range spec.Ports {
		p := &spec.Ports[i]
		errs = append(errs, finishServicePort(at.Index(i), p, len(spec.Ports) > 1)...)
		names = append(names, p.Name)
		same := func(o corev1.ServicePort) bool { return o.Port == p.Port && o.Protocol == p.Protocol }
		if slices.ContainsFunc(spec.Ports[:i], same) {
			errs = append(errs, field.Duplicate(at.Index(i), strconv.Itoa(int(p.Port))+"/"+string(p.Protocol)))
		}
	}
	if len(names) > 1 && !slices.Contains(names, "") {
		errs = append(errs, uniqueNames(at, names)...)
	}
	return errs
}

func finishServicePort(at *field.Path, p *corev1.ServicePort, named bool) field.ErrorList {
	defaultTo(&p.Protocol, corev1.ProtocolTCP)
	if p.TargetPort == (intstr.IntOrString{}) || p.TargetPort == intstr.FromString("") {
		p.TargetPort = intstr.FromInt32(p.Port)
	}
	errs := sum(validPort(at.Child("port"), p.Port), validProtocol(at.Child("protocol"), p.Protocol))
	if named || p.Name != "" {
		errs = append(errs, requireThat(at.Child("name"), p.Name, validation.IsDNS1123Label)...)
	}
	target := at.Child("targetPort")
	switch {
	case p.TargetPort.Type == intstr.String:
		errs = append(errs, must(target, p.TargetPort.StrVal, validation.IsValidPortName(p.TargetPort.StrVal))...)
	case p.TargetPort.IntVal != p.Port: // else it has been said
		errs = append(errs, validPort(target, p.TargetPort.IntVal)...)
	}
	return errs
}

func validProtocol(at *field.Path, protocol corev1.Protocol) field.ErrorList {
	return oneOf(at, protocol, corev1.ProtocolSCTP, corev1.ProtocolTCP, corev1.ProtocolUDP)
}
