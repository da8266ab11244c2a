package gatewayapi

import (
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const (
	// ControllerName is the spec.controllerName of GatewayClasses that are
	// ours.
	ControllerName = "sluice.dev/gateway-controller"
	// Group is the API group of Gateway API.
	Group = gwv1.GroupName
	// bundleVersion is the release of Gateway API that this package speaks.
	bundleVersion = "v1.7.0"
)

// TranslateClass reports whether a GatewayClass names our controller, and its
// status if it does. A class that is ours but not accepted must not be served:
// see ClassAccepted.
func TranslateClass(gc *gwv1.GatewayClass) (ours bool, status ir.Status) {
	if gc.Spec.ControllerName != ControllerName {
		return false, ir.Status{}
	}
	status = ir.Status{Object: ir.Object{Group: Group, Kind: "GatewayClass", Name: gc.Name}, Generation: gc.Generation}
	accepted := yes(string(gwv1.GatewayClassConditionStatusAccepted), string(gwv1.GatewayClassReasonAccepted), "the class is served by "+ControllerName)
	if ref := gc.Spec.ParametersRef; ref != nil {
		p := ir.Problem{
			Severity: ir.Error, Reason: string(gwv1.GatewayClassReasonInvalidParameters), Field: "spec.parametersRef",
			Message: "parameters of kind " + string(ref.Kind) + " are not supported", Remedy: "remove parametersRef",
		}
		status.Problems = []ir.Problem{p}
		accepted = no(accepted.Type, p.Reason, p.String())
	}
	status.Conditions = []ir.Condition{accepted, yes(string(gwv1.GatewayClassConditionStatusSupportedVersion),
		string(gwv1.GatewayClassReasonSupportedVersion), "Gateway API "+bundleVersion)}
	return true, status
}

// ClassAccepted reports whether the Gateways of a class that is ours are to be
// served, given the status that TranslateClass returned.
func ClassAccepted(status ir.Status) bool { return len(status.Problems) == 0 }

// yes and no make conditions.
func yes(kind, reason, message string) ir.Condition {
	return ir.Condition{Type: kind, True: true, Reason: reason, Message: message}
}

func no(kind, reason, message string) ir.Condition {
	return ir.Condition{Type: kind, Reason: reason, Message: message}
}
