package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPetstoreAnswers(t *testing.T) {
	tests := map[string]struct {
		method, path, body string
		status             int
		answer             string
	}{
		"all":        {"GET", "/api/pets", "", 200, `[{"id":1,"name":"Dog","status":"available"},{"id":2,"name":"Cat","status":"pending"}]`},
		"one":        {"GET", "/api/pets/2", "", 200, `{"id":2,"name":"Cat","status":"pending"}`},
		"none":       {"GET", "/api/pets/9", "", 404, `{"error":"no such pet"}`},
		"no number":  {"GET", "/api/pets/x", "", 400, `{"error":"the id of a pet is a number"}`},
		"add":        {"POST", "/api/pets", `{"id":77,"name":"Cow"}`, 201, `{"id":3,"name":"Cow","status":"available"}`},
		"no name":    {"POST", "/api/pets", `{}`, 400, `{"error":"a pet needs a name"}`},
		"remove":     {"DELETE", "/api/pets/1", "", 204, ""},
		"remove two": {"DELETE", "/api/pets/9", "", 404, `{"error":"no such pet"}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, answer := ask(t, api{newStore()}.handler(), test.method, test.path, test.body)
			require.Equal(t, test.status, status)
			require.Equal(t, test.answer, strings.TrimSpace(answer))
		})
	}
}

func TestRemovedPetIsGoneAndItsNumberIsNotUsedAgain(t *testing.T) {
	handler := api{newStore()}.handler()
	ask(t, handler, http.MethodDelete, "/api/pets/2", "")
	status, _ := ask(t, handler, http.MethodGet, "/api/pets/2", "")
	require.Equal(t, http.StatusNotFound, status)
	_, answer := ask(t, handler, http.MethodPost, "/api/pets", `{"name":"Cow"}`)
	require.Contains(t, answer, `"id":3`)
}

func TestPetstoreRefusesWhatIsTooMuch(t *testing.T) {
	handler := api{newStore()}.handler()
	status, _ := ask(t, handler, http.MethodPost, "/api/pets", `{"name":"`+strings.Repeat("x", maxBody)+`"}`)
	require.Equal(t, http.StatusBadRequest, status)
	for range maxPets - 2 {
		status, _ = ask(t, handler, http.MethodPost, "/api/pets", `{"name":"x"}`)
		require.Equal(t, http.StatusCreated, status)
	}
	status, _ = ask(t, handler, http.MethodPost, "/api/pets", `{"name":"x"}`)
	require.Equal(t, http.StatusInsufficientStorage, status)
}

func TestPetstoreIsSafeForManyAtOnce(t *testing.T) {
	handler := api{newStore()}.handler()
	var clients sync.WaitGroup
	for range 8 {
		clients.Go(func() {
			for range 50 {
				handler.ServeHTTP(httptest.NewRecorder(),
					httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/pets", strings.NewReader(`{"name":"x"}`)))
			}
		})
	}
	clients.Wait()
	var pets []pet
	_, answer := ask(t, handler, http.MethodGet, "/api/pets", "")
	require.NoError(t, json.Unmarshal([]byte(answer), &pets))
	require.Len(t, pets, 2+8*50)
}

func TestSwaggerNamesEveryPath(t *testing.T) {
	_, answer := ask(t, api{newStore()}.handler(), http.MethodGet, "/swagger.json", "")
	var document struct {
		BasePath string                                `json:"basePath"`
		Paths    map[string]map[string]json.RawMessage `json:"paths"`
	}
	require.NoError(t, json.Unmarshal([]byte(answer), &document))
	require.Equal(t, "/api", document.BasePath)
	require.Contains(t, document.Paths["/pets"], "get")
	require.Contains(t, document.Paths["/pets"], "post")
	require.Contains(t, document.Paths["/pets/{id}"], "get")
	require.Contains(t, document.Paths["/pets/{id}"], "delete")
}

func TestPetstoreServesUntilItIsTold(t *testing.T) {
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener) }()

	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"http://"+listener.Addr().String()+"/api/pets", http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, http.StatusOK, response.StatusCode)

	require.ErrorContains(t, run(t.Context(), listener.Addr().String()), "cannot listen")
	cancel()
	require.NoError(t, <-ended)
}

func ask(t *testing.T, handler http.Handler, method, path, body string) (status int, answer string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	content, err := io.ReadAll(recorder.Result().Body)
	require.NoError(t, err)
	return recorder.Code, string(content)
}
