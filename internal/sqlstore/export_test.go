package sqlstore

// What the tests of this package look at from outside.
var (
	StoredValue = storedValue
	GivenValue  = givenValue
	PrefixRange = prefixRange
)

// KeepLogins makes the bound on logins small enough for a test.
func (s *Store) KeepLogins(most, look int) { s.begun.most, s.begun.look = most, look }
