package standalone

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/translator"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Config configures a standalone gateway.
type Config struct {
	// Dir is the directory to serve.
	Dir string
	// BindAddress is the IP address of all listeners. Default 127.0.0.1.
	BindAddress string
	// AdminAddress is the host:port of our admin. Default 127.0.0.1:9901.
	AdminAddress string
	// Envoy is the path of the binary; empty means that it is looked for,
	// see proxy.Find.
	Envoy string
	// EnvoyLogLevel is passed to Envoy. Default "warning".
	EnvoyLogLevel string
	// Concurrency is the number of Envoy's worker threads; zero means one
	// per CPU.
	Concurrency int
	// DrainTime bounds the wait for requests under way at the end. Default 30s.
	DrainTime time.Duration
	// Observer is told of every commit. May be nil.
	Observer controlplane.Observer
	// OnReady is called once, when Envoy serves the configuration, with the
	// addresses it serves on, such as "http://127.0.0.1:8080". May be nil.
	OnReady func(addresses []string)
	// XDS tunes delivery; the zero value is right.
	XDS xds.Config
	Log *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.BindAddress == "" {
		c.BindAddress = "127.0.0.1"
	}
	if c.AdminAddress == "" {
		c.AdminAddress = "127.0.0.1:9901"
	}
	if c.DrainTime == 0 {
		c.DrainTime = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

// Pipeline returns the options of the pipeline of a standalone gateway.
func (c Config) Pipeline() pipeline.Options {
	return pipeline.Options{
		Standalone: true,
		Translator: translator.Options{BindAddress: c.BindAddress, BindPort: BindPort, PublicPort: BindPort},
	}
}

// validate finds values that would only fail later, or never.
func (c Config) validate() error {
	if _, err := netip.ParseAddr(c.BindAddress); err != nil {
		return fmt.Errorf("the bind address %q is not an IP address", c.BindAddress)
	}
	if c.Concurrency < 0 {
		return fmt.Errorf("the concurrency is %d, and must not be negative", c.Concurrency)
	}
	if c.DrainTime < 0 {
		return fmt.Errorf("the drain time is %v, and must not be negative", c.DrainTime)
	}
	return nil
}

// addresses are the URLs of listeners.
func (c Config) addresses(listeners []ir.Listener) []string {
	var out []string
	for _, l := range listeners {
		scheme := "http://"
		if l.Protocol == ir.HTTPS {
			scheme = "https://"
		}
		out = append(out, scheme+net.JoinHostPort(c.BindAddress, strconv.Itoa(int(BindPort(l.Key.Port)))))
	}
	slices.Sort(out)
	return out
}
