package ir

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
