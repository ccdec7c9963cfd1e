package xapi

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Score is a score (Data 2.4.5.1). An empty Number is absent.
type Score struct {
	Scaled Number `json:"scaled,omitzero"`
	Raw    Number `json:"raw,omitzero"`
	Min    Number `json:"min,omitzero"`
	Max    Number `json:"max,omitzero"`
}

// Thousandths is the score in thousandths, 0 to 1000, rounded down so that no threshold is reached that was not reached:
//
//   - how far raw lies from min to max, when all three are there (some senders map a grade to -1..1 as scaled);
//   - else scaled, where a negative one is 0;
//   - else there is none, and ok is false. So it is for numbers of more than 400 digits.
//
// Numbers are calculated with exactly, as integers.
func (s Score) Thousandths() (milli int, ok bool) {
	if s.Raw != "" && s.Min != "" && s.Max != "" {
		return thousandths(s.Raw.decimal(), s.Min.decimal(), s.Max.decimal())
	}
	if s.Scaled != "" {
		return thousandths(s.Scaled.decimal(), decimal{}, parseDecimal("1"))
	}
	return 0, false
}

// Number is a JSON number with its digits as sent.
type Number string

// Int is the number of an integer.
func Int(n int64) Number { return Number(strconv.FormatInt(n, 10)) }

func (n Number) decimal() decimal { return parseDecimal(string(n)) }

// MarshalJSONTo writes the digits as they are. What is no JSON number is an error.
func (n Number) MarshalJSONTo(enc *jsontext.Encoder) error {
	v := jsontext.Value(n)
	if v.Kind() != '0' {
		return invalid(ruleType, "%q is not a JSON number", clip(string(n)))
	}
	return enc.WriteValue(v)
}

// UnmarshalJSONFrom keeps the digits as they are.
func (n *Number) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	v, err := dec.ReadValue()
	if err != nil {
		return err
	}
	if v.Kind() != '0' {
		return invalid(ruleType, "this must be a number")
	}
	*n = Number(v)
	return nil
}

var (
	_ json.MarshalerTo     = Number("")
	_ json.UnmarshalerFrom = (*Number)(nil)
)
