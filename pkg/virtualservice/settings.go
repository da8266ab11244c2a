package virtualservice

import (
	"reflect"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Settings is what is read of a Settings object.
type Settings struct {
	// Discovery is true where upstreams are discovered from Services. It is
	// unless spec.discovery.enabled or spec.discovery.udsOptions.enabled is
	// false.
	Discovery bool
}

// TranslateSettings translates a Settings object. Every field that is set and
// has no effect yet is a warning.
func TranslateSettings(s *v1.Settings) (Settings, ir.Status) {
	r := &report{}
	at := place{r, "spec"}
	out := Settings{Discovery: true}
	if d := s.Spec.Discovery; d != nil {
		enabled := d.Enabled == nil || *d.Enabled
		uds := d.UdsOptions == nil || d.UdsOptions.Enabled == nil || *d.UdsOptions.Enabled
		out.Discovery = enabled && uds
		at.at(".discovery").discovery(d)
	}
	at.unreadSettings(&s.Spec)
	return out, ir.Status{
		Object:     objectOf(s.TypeMeta, s.ObjectMeta, v1.GlooSoloGroup, v1.KindSettings),
		Generation: s.Generation, Problems: r.sorted(),
	}
}

func (p place) discovery(d *v1.DiscoveryOptions) {
	// Functions are not discovered yet, so every mode is like DISABLED.
	if d.FdsMode != nil && p.enum(".fdsMode", d.FdsMode, "BLACKLIST", "WHITELIST", "DISABLED") != 2 {
		p.ignore(".fdsMode")
	}
	if d.FdsOptions != nil {
		p.ignore(".fdsOptions")
	}
	if d.UdsOptions != nil && len(d.UdsOptions.WatchLabels) > 0 {
		p.ignore(".udsOptions.watchLabels")
	}
}

// unreadSettings notes every field but discovery that is set.
func (p place) unreadSettings(s *v1.SettingsSpec) {
	v := reflect.ValueOf(*s)
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name != "discovery" && !v.Field(i).IsZero() {
			p.ignore("." + name)
		}
	}
}
