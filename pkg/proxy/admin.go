package proxy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Admin is a client of one Envoy's admin interface on its Unix socket. Calls end
// with their context; all can be made at the same time.
type Admin struct{ client *http.Client }

// NewAdmin returns a client for the admin interface at a socket. Nothing is sent yet.
func NewAdmin(socket string) *Admin {
	dialer := &net.Dialer{}
	return &Admin{client: &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "unix", socket)
		},
		DisableKeepAlives: true, // Envoy may be another process the next time
	}}}
}

// NotReadyError tells what Envoy is doing instead of serving.
type NotReadyError struct{ State string }

func (e *NotReadyError) Error() string { return "envoy is not ready: " + e.State }

// Ready returns nil when Envoy has its first configuration and serves, a
// *NotReadyError when it answers something else, such as PRE_INITIALIZING or
// DRAINING, and another error when it does not answer.
func (a *Admin) Ready(ctx context.Context) error {
	response, err := a.send(ctx, http.MethodGet, "/ready", nil)
	if err != nil {
		return err
	}
	defer discard(response.Body)
	if response.StatusCode == http.StatusOK {
		return nil
	}
	state, err := io.ReadAll(io.LimitReader(response.Body, 64))
	if err != nil {
		return fmt.Errorf("envoy's readiness: %w", err)
	}
	return &NotReadyError{State: strings.TrimSpace(string(state))}
}

// Get reads one page, such as "/config_dump" or "/stats/prometheus", which the
// caller closes. It may be large and may hold secrets in part.
func (a *Admin) Get(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	response, err := a.send(ctx, http.MethodGet, path, query)
	if err != nil {
		return nil, err
	}
	if err := refused(response, path); err != nil {
		return nil, err
	}
	return response.Body, nil
}

// ConfigDump returns what Envoy holds, endpoints included, as JSON of
// envoy.admin.v3.ConfigDump. Private keys are redacted by Envoy.
func (a *Admin) ConfigDump(ctx context.Context) (io.ReadCloser, error) {
	return a.Get(ctx, "/config_dump", url.Values{"include_eds": {""}})
}

// Stats returns the counters and gauges whose name an RE2 expression matches
// somewhere; with "" all.
func (a *Admin) Stats(ctx context.Context, filter string) (map[string]uint64, error) {
	query := url.Values{}
	if filter != "" {
		query.Set("filter", filter)
	}
	body, err := a.Get(ctx, "/stats", query)
	if err != nil {
		return nil, err
	}
	defer discard(body)
	return parseStats(body)
}

// Memory is what Envoy's allocator reports, in bytes.
type Memory struct {
	Allocated uint64 // in use by Envoy
	HeapSize  uint64 // reserved, in use or not; what the overload manager looks at
	Physical  uint64 // of the heap, in memory
}

// Memory reads Envoy's use of memory.
func (a *Admin) Memory(ctx context.Context) (Memory, error) {
	body, err := a.Get(ctx, "/memory", nil)
	if err != nil {
		return Memory{}, err
	}
	defer discard(body)
	var page struct {
		Allocated uint64 `json:"allocated,string"`
		HeapSize  uint64 `json:"heap_size,string"`
		Physical  uint64 `json:"total_physical_bytes,string"`
	}
	if err := json.NewDecoder(body).Decode(&page); err != nil {
		return Memory{}, fmt.Errorf("envoy's memory page: %w", err)
	}
	return Memory(page), nil
}

// FailHealthCheck makes Envoy answer its readiness with 503, and close each
// connection after the response to its next request.
func (a *Admin) FailHealthCheck(ctx context.Context) error {
	return a.post(ctx, "/healthcheck/fail", nil)
}

// DrainListeners begins the graceful drain: clients are asked to leave,
// and the listeners close after Envoy's drain time (10 minutes).
func (a *Admin) DrainListeners(ctx context.Context) error {
	return a.post(ctx, "/drain_listeners", url.Values{"graceful": {""}})
}

// Quit ends Envoy now, with whatever is under way.
func (a *Admin) Quit(ctx context.Context) error {
	return a.post(ctx, "/quitquitquit", nil)
}

func (a *Admin) post(ctx context.Context, path string, query url.Values) error {
	response, err := a.send(ctx, http.MethodPost, path, query)
	if err != nil {
		return err
	}
	defer discard(response.Body)
	return refused(response, path)
}

func (a *Admin) send(ctx context.Context, method, path string, query url.Values) (*http.Response, error) {
	target := url.URL{Scheme: "http", Host: "envoy", Path: path, RawQuery: query.Encode()}
	request, err := http.NewRequestWithContext(ctx, method, target.String(), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("envoy's admin interface: %w", err)
	}
	response, err := a.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("envoy's admin interface: %w", err)
	}
	return response, nil
}

// refused closes a response that is not 200 and says so.
func refused(response *http.Response, path string) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	discard(response.Body)
	return fmt.Errorf("envoy's admin interface: %s answered %s", path, response.Status)
}

// discard ends a response; there is nothing to be done when that fails.
func discard(body io.Closer) { _ = body.Close() }

// parseStats reads the text form, `name: value` on each line. Histograms and
// texts, whose values are no numbers, are passed over.
func parseStats(body io.Reader) (map[string]uint64, error) {
	stats := map[string]uint64{}
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, value, found := strings.Cut(lines.Text(), ": ")
		if !found {
			continue
		}
		number, err := strconv.ParseUint(value, 10, 64)
		if err == nil {
			stats[name] = number
		}
	}
	if err := lines.Err(); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("envoy's stats page: %w", err)
	}
	return stats, nil
}
