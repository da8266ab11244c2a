package schema

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// finishSecret merges stringData over data, as the API server does on writing.
func finishSecret(s *corev1.Secret) field.ErrorList {
	defaultTo(&s.Type, corev1.SecretTypeOpaque)
	if len(s.StringData) > 0 && s.Data == nil {
		s.Data = make(map[string][]byte, len(s.StringData))
	}
	for key, value := range s.StringData {
		s.Data[key] = []byte(value)
	}
	s.StringData = nil
	at := field.NewPath("data")
	errs := validKeys(at, s.Data)
	if total := size(s.Data); total > corev1.MaxSecretSize {
		errs = append(errs, field.TooLong(at, "", corev1.MaxSecretSize))
	}
	if s.Type == corev1.SecretTypeTLS {
		for _, key := range []string{corev1.TLSCertKey, corev1.TLSPrivateKeyKey} {
			if _, ok := s.Data[key]; !ok {
				errs = append(errs, field.Required(at.Key(key), "in a Secret of type "+string(s.Type)))
			}
		}
	}
	return errs
}

func finishConfigMap(c *corev1.ConfigMap) field.ErrorList {
	errs := sum(validKeys(field.NewPath("data"), c.Data), validKeys(field.NewPath("binaryData"), c.BinaryData))
	for key := range c.BinaryData {
		if _, ok := c.Data[key]; ok {
			errs = append(errs, field.Invalid(field.NewPath("binaryData").Key(key), key, "is in data, too"))
		}
	}
	if total := size(c.Data) + size(c.BinaryData); total > corev1.MaxSecretSize {
		errs = append(errs, field.TooLong(field.NewPath("data"), "", corev1.MaxSecretSize))
	}
	return errs
}

func validKeys[V any](at *field.Path, data map[string]V) field.ErrorList {
	var errs field.ErrorList
	for key := range data {
		errs = append(errs, must(at.Key(key), key, validation.IsConfigMapKey(key))...)
	}
	return errs
}

func size[V ~string | ~[]byte](data map[string]V) int {
	total := 0
	for _, value := range data {
		total += len(value)
	}
	return total
}
