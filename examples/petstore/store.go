package main

import (
	"maps"
	"slices"
	"sync"
)

// maxPets bounds the store, since anybody may add to it.
const maxPets = 10_000

// pet is one animal in the store.
type pet struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// store keeps pets by their id. Its methods may be called at the same time.
type store struct {
	mu   sync.Mutex
	pets map[int64]pet
	last int64 // the highest id ever given
}

// newStore returns a store with a dog and a cat.
func newStore() *store {
	s := &store{pets: map[int64]pet{}}
	s.add(pet{Name: "Dog", Status: "available"})
	s.add(pet{Name: "Cat", Status: "pending"})
	return s
}

// all returns the pets in the order of their ids.
func (s *store) all() []pet {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]pet, 0, len(s.pets))
	for _, id := range slices.Sorted(maps.Keys(s.pets)) {
		all = append(all, s.pets[id])
	}
	return all
}

func (s *store) get(id int64) (pet, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, found := s.pets[id]
	return p, found
}

// add gives the pet a new id and keeps it, unless the store is full.
func (s *store) add(p pet) (pet, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pets) >= maxPets {
		return pet{}, false
	}
	s.last++
	p.ID = s.last
	s.pets[p.ID] = p
	return p, true
}

// remove reports whether there was such a pet.
func (s *store) remove(id int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, found := s.pets[id]
	delete(s.pets, id)
	return found
}
