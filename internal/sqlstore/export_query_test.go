package sqlstore

// Waited is how often a reader had to wait for a connection.
func (s *Store) Waited() int64 { return s.pool.Stats().WaitCount }
