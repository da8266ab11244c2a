package ir_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func someGateway() *ir.Gateway {
	return &ir.Gateway{
		Name: ir.Name{Namespace: "infra", Name: "public"}, Class: "sluice",
		Sections: []ir.Section{{
			Name: "web", Port: 80, Protocol: ir.HTTP, Hostname: "*.example", Kinds: []string{"HTTPRoute"}, Accepted: true,
			Namespaces: ir.NamespaceSelector{Selector: ir.LabelSelector{
				Requirements: []ir.LabelRequirement{{Key: "team", Operator: "In", Values: []string{"pets"}}},
			}},
		}},
	}
}

func someGrant() *ir.Grant {
	return &ir.Grant{
		Name: ir.Name{Namespace: "pets", Name: "open"},
		From: []ir.GrantFrom{{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "web"}},
		To:   []ir.GrantTo{{Kind: "Service", Name: "store"}},
	}
}

func TestGatewayEqualSeesEveryField(t *testing.T) {
	requireSeesAll(t, someGateway, (*ir.Gateway).Equal, 16)
	changed := someGateway()
	changed.Sections = nil
	require.False(t, changed.Equal(someGateway()))
}

func TestGrantEqualSeesEveryField(t *testing.T) {
	requireSeesAll(t, someGrant, func(a, b *ir.Grant) bool { return a.Equal(*b) }, 8)
	changed := someGrant()
	changed.To = append(changed.To, ir.GrantTo{Kind: "Secret"})
	require.False(t, changed.Equal(*someGrant()))
}

// requireSeesAll changes each of the leaves of some value in turn.
func requireSeesAll[T any](t *testing.T, some func() *T, equal func(a, b *T) bool, leaves int) {
	require.True(t, equal(some(), some()))
	changed, seen := some(), 0
	eachLeaf(reflect.ValueOf(changed).Elem(), reflect.TypeFor[T]().Name(), func(name string, leaf reflect.Value) {
		seen++
		was := reflect.ValueOf(leaf.Interface())
		change(leaf)
		require.False(t, equal(changed, some()), name)
		leaf.Set(was)
	})
	require.Equal(t, leaves, seen)
}

// eachLeaf visits the fields and elements of v that hold no others.
func eachLeaf(v reflect.Value, name string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Struct:
		for field, value := range v.Fields() {
			eachLeaf(value, name+"."+field.Name, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachLeaf(v.Index(i), name+"[]", visit)
		}
	default:
		visit(name, v)
	}
}

func change(leaf reflect.Value) {
	switch leaf.Kind() {
	case reflect.Bool:
		leaf.SetBool(!leaf.Bool())
	case reflect.Int32:
		leaf.SetInt(leaf.Int() + 1)
	case reflect.String:
		leaf.SetString(leaf.String() + "x")
	default:
		panic("cannot change a " + leaf.Kind().String())
	}
}
