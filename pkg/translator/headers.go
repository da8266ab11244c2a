package translator

import (
	"errors"
	"fmt"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setHeaders changes headers of requests and responses. Where a share of the
// backends has changes of its own, the route's are merged into those of each
// share: Envoy applies the route's after the share's, so the route would win.
func setHeaders(route *routev3.Route, r *ir.Route) error {
	if f, ok := r.Action.(*ir.Forward); ok && route.GetRoute() != nil && sharesModify(weighted(f.Backends)) {
		return nil
	}
	var requestErr, responseErr error
	route.RequestHeadersToAdd, route.RequestHeadersToRemove, requestErr = headers(r.Policy.RequestHeaders)
	route.ResponseHeadersToAdd, route.ResponseHeadersToRemove, responseErr = headers(r.Policy.ResponseHeaders)
	return errors.Join(requestErr, responseErr)
}

func setShareHeaders(out *routev3.WeightedCluster_ClusterWeight, share, route *ir.Policy) error {
	var requestErr, responseErr error
	request := share.RequestHeaders.Over(route.RequestHeaders)
	response := share.ResponseHeaders.Over(route.ResponseHeaders)
	out.RequestHeadersToAdd, out.RequestHeadersToRemove, requestErr = headers(request)
	out.ResponseHeadersToAdd, out.ResponseHeadersToRemove, responseErr = headers(response)
	return errors.Join(requestErr, responseErr)
}

// sharesModify reports whether some share changes headers.
func sharesModify(shares []ir.WeightedBackend) bool {
	for i := range shares {
		if p := &shares[i].Policy; p.RequestHeaders != nil || p.ResponseHeaders != nil {
			return true
		}
	}
	return false
}

// headers translates changes of headers. Envoy removes first, then sets and
// adds; the order does not show, since a name is in one of the three only.
func headers(m *ir.HeaderModifier) (add []*corev3.HeaderValueOption, remove []string, err error) {
	if m == nil {
		return nil, nil, nil
	}
	if n := len(m.Set) + len(m.Add); n > 0 {
		add = make([]*corev3.HeaderValueOption, 0, n)
	}
	for _, h := range m.Set {
		add = append(add, headerOption(h, corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD))
	}
	for _, h := range m.Add {
		add = append(add, headerOption(h, corev3.HeaderValueOption_APPEND_IF_EXISTS_OR_ADD))
	}
	return add, m.Remove, checkHeaderNames(add, m.Remove)
}

func headerOption(h ir.Header, action corev3.HeaderValueOption_HeaderAppendAction) *corev3.HeaderValueOption {
	value := h.Value
	if !h.Format {
		value = literalFormat(value)
	}
	return &corev3.HeaderValueOption{
		Header:         &corev3.HeaderValue{Key: h.Name, Value: value},
		AppendAction:   action,
		KeepEmptyValue: value == "",
	}
}

// checkHeaderNames refuses names that Envoy refuses though its proto files do
// not say so: the whole host would be lost.
func checkHeaderNames(add []*corev3.HeaderValueOption, remove []string) error {
	for _, h := range add {
		if err := checkHeaderName(h.GetHeader().GetKey()); err != nil {
			return err
		}
	}
	for _, name := range remove {
		if err := checkHeaderName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkHeaderName(name string) error {
	if name == "" || name[0] == ':' || strings.EqualFold(name, "host") {
		return fmt.Errorf("header %q cannot be modified", name)
	}
	return nil
}
