package behaviour

import (
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// kindOfInterest spares large documents of other kinds.
var kindOfInterest = regexp.MustCompile(`\b(Service|EndpointSlice)\b`)

var documentEnd = regexp.MustCompile(`(?m)^---.*$`)

// endpoints writes an EndpointSlice for each Service that has none, with the
// ports of echo backends: what a cluster would make of ready pods.
func (g *Gateway) endpoints(files map[string]string) (string, error) {
	services, sliced := findServices(files)
	var out strings.Builder
	for _, s := range services {
		if sliced[s.Namespace+"/"+s.Name] || s.Spec.Type == corev1.ServiceTypeExternalName || len(s.Spec.Ports) == 0 {
			continue
		}
		text, err := g.sliceFor(s)
		if err != nil {
			return "", err
		}
		out.WriteString("---\n" + text)
	}
	return out.String(), nil
}

func (g *Gateway) sliceFor(s *corev1.Service) (string, error) {
	ready, protocol := true, corev1.ProtocolTCP
	slice := &discoveryv1.EndpointSlice{
		TypeMeta: metav1.TypeMeta{APIVersion: discoveryv1.SchemeGroupVersion.String(), Kind: "EndpointSlice"},
		ObjectMeta: metav1.ObjectMeta{
			Namespace: s.Namespace, Name: s.Name + "-of-the-runner", Labels: map[string]string{discoveryv1.LabelServiceName: s.Name},
		},
		AddressType: discoveryv1.AddressTypeIPv4,
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{"127.0.0.1"}, Conditions: discoveryv1.EndpointConditions{Ready: &ready}}},
	}
	for _, p := range s.Spec.Ports {
		port, err := g.backends.Port(backendName(s), p.Port)
		if err != nil {
			return "", err
		}
		number := int32(port)
		slice.Ports = append(slice.Ports, discoveryv1.EndpointPort{Name: &p.Name, Port: &number, Protocol: &protocol})
	}
	text, err := yaml.Marshal(slice)
	return string(text), err
}

func backendName(s *corev1.Service) string {
	if s.Namespace == metav1.NamespaceDefault {
		return s.Name
	}
	return s.Namespace + "/" + s.Name
}

// findServices finds the Services in the files, and the names of those with an
// EndpointSlice. Documents that cannot be read are for the source to report.
func findServices(files map[string]string) (services []*corev1.Service, sliced map[string]bool) {
	sliced = map[string]bool{}
	names := make([]string, 0, len(files))
	for name := range files {
		if name != generated {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		for _, document := range documentEnd.Split(files[name], -1) {
			var s corev1.Service
			if !kindOfInterest.MatchString(document) || yaml.Unmarshal([]byte(document), &s) != nil {
				continue
			}
			if s.Namespace == "" {
				s.Namespace = metav1.NamespaceDefault
			}
			switch s.Kind {
			case "Service":
				services = append(services, &s)
			case "EndpointSlice":
				sliced[s.Namespace+"/"+s.Labels[discoveryv1.LabelServiceName]] = true
			}
		}
	}
	return services, sliced
}
