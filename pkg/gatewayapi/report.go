package gatewayapi

import (
	"fmt"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxListed bounds the problems spelled out in one condition's message.
const maxListed = 3

// list joins problems into a condition's message.
func list(ps []ir.Problem) string {
	var b strings.Builder
	for i, p := range ps {
		if i == maxListed {
			fmt.Fprintf(&b, " (and %d more)", len(ps)-i)
			break
		}
		if i > 0 {
			b.WriteString(". ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}
