package lti

import "time"

// Doors for tests of what is not exported.

// ParseClaimsForTest reads claims alone, and makes a message of them.
func ParseClaimsForTest(payload []byte) (*Launch, error) {
	t, err := parseClaims(payload)
	if err != nil {
		return nil, err
	}
	return message(t, Registration{}, Login{}), nil
}

// NumericDateForTest reads a time.
func NumericDateForTest(text string) (time.Time, bool) {
	at, wrong := parseNumericDate([]byte(text))
	return at, !wrong
}
