// Command petstore is the service behind the gateway in `make run` and in the
// guides: a list of pets in memory.
//
//	GET    /api/pets        all pets
//	POST   /api/pets        add one; the answer has its id
//	GET    /api/pets/{id}   one pet
//	DELETE /api/pets/{id}   remove it
//	GET    /swagger.json    this list for machines (OpenAPI 2.0)
//
// How to read it: store.go keeps the pets, api.go serves them, main.go
// listens. config/ holds the routes that lead here and cert/ makes the
// certificate that one of them needs.
package main
