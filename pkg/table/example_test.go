package table_test

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/table"
)

// Rows are plain immutable values.
type (
	Route struct{ Host, Path, Service string }
	Rule  struct{ Host, Path, Action string }
)

// equal is the equal function of all rows that can be compared with ==.
func equal[V comparable](a, b V) bool { return a == b }

// longestPath sorts the rules of a host, and tells any two of them apart.
func longestPath(a, b table.Member[string, Rule]) int {
	return cmp.Or(cmp.Compare(len(b.Value.Path), len(a.Value.Path)), cmp.Compare(a.Key, b.Key))
}

// A gateway in small: routes and services come from outside, and what each host
// serves follows from them.
func Example() {
	// 1. Declare the tables, each from those above it. Nothing is computed yet.
	g := table.New()
	routes := table.NewSource[string](g, "routes", equal[Route])
	services := table.NewSource[string](g, "services", equal[int])

	// One rule per route. Read is remembered: a rule is made again when its
	// service changes, comes or goes, and at no other change of services.
	rules := table.Derive(g, "rules", routes.Table, equal, func(r *table.Reader, _ string, row Route) (Rule, bool) {
		port, ok := table.Read(r, services.Table, row.Service)
		if !ok {
			return Rule{row.Host, row.Path, "503"}, true
		}
		return Rule{row.Host, row.Path, fmt.Sprintf("%s:%d", row.Service, port)}, true
	})

	// All rules of a host, in order.
	byHost := table.Group(g, "rules by host", rules,
		func(_ string, row Rule, emit func(host string, row Rule)) { emit(row.Host, row) }, equal, longestPath)

	// One configuration per host.
	hosts := table.Derive(g, "hosts", byHost, equal, func(_ *table.Reader, _ string, rules []table.Member[string, Rule]) (string, bool) {
		var lines []string
		for _, m := range rules {
			lines = append(lines, m.Value.Path+" → "+m.Value.Action)
		}
		return strings.Join(lines, ", "), true
	})

	// How many routes use a service.
	uses := table.Count(g, "uses", routes.Table, func(_ string, row Route, emit func(service string)) { emit(row.Service) })

	// 2. Stage writes, commit, read the changes: a reader needs nothing else to
	// hold the same rows.
	commit := func(title string) {
		g.Commit()
		fmt.Println(title)
		for c := range hosts.Changes() {
			switch {
			case !c.HasNew:
				fmt.Printf("  - %s\n", c.Key)
			case !c.HadOld:
				fmt.Printf("  + %s: %s\n", c.Key, c.New)
			default:
				fmt.Printf("  ~ %s: %s\n", c.Key, c.New)
			}
		}
	}
	services.Set("shop", 80)
	routes.Set("r1", Route{"shop.example", "/", "shop"})
	routes.Set("r2", Route{"shop.example", "/cart", "cart"})
	routes.Set("r3", Route{"blog.example", "/", "blog"})
	commit("everything is new")

	services.Set("cart", 8080) // r2 had read that there was none
	commit("a service appears: only the host that waited for it")

	services.Set("mail", 25) // nobody reads it
	routes.Set("r3", Route{"blog.example", "/", "log"})
	commit("a route changes, its rule does not: the commit stops there")

	routes.Delete("r3")
	commit("the last route of a host goes")

	n, _ := uses.Get("cart")
	fmt.Println("routes to cart:", n)
	for _, s := range g.Stats() {
		fmt.Printf("%-13s %d rows, %d recomputed, %d changed\n", s.Name, s.Rows, s.Recomputed, s.Changed)
	}

	// Output:
	// everything is new
	//   + shop.example: /cart → 503, / → shop:80
	//   + blog.example: / → 503
	// a service appears: only the host that waited for it
	//   ~ shop.example: /cart → cart:8080, / → shop:80
	// a route changes, its rule does not: the commit stops there
	// the last route of a host goes
	//   - blog.example
	// routes to cart: 1
	// routes        2 rows, 1 recomputed, 1 changed
	// services      3 rows, 0 recomputed, 0 changed
	// rules         2 rows, 1 recomputed, 1 changed
	// rules by host 1 rows, 1 recomputed, 1 changed
	// hosts         1 rows, 1 recomputed, 1 changed
	// uses          2 rows, 1 recomputed, 1 changed
}
