package lti

import (
	"math/big"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// claim is one member of an id_token. A wrong shape does not fail the whole token: the check of the claim names it later, so that a
// refusal tells which claim it was. A JSON null counts as a wrong shape where a check asks, and as absent where none does.
type claim[T any] struct {
	value   T
	present bool
	wrong   bool
}

// UnmarshalJSONFrom reads the member whole, then its shape.
func (c *claim[T]) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	c.present = true
	if raw.Kind() == 'n' {
		c.wrong = true
		return nil
	}
	if err := json.Unmarshal(raw, &c.value); err != nil {
		var zero T
		c.value, c.wrong = zero, true
	}
	return nil
}

// good says whether the claim is there and of its shape.
func (c *claim[T]) good() bool { return c.present && !c.wrong }

// null says whether the claim stands there as null or is absent, which some platforms do not tell apart.
func (c *text) null() bool { return !c.present || c.isNull }

// text is a claim that is a string.
type text struct {
	value   string
	present bool
	wrong   bool
	isNull  bool
}

// UnmarshalJSONFrom reads a string; anything else is marked as wrong.
func (c *text) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	c.present = true
	if dec.PeekKind() != '"' {
		raw, err := dec.ReadValue()
		c.wrong, c.isNull = true, raw.Kind() == 'n'
		return err
	}
	tok, err := dec.ReadToken()
	if err != nil {
		return err
	}
	c.value = tok.String()
	return nil
}

// good says whether the claim is there and is a string.
func (c *text) good() bool { return c.present && !c.wrong }

// numericDate is a time in seconds since 1970, perhaps with a fraction (settled question 21). Strings are wrong.
type numericDate struct {
	time    time.Time
	present bool
	wrong   bool
}

// The bounds of a time: whole seconds up to the year 9999, and no more characters than such a number needs.
const (
	maxSeconds   = 253402300799
	maxDateChars = 40
)

// UnmarshalJSONFrom reads a number exactly, without going through floating point.
func (d *numericDate) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	d.present = true
	d.time, d.wrong = parseNumericDate(raw)
	return nil
}

// parseNumericDate answers the time, and whether the text is no such number.
func parseNumericDate(raw jsontext.Value) (at time.Time, wrong bool) {
	if raw.Kind() != '0' || len(raw) > maxDateChars {
		return time.Time{}, true
	}
	if seconds, ok := wholeSeconds(raw); ok {
		return time.Unix(seconds, 0).UTC(), false
	}
	for i, c := range raw {
		if c == 'e' || c == 'E' { // an exponent of two digits is plenty; more would cost memory
			if len(raw)-i > 4 {
				return time.Time{}, true
			}
		}
	}
	number, ok := new(big.Rat).SetString(string(raw))
	if !ok || number.Sign() < 0 || number.Cmp(big.NewRat(maxSeconds, 1)) > 0 {
		return time.Time{}, true
	}
	number.Mul(number, big.NewRat(int64(time.Second), 1))
	nanos := new(big.Int).Quo(number.Num(), number.Denom())
	seconds, rest := new(big.Int).QuoRem(nanos, big.NewInt(int64(time.Second)), new(big.Int))
	return time.Unix(seconds.Int64(), rest.Int64()).UTC(), false
}

// wholeSeconds is the common case: digits only, in range.
func wholeSeconds(raw []byte) (int64, bool) {
	if len(raw) > 12 {
		return 0, false
	}
	var n int64
	for _, c := range raw {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n <= maxSeconds
}

// audience is aud: one string, or a list of strings.
type audience struct {
	all     []string
	present bool
	wrong   bool
}

// UnmarshalJSONFrom reads either form.
func (a *audience) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	a.present = true
	switch raw.Kind() {
	case '"':
		a.all = make([]string, 1)
		a.wrong = json.Unmarshal(raw, &a.all[0]) != nil
	case '[':
		a.wrong = json.Unmarshal(raw, (*stringList)(&a.all)) != nil
	default:
		a.wrong = true
	}
	return nil
}

// stringList is a list of strings in which null is no string.
type stringList []string

// UnmarshalJSONFrom reads a list and refuses every member that is no string.
func (l *stringList) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '[' {
		return errShape
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	*l = stringList{}
	for dec.PeekKind() != ']' {
		if dec.PeekKind() != '"' {
			return errShape
		}
		tok, err := dec.ReadToken()
		if err != nil {
			return err
		}
		*l = append(*l, tok.String())
	}
	_, err := dec.ReadToken()
	return err
}
