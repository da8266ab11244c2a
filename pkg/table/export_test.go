package table

// SetWorkers makes g use n goroutines where it would use one per core.
func (g *Graph) SetWorkers(n int) { g.workers = n }

// Held returns the number of rows and placeholders in the memory of t.
func (t *Table[K, V]) Held() int { return len(t.rows) }
