package sqlstore

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"cairn/xapi"
)

// term is an identifier of a statement: two with the same kind and value are the same.
type term struct {
	kind  xapi.TermKind
	value string
}

// Identifiers may be longer than PostgreSQL can index (2.7 kB) and may hold U+0000, which its text cannot. So U+0000 and U+0001
// are written as two characters, and what is long is kept as its beginning and a hash, with the whole of it in another column.
const (
	valueMost = 1000 // bytes kept as they are
	valueHead = 900  // bytes of a longer one kept before its hash; prefixes are searched for in them
)

var (
	escapes   = strings.NewReplacer("\x01", "\x01b", "\x00", "\x01a")
	unescapes = strings.NewReplacer("\x01b", "\x01", "\x01a", "\x00")
)

// storedValue answers the columns value and whole of an identifier; whole is nil when value says all.
func storedValue(v string) (value string, whole *string) {
	if strings.ContainsAny(v, "\x00\x01") {
		v = escapes.Replace(v)
	}
	if len(v) <= valueMost {
		return v, nil
	}
	sum := sha256.Sum256([]byte(v))
	return valueStart(v) + "\x01#" + hex.EncodeToString(sum[:]), &v
}

// valueStart cuts a long stored value to its beginning, between two characters.
func valueStart(v string) string {
	n := valueHead
	for !utf8.RuneStart(v[n]) {
		n--
	}
	return v[:n]
}

// givenValue reads what storedValue made.
func givenValue(value string, whole *string) string {
	if whole != nil {
		value = *whole
	}
	if strings.Contains(value, "\x01") {
		return unescapes.Replace(value)
	}
	return value
}

// prefixRange answers the range of stored values, from (inclusive) to (exclusive), that holds every value with the prefix that
// goes on at a boundary (mapping.SelectPrefix) and may hold others. Boundaries are characters before '@', so that the range
// ends there, unless the prefix itself ends at one.
func prefixRange(prefix string) (from, to string) {
	from = escapes.Replace(prefix)
	if len(from) > valueHead {
		from = valueStart(from)
		return from, from + string(utf8.MaxRune)
	}
	if from != "" && strings.IndexByte("/?#&", from[len(from)-1]) >= 0 {
		return from, from + string(utf8.MaxRune)
	}
	return from, from + "@"
}
