package cases

import (
	"flag"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/conformance/behaviour"
)

var update = flag.Bool("update", false, "rewrite the golden sections (ir, xds, status) of the cases that are run")

func load(t *testing.T) []behaviour.Case {
	t.Helper()
	cases, err := behaviour.LoadAll("testdata")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	return cases
}

// TestCases runs every case, one after the other, on one Envoy. Choose with
// -run 'TestCases/routing/exact'.
func TestCases(t *testing.T) {
	gateway := behaviour.Start(t)
	for _, c := range load(t) {
		t.Run(c.Name, func(t *testing.T) { behaviour.Run(t, gateway, &c, *update) })
	}
}

// TestCasesLeaveNothingBehind runs all cases once more, in another order: what a
// case leaves in the gateway would show in the next one.
func TestCasesLeaveNothingBehind(t *testing.T) {
	gateway := behaviour.Start(t)
	cases := load(t)
	random := rand.New(rand.NewPCG(3, 14))
	random.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { behaviour.Run(t, gateway, &c, false) })
	}
}

// TestCasesNeedNothingFromOthers runs some cases each on an Envoy of its own.
func TestCasesNeedNothingFromOthers(t *testing.T) {
	cases := load(t)
	random := rand.New(rand.NewPCG(15, 92))
	for range 4 {
		c := cases[random.IntN(len(cases))]
		t.Run(c.Name, func(t *testing.T) { behaviour.Run(t, behaviour.Start(t), &c, false) })
	}
}
