package sqlstore

// What the tests of this package look at from outside.
var (
	StoredValue = storedValue
	GivenValue  = givenValue
	PrefixRange = prefixRange
)
