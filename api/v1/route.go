package v1

// Route sends the requests that match to its one action.
//
// +kubebuilder:validation:XValidation:rule="(has(self.routeAction)?1:0)+(has(self.redirectAction)?1:0)+(has(self.directResponseAction)?1:0)+(has(self.delegateAction)?1:0)+(has(self.graphqlApiRef)?1:0) == 1",message="a route has exactly one of routeAction, redirectAction, directResponseAction, delegateAction"
type Route struct {
	// Name is for people and metrics.
	//
	// +kubebuilder:validation:MaxLength=1024
	Name string `json:"name,omitempty"`
	// Matchers are alternatives: one that matches is enough. Empty means the
	// prefix "/".
	//
	// +kubebuilder:validation:MaxItems=32
	Matchers []Matcher `json:"matchers,omitempty"`
	// InheritableMatchers makes the header, query and method matchers of this
	// route apply to the routes of the tables it delegates to; in a table,
	// false refuses what the parent hands down. False when unset; a table's
	// unset value is its parent's.
	InheritableMatchers *bool `json:"inheritableMatchers,omitempty"`
	// InheritablePathMatchers makes the path matcher of this route stand in
	// for those of the routes that it delegates to and that have none.
	InheritablePathMatchers *bool `json:"inheritablePathMatchers,omitempty"`

	// RouteAction forwards the request.
	RouteAction *RouteAction `json:"routeAction,omitempty"`
	// RedirectAction answers with a redirect.
	RedirectAction *RedirectAction `json:"redirectAction,omitempty"`
	// DirectResponseAction answers with a fixed response.
	DirectResponseAction *DirectResponseAction `json:"directResponseAction,omitempty"`
	// DelegateAction hands over to RouteTables.
	DelegateAction *DelegateAction `json:"delegateAction,omitempty"`
	// GraphqlAPIRef names a GraphQL API.
	GraphqlAPIRef *Opaque `json:"graphqlApiRef,omitempty"`

	// Options are the features of this route.
	Options *RouteOptions `json:"options,omitempty"`
	// OptionsConfigRefs names RouteOption objects.
	OptionsConfigRefs *DelegateOptionsRefs `json:"optionsConfigRefs,omitempty"`
}

// DelegateAction names the RouteTables that take over, by reference or by
// selector.
//
// +kubebuilder:validation:XValidation:rule="(has(self.ref)?1:0)+(has(self.selector)?1:0)+((has(self.name)||has(self.namespace))?1:0) == 1",message="delegateAction has exactly one of ref and selector"
type DelegateAction struct {
	// Name of the RouteTable: the old form of Ref.
	//
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
	// Namespace of the RouteTable: the old form of Ref.
	//
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
	// Ref names one RouteTable.
	Ref *ResourceRef `json:"ref,omitempty"`
	// Selector chooses RouteTables by namespace and label.
	Selector *RouteTableSelector `json:"selector,omitempty"`
}

// RouteTableSelector chooses RouteTables. All parts must hold.
type RouteTableSelector struct {
	// Namespaces to look in; "*" means all, empty the namespace of the
	// delegating object.
	Namespaces []string `json:"namespaces,omitempty"`
	// Labels that a table must have.
	Labels map[string]string `json:"labels,omitempty"`
	// Expressions that its labels must satisfy.
	Expressions []SelectorExpression `json:"expressions,omitempty"`
}

// SelectorExpression is one condition on labels.
type SelectorExpression struct {
	// Key of the label.
	Key string `json:"key"`
	// Operator is Equals, DoubleEquals, NotEquals, In, NotIn, Exists,
	// DoesNotExist, GreaterThan or LessThan; Equals when empty.
	//
	// +kubebuilder:validation:Enum=Equals;DoubleEquals;NotEquals;In;NotIn;Exists;DoesNotExist;GreaterThan;LessThan
	Operator string `json:"operator,omitempty"`
	// Values to compare with.
	Values []string `json:"values,omitempty"`
}
