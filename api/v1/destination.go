package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// Destination is where requests go.
//
// +kubebuilder:validation:XValidation:rule="(has(self.upstream)?1:0)+(has(self.kube)?1:0)+(has(self.consul)?1:0) == 1",message="a destination has exactly one of upstream, kube, consul"
type Destination struct {
	// Upstream names an Upstream, or a Service's port by the name that
	// discovery gives it (`<namespace>-<service>-<port>`).
	Upstream *ResourceRef `json:"upstream,omitempty"`
	// Kube names a port of a Service.
	Kube *KubernetesServiceDestination `json:"kube,omitempty"`
	// Consul names a service in Consul.
	Consul *ConsulServiceDestination `json:"consul,omitempty"`
	// DestinationSpec calls a function of the upstream.
	DestinationSpec *DestinationSpec `json:"destinationSpec,omitempty"`
	// Subset of the upstream's endpoints.
	Subset *Subset `json:"subset,omitempty"`
}

// KubernetesServiceDestination is a port of a Service.
type KubernetesServiceDestination struct {
	// Ref names the Service.
	Ref ResourceRef `json:"ref"`
	// Port of the Service.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port"`
}

// ConsulServiceDestination is a service in Consul.
type ConsulServiceDestination struct {
	// ServiceName in Consul.
	ServiceName string `json:"serviceName"`
	// Tags that instances must have.
	Tags []string `json:"tags,omitempty"`
	// DataCenters to look in.
	DataCenters []string `json:"dataCenters,omitempty"`
}

// WeightedDestination is a destination with its share.
type WeightedDestination struct {
	// Destination of the requests.
	Destination *Destination `json:"destination"`
	// Weight is the share relative to the sum of all; 0 gets none.
	Weight *UInt32 `json:"weight,omitempty"`
	// Options of requests to this destination.
	Options *WeightedDestinationOptions `json:"options,omitempty"`
}

// WeightedDestinationOptions are features of one weighted destination.
type WeightedDestinationOptions struct {
	HeaderManipulation    *HeaderManipulation `json:"headerManipulation,omitempty"`
	Transformations       *Opaque             `json:"transformations,omitempty"`
	StagedTransformations *Opaque             `json:"stagedTransformations,omitempty"`
	Extensions            *Opaque             `json:"extensions,omitempty"`
	Extauth               *Opaque             `json:"extauth,omitempty"`
	BufferPerRoute        *Opaque             `json:"bufferPerRoute,omitempty"`
	Csrf                  *Opaque             `json:"csrf,omitempty"`
}

// DestinationSpec calls a function.
type DestinationSpec struct {
	Aws   *AwsDestinationSpec   `json:"aws,omitempty"`
	Azure *AzureDestinationSpec `json:"azure,omitempty"`
	Rest  *RestDestinationSpec  `json:"rest,omitempty"`
	Grpc  *GrpcDestinationSpec  `json:"grpc,omitempty"`
}

// AwsDestinationSpec calls a Lambda function.
type AwsDestinationSpec struct {
	LogicalName            string              `json:"logicalName,omitempty"`
	InvocationStyle        *intstr.IntOrString `json:"invocationStyle,omitempty"`
	RequestTransformation  bool                `json:"requestTransformation,omitempty"`
	ResponseTransformation bool                `json:"responseTransformation,omitempty"`
	UnwrapAsAlb            bool                `json:"unwrapAsAlb,omitempty"`
	UnwrapAsAPIGateway     bool                `json:"unwrapAsApiGateway,omitempty"`
	WrapAsAPIGateway       bool                `json:"wrapAsApiGateway,omitempty"`
}

// AzureDestinationSpec calls an Azure function.
type AzureDestinationSpec struct {
	FunctionName string `json:"functionName,omitempty"`
}

// RestDestinationSpec calls a REST function.
type RestDestinationSpec struct {
	FunctionName           string  `json:"functionName,omitempty"`
	Parameters             *Opaque `json:"parameters,omitempty"`
	ResponseTransformation *Opaque `json:"responseTransformation,omitempty"`
}

// GrpcDestinationSpec calls a gRPC method.
type GrpcDestinationSpec struct {
	Package    string  `json:"package,omitempty"`
	Service    string  `json:"service,omitempty"`
	Function   string  `json:"function,omitempty"`
	Parameters *Opaque `json:"parameters,omitempty"`
}

// Subset chooses endpoints by their labels.
type Subset struct {
	// Values that the labels must have.
	Values map[string]string `json:"values,omitempty"`
}
