package translator

import (
	"fmt"
	"strings"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

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
