package ir

import "slices"

// Status is what Sluice says of one object, in any dialect.
type Status struct {
	Object Object
	// Generation is metadata.generation of the object that was read.
	Generation int64
	// Conditions are the object's own conditions (Gateway, GatewayClass).
	Conditions []Condition
	// Parents holds an entry for each parentRef of a route that is ours.
	Parents []ParentStatus
	// Listeners holds an entry for each listener of a Gateway.
	Listeners []ListenerStatus
	// Problems are all problems of the object, sorted.
	Problems []Problem
}

// Condition is a Kubernetes condition without its times.
type Condition struct {
	Type    string
	True    bool
	Reason  string
	Message string
}

// ParentRef names a parent of a route as the route wrote it, with defaults
// filled in.
type ParentRef struct {
	Group, Kind, Namespace, Name string
	// Section is the listener's name; empty means every listener.
	Section string
	// Port is the listener's port; zero means every port.
	Port int32
}

// ParentStatus is the status of a route towards one parent
// (Gateway API RouteParentStatus).
type ParentStatus struct {
	Ref        ParentRef
	Conditions []Condition
}

// ListenerStatus is the status of one listener of a Gateway.
type ListenerStatus struct {
	Name           string
	SupportedKinds []string
	AttachedRoutes int
	Conditions     []Condition
}

// Equal reports whether s and o say the same.
func (s Status) Equal(o Status) bool {
	return s.Object == o.Object && s.Generation == o.Generation &&
		slices.Equal(s.Conditions, o.Conditions) &&
		slices.EqualFunc(s.Parents, o.Parents, ParentStatus.equal) &&
		slices.EqualFunc(s.Listeners, o.Listeners, ListenerStatus.equal) &&
		slices.Equal(s.Problems, o.Problems)
}

func (p ParentStatus) equal(o ParentStatus) bool {
	return p.Ref == o.Ref && slices.Equal(p.Conditions, o.Conditions)
}

func (l ListenerStatus) equal(o ListenerStatus) bool {
	return l.Name == o.Name && l.AttachedRoutes == o.AttachedRoutes &&
		slices.Equal(l.SupportedKinds, o.SupportedKinds) && slices.Equal(l.Conditions, o.Conditions)
}
