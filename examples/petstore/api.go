package main

import (
	_ "embed"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
)

// maxBody bounds the description of a new pet, in bytes.
const maxBody = 64 << 10

//go:embed swagger.json
var swagger []byte

// api serves a store over HTTP.
type api struct{ store *store }

func (a api) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/pets", a.list)
	mux.HandleFunc("POST /api/pets", a.add)
	mux.HandleFunc("GET /api/pets/{id}", a.get)
	mux.HandleFunc("DELETE /api/pets/{id}", a.remove)
	mux.HandleFunc("GET /swagger.json", describe)
	return mux
}

func (a api) list(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, a.store.all())
}

func (a api) get(w http.ResponseWriter, r *http.Request) {
	id, ok := petID(w, r)
	if !ok {
		return
	}
	if p, found := a.store.get(id); found {
		answer(w, http.StatusOK, p)
		return
	}
	fail(w, http.StatusNotFound, "no such pet")
}

func (a api) add(w http.ResponseWriter, r *http.Request) {
	var p pet
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&p); err != nil {
		fail(w, http.StatusBadRequest, "not a pet: "+err.Error())
		return
	}
	if p.Name == "" {
		fail(w, http.StatusBadRequest, "a pet needs a name")
		return
	}
	if p.Status == "" {
		p.Status = "available"
	}
	added, room := a.store.add(p)
	if !room {
		fail(w, http.StatusInsufficientStorage, "the store is full")
		return
	}
	answer(w, http.StatusCreated, added)
}

func (a api) remove(w http.ResponseWriter, r *http.Request) {
	id, ok := petID(w, r)
	switch {
	case !ok:
	case a.store.remove(id):
		w.WriteHeader(http.StatusNoContent)
	default:
		fail(w, http.StatusNotFound, "no such pet")
	}
}

func describe(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	write(w, swagger)
}

// petID reads the id in the path, or answers that it is none.
func petID(w http.ResponseWriter, r *http.Request) (int64, bool) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		fail(w, http.StatusBadRequest, "the id of a pet is a number")
		return 0, false
	}
	return id, true
}

func fail(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]string{"error": message})
}

func answer(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	write(w, append(body, '\n'))
}

func write(w http.ResponseWriter, body []byte) {
	if _, err := w.Write(body); err != nil {
		slog.Debug("client left", "reason", err)
	}
}
