package gatewayapi

import (
	"fmt"
	"math"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// million is the finest denominator of a mirror's share.
const million = 1_000_000

// mirror reads a RequestMirror filter. One whose backend cannot be used is
// reported and left out, as the specification asks.
func (s *filterSet) mirror(f *gwv1.HTTPRequestMirrorFilter) {
	const field = ".requestMirror"
	numerator, denominator := uint32(100), uint32(100)
	switch {
	case f.Percent != nil && f.Fraction != nil:
		s.fail(ir.ReasonInvalid, field, "percent and fraction exclude each other", "remove one of them")
		return
	case f.Percent != nil:
		if *f.Percent < 0 || *f.Percent > 100 {
			s.fail(ir.ReasonInvalid, field+".percent", fmt.Sprintf("%d is not between 0 and 100", *f.Percent), "")
			return
		}
		numerator = uint32(*f.Percent)
	case f.Fraction != nil:
		var ok bool
		if numerator, denominator, ok = fraction(f.Fraction); !ok {
			s.fail(ir.ReasonInvalid, field+".fraction", "the fraction is not between 0 and 1", "")
			return
		}
	}
	backend, ok := s.t.resolve(s.at, field+".backendRef", &f.BackendRef)
	if !ok || numerator == 0 {
		return
	}
	if s.policy.Mirrors == nil {
		s.policy.Mirrors = &ir.Mirrors{}
	}
	s.policy.Mirrors.To = append(s.policy.Mirrors.To, ir.Mirror{
		Cluster: ir.ClusterKey{Backend: backend.Key}, Numerator: numerator, Denominator: denominator, KeepHost: true,
	})
}

// fraction expresses a fraction in one of the denominators of ir.Mirror,
// rounded to the nearest millionth.
func fraction(f *gwv1.Fraction) (numerator, denominator uint32, ok bool) {
	d := int32(100)
	if f.Denominator != nil {
		d = *f.Denominator
	}
	if f.Numerator < 0 || d <= 0 || f.Numerator > d {
		return 0, 0, false
	}
	switch d {
	case 100, 10_000, million:
		return uint32(f.Numerator), uint32(d), true
	}
	return uint32(math.Round(float64(f.Numerator) * million / float64(d))), million, true
}
