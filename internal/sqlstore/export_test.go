package sqlstore

import "context"

// MigrateDown takes the schema back to a version, as it was before the migrations after it.
func (s *Store) MigrateDown(ctx context.Context, version int64) error {
	p, err := s.migrations()
	if err != nil {
		return err
	}
	_, err = p.DownTo(ctx, version)
	return err
}

// Write is a transaction.
func (s *Store) Write(ctx context.Context, f func(*Tx) error) error { return s.write(ctx, f) }

// What the tests of this package look at from outside.
var (
	StoredValue = storedValue
	GivenValue  = givenValue
	PrefixRange = prefixRange

	WithoutAgents = withoutAgents
)

// KeepLogins makes the bound on logins small enough for a test.
func (s *Store) KeepLogins(most, look int) { s.begun.most, s.begun.look = most, look }

// ErasedColumns is every table.column that an erasure goes by.
func ErasedColumns() (out []string) {
	for _, of := range personTables {
		out = append(out, of.table+"."+of.column)
	}
	for _, at := range authorColumns {
		out = append(out, at[0]+"."+at[1])
	}
	return out
}
