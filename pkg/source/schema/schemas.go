package schema

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kschema "k8s.io/apimachinery/pkg/runtime/schema"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	sluicev1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// KubeObject is a typed Kubernetes object with metadata.
type KubeObject interface {
	metav1.Object
	runtime.Object
}

// Schemas knows the kinds that are read. It is safe for concurrent use. The
// schema of a CustomResourceDefinition is compiled when the first object of
// its kind comes, because compiling all of them takes a second.
type Schemas struct {
	crds     fs.FS
	scheme   *runtime.Scheme
	builtins map[kschema.GroupVersionKind]builtin
	// files lists the CustomResourceDefinitions by group.
	files map[string][]crdFile
	// definitions holds a func() (*definition, error) per file, parsed once.
	definitions sync.Map
	// kinds holds a func() (*kind, *ir.Problem) per kschema.GroupVersionKind.
	kinds sync.Map
}

type crdFile struct{ path, plural string }

// checker gives an object its defaults and its type, or says what is wrong.
type checker interface {
	check(object map[string]any) (KubeObject, []ir.Problem)
}

type kind struct {
	// typed is what objects of the kind are typed as.
	typed      kschema.GroupVersionKind
	namespaced bool
	checker
}

// New returns the schemas of the API server's own kinds and of the
// CustomResourceDefinitions in crds, in files named <group>_<plural>.yaml. It
// returns an error if crds cannot be read or a file is named otherwise.
func New(crds fs.FS) (*Schemas, error) {
	s := &Schemas{crds: crds, scheme: runtime.NewScheme(), files: map[string][]crdFile{}}
	for _, add := range []func(*runtime.Scheme) error{gatewayv1.Install, sluicev1.AddToScheme} {
		if err := add(s.scheme); err != nil {
			return nil, fmt.Errorf("build the scheme: %w", err)
		}
	}
	err := fs.WalkDir(crds, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		group, plural, ok := strings.Cut(strings.TrimSuffix(entry.Name(), ".yaml"), "_")
		if !ok {
			return fmt.Errorf("%s is not named <group>_<plural>.yaml", name)
		}
		s.files[group] = append(s.files[group], crdFile{path: name, plural: plural})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the CustomResourceDefinitions: %w", err)
	}
	s.builtins = builtins()
	for gvk, b := range s.builtins {
		k := &kind{gvk, b.namespaced, b}
		s.kinds.Store(gvk, func() (*kind, *ir.Problem) { return k, nil })
	}
	return s, nil
}

// Identify returns the key of the object, with the namespace "default" where
// one belongs and is not written. With a problem, for an object that does not
// say what it is or of a kind that is not read, it is as much as the object says.
func (s *Schemas) Identify(object map[string]any) (ir.Object, *ir.Problem) {
	gvk, metadata, bad := identity(object)
	key := ir.Object{Group: gvk.Group, Kind: gvk.Kind}
	if bad != nil {
		return key, bad
	}
	k, bad := s.kind(gvk)
	if bad != nil {
		key.Name, _ = metadata["name"].(string)
		key.Namespace, _ = metadata["namespace"].(string)
		return key, bad
	}
	key.Group, key.Kind = k.typed.Group, k.typed.Kind // one string for all objects
	if key.Name, bad = textOf(metadata, "name", "metadata.name"); bad != nil {
		return key, bad
	}
	if k.namespaced {
		key.Namespace, _ = metadata["namespace"].(string)
		if key.Namespace == "" {
			key.Namespace = corev1.NamespaceDefault
		}
	}
	return key, nil
}

// Check returns the typed object with its defaults set, or every problem that
// it has. It changes the object it is given. Status, managed fields and the
// resource version are dropped: nobody here reads them.
func (s *Schemas) Check(object map[string]any) (KubeObject, []ir.Problem) {
	key, bad := s.Identify(object)
	if bad != nil {
		return nil, []ir.Problem{*bad}
	}
	gvk, metadata, _ := identity(object)
	k, _ := s.kind(gvk)
	delete(object, "status")
	metadata["namespace"] = key.Namespace
	if !k.namespaced {
		delete(metadata, "namespace")
	}
	for _, unread := range []string{"managedFields", "resourceVersion", "selfLink", "generation", "generateName"} {
		delete(metadata, unread)
	}
	object["kind"] = k.typed.Kind
	return k.check(object)
}

func identity(object map[string]any) (kschema.GroupVersionKind, map[string]any, *ir.Problem) {
	name, noKind := textOf(object, "kind", "kind")
	apiVersion, noVersion := textOf(object, "apiVersion", "apiVersion")
	if bad := cmp.Or(noVersion, noKind); bad != nil {
		return kschema.GroupVersionKind{Kind: name}, nil, bad
	}
	gv, err := kschema.ParseGroupVersion(apiVersion)
	if err != nil {
		bad := problem(ir.ReasonInvalid, "apiVersion", err.Error())
		return kschema.GroupVersionKind{Kind: name}, nil, &bad
	}
	metadata, ok := object["metadata"].(map[string]any)
	if !ok {
		bad := problem(ir.ReasonInvalid, "metadata", "is required")
		return gv.WithKind(name), nil, &bad
	}
	return gv.WithKind(name), metadata, nil
}

// textOf returns a field that must be a text, such as a name; "n", unquoted, is
// a boolean to YAML.
func textOf(object map[string]any, field, path string) (string, *ir.Problem) {
	value := object[field]
	s, ok := value.(string)
	if s != "" {
		return s, nil
	}
	bad := problem(ir.ReasonInvalid, path, "is required")
	if value != nil && !ok {
		bad = problem(ReasonWrongType, path, expected(text, value, path))
		bad.Remedy = "put quotes around it"
	}
	return "", &bad
}

// kind finds the kind, and compiles its schema if it is asked for first.
func (s *Schemas) kind(gvk kschema.GroupVersionKind) (*kind, *ir.Problem) {
	found, ok := s.kinds.Load(gvk)
	if !ok {
		d, bad := s.definition(gvk)
		if bad != nil {
			return nil, bad
		}
		found, _ = s.kinds.LoadOrStore(gvk, sync.OnceValues(func() (*kind, *ir.Problem) { return s.compile(d, gvk) }))
	}
	return found.(func() (*kind, *ir.Problem))() //nolint:forcetypeassert // nothing else is stored
}

// definition finds the CustomResourceDefinition by the name of its file: the
// plural of a kind starts with all of the kind but its last letter (policies).
func (s *Schemas) definition(gvk kschema.GroupVersionKind) (*definition, *ir.Problem) {
	lower := strings.ToLower(gvk.Kind)
	for _, file := range s.files[gvk.Group] {
		if !strings.HasPrefix(file.plural, lower[:len(lower)-1]) {
			continue
		}
		parse, _ := s.definitions.LoadOrStore(file.path, sync.OnceValues(func() (*definition, error) {
			return parseDefinition(s.crds, file.path)
		}))
		d, err := parse.(func() (*definition, error))() //nolint:forcetypeassert // nothing else is stored
		if err != nil {
			bad := problem(ReasonUnknownKind, "kind", err.Error())
			return nil, &bad
		}
		if d.Spec.Names.Kind == gvk.Kind {
			return d, nil
		}
	}
	return nil, s.unknown(gvk)
}

// unknown words why a kind is not read: an old version is a mistake, another
// program's object is not.
func (s *Schemas) unknown(gvk kschema.GroupVersionKind) *ir.Problem {
	var versions []string
	for known := range s.builtins {
		if known.GroupKind() == gvk.GroupKind() {
			versions = append(versions, known.GroupVersion().String())
		}
	}
	if len(versions) > 0 {
		return notServed(gvk, versions)
	}
	if _, read := s.files[gvk.Group]; read && !strings.HasSuffix(gvk.Group, ".solo.io") {
		return &ir.Problem{ // all kinds of the group are known, so it is misspelt
			Severity: ir.Error, Reason: ReasonUnknownKind, Field: "kind",
			Message: fmt.Sprintf("%s has no %s", gvk.GroupVersion(), gvk.Kind), Remedy: "correct the kind",
		}
	}
	return &ir.Problem{
		Severity: ir.Warning, Reason: ReasonUnknownKind, Field: "kind",
		Message: fmt.Sprintf("%s of %s is not a known kind, ignored", gvk.Kind, gvk.GroupVersion()),
		Remedy:  "keep it elsewhere, if it is not for Sluice",
	}
}

func notServed(gvk kschema.GroupVersionKind, versions []string) *ir.Problem {
	slices.Sort(versions)
	return &ir.Problem{
		Severity: ir.Error, Reason: ReasonUnknownKind, Field: "apiVersion",
		Message: fmt.Sprintf("%s has no %s", gvk.GroupVersion(), gvk.Kind),
		Remedy:  "use " + strings.Join(versions, " or "),
	}
}
