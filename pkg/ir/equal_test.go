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

func TestGatewayEqualSeesEveryField(t *testing.T) {
	require.True(t, someGateway().Equal(someGateway()))
	changed := someGateway()
	leaves := 0
	eachLeaf(reflect.ValueOf(changed).Elem(), "Gateway", func(name string, leaf reflect.Value) {
		leaves++
		was := reflect.ValueOf(leaf.Interface())
		change(leaf)
		require.False(t, changed.Equal(someGateway()), name)
		leaf.Set(was)
	})
	require.Equal(t, 15, leaves)
	changed.Sections = nil
	require.False(t, changed.Equal(someGateway()))
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
