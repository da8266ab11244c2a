package controlplane_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
)

// summaries is an Observer.
type summaries chan controlplane.Summary

func (s summaries) Committed(summary controlplane.Summary) { s <- summary }

// next is the outcome of the next commit.
func (s summaries) next(t *testing.T) controlplane.Summary {
	select {
	case summary := <-s:
		return summary
	case <-time.After(20 * time.Second):
		require.FailNow(t, "no commit")
		return controlplane.Summary{}
	}
}

// run starts a control plane that no Envoy is connected to.
func run(t *testing.T, locate func(ir.Object) (report.Place, bool)) (*controlplane.ControlPlane, summaries) {
	observer := make(summaries, 16)
	cp := controlplane.New(controlplane.Config{
		Pipeline: pipeline.Options{Standalone: true}, Observer: observer, Locate: locate, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		cp.Run(ctx)
	}()
	t.Cleanup(func() {
		stop()
		<-done
	})
	return cp, observer
}

// broken is an Ingress whose Service is missing.
func broken(name string) controlplane.Edit {
	backend := &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{Name: "missing", Port: networkingv1.ServiceBackendPort{Number: 80}}}
	return controlplane.Edit{
		Key:    ir.Object{Group: networkingv1.GroupName, Kind: "Ingress", Namespace: "default", Name: name},
		Object: &networkingv1.Ingress{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name}, Spec: networkingv1.IngressSpec{DefaultBackend: backend}},
		Place:  report.Place{File: "web.yaml", Line: 3},
	}
}

func TestACommitTellsWhatIsNewAndWhatIsGone(t *testing.T) {
	cp, observer := run(t, nil)
	web := broken("web")
	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{web}})
	cp.Complete()
	var added []report.Finding
	for first := false; !first; { // the batch and its completion may be one commit or two
		s := observer.next(t)
		first = s.First
		added = append(added, s.Added...)
	}
	require.Len(t, added, 1)
	require.Equal(t, web.Key, added[0].Object)
	require.Equal(t, "web.yaml:3", added[0].Place.String())

	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{web}})
	again := observer.next(t)
	require.False(t, again.First)
	require.Empty(t, again.Added, "it is known")

	web.Object = nil
	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{web}})
	gone := observer.next(t)
	require.Len(t, gone.Gone, 1)
	require.Equal(t, "web.yaml:3", gone.Gone[0].Place.String())
	require.NoError(t, cp.Ask(t.Context(), func(_ *pipeline.Pipeline, b *report.Book) { require.Empty(t, b.Findings()) }))
}

func TestProblemsOfFilesAreKeptByFile(t *testing.T) {
	cp, observer := run(t, nil)
	finding := report.Finding{Problem: ir.Problem{Severity: ir.Error, Reason: "SyntaxError", Message: "no"}, Place: report.Place{File: "a.yaml", Line: 1}}
	cp.Offer(controlplane.Batch{Files: map[string][]report.Finding{"a.yaml": {finding}}})
	require.Equal(t, []report.Finding{finding}, observer.next(t).Added)
	cp.Offer(controlplane.Batch{Files: map[string][]report.Finding{"a.yaml": nil}})
	require.Equal(t, []report.Finding{finding}, observer.next(t).Gone)
}

func TestAskEndsWithItsContext(t *testing.T) {
	cp := controlplane.New(controlplane.Config{Log: slog.New(slog.DiscardHandler)}) // nobody runs it
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, cp.Ask(ctx, func(*pipeline.Pipeline, *report.Book) {}), context.Canceled)
}

// admin serves the admin pages.
func admin(t *testing.T, cp *controlplane.ControlPlane) func(method, path string) (int, string) {
	server := httptest.NewServer(cp.Admin())
	t.Cleanup(server.Close)
	return func(method, path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, http.NoBody)
		require.NoError(t, err)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(body)
	}
}

func TestAdminPages(t *testing.T) {
	cp, observer := run(t, nil)
	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{broken("web")}})
	observer.next(t)
	page := admin(t, cp)
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/healthz":                    {http.StatusOK, "ok"},
		"/readyz":                     {http.StatusServiceUnavailable, "not ready"},
		"/metrics":                    {http.StatusOK, "sluice_edits_total 1"},
		"/debug/problems":             {http.StatusOK, "BackendNotFound"},
		"/debug/tables":               {http.StatusOK, `"virtual-hosts"`},
		"/debug/tables/virtual-hosts": {http.StatusOK, `"key"`},
		"/debug/tables/nothing":       {http.StatusNotFound, "/debug/tables"},
		"/debug/tables/secrets":       {http.StatusNotFound, ""},
		"/debug/xds":                  {http.StatusOK, `"clusters"`},
		"/debug/xds/routes":           {http.StatusOK, `"name"`},
		"/debug/xds/routes?name=none": {http.StatusOK, "[]"},
		"/debug/xds/nothing":          {http.StatusNotFound, "listeners"},
		"/debug/nodes":                {http.StatusOK, ""},
		"/nothing":                    {http.StatusNotFound, ""},
	} {
		status, body := page(http.MethodGet, path)
		require.Equal(t, want.status, status, path)
		require.Contains(t, body, want.words, path)
		if status == http.StatusOK && strings.HasPrefix(path, "/debug/") {
			require.True(t, json.Valid([]byte(body)), path)
		}
		status, _ = page(http.MethodPost, path)
		require.GreaterOrEqual(t, status, 400, "nothing can be changed: %s", path)
	}
}

func TestMetricsFollowTheConventions(t *testing.T) {
	cp, observer := run(t, nil)
	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{broken("web"), broken("other")}})
	observer.next(t)
	_, text := admin(t, cp)(http.MethodGet, "/metrics")
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Contains(t, text, `sluice_problems{severity="error"} 2`)
	require.Contains(t, text, `sluice_table_rows{table="wire-virtual-hosts"} 2`)
}
