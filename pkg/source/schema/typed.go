package schema

import (
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// assign fills the typed object from the generic one. What does not fit, or
// has no field to go to, is a problem.
func (s *shape) assign(object map[string]any, obj KubeObject) []ir.Problem {
	if found := s.fit(object, nil, false, nil); len(found) > 0 {
		return ir.SortProblems(found)
	}
	err := runtime.DefaultUnstructuredConverter.FromUnstructured(object, obj)
	if err == nil {
		return nil
	}
	if found := s.fit(object, nil, true, nil); len(found) > 0 {
		return ir.SortProblems(found)
	}
	return []ir.Problem{problem(ReasonWrongType, "", err.Error())}
}

func unknownFields(paths []string) []ir.Problem {
	var out []ir.Problem
	for _, path := range paths {
		out = append(out, problem(ReasonUnknownField, path, "unknown field"))
	}
	return out
}
