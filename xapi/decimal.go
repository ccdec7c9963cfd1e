package xapi

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"
)

// decimal is a JSON number, exactly: ±0.digits × 10^exponent, digits without zeros at either end. Zero has no digits.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

// maxExponent caps the exponents that are told apart. JSON may write any; none means anything out here.
const maxExponent = 1 << 40

// maxPower is the largest power of ten that is calculated with: far more than a score needs, and bounded work.
const maxPower = 400

// parseDecimal reads a JSON number that the parser has accepted.
func parseDecimal(s string) decimal {
	var d decimal
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	digits := whole + part
	d.digits = strings.TrimLeft(digits, "0")
	d.exponent = int64(len(whole)-(len(digits)-len(d.digits))) + parseExponent(exponent)
	d.digits = strings.TrimRight(d.digits, "0")
	if d.digits == "" {
		return decimal{}
	}
	return d
}

func parseExponent(s string) int64 {
	s, negative := strings.CutPrefix(s, "-")
	s = strings.TrimPrefix(s, "+")
	var n int64
	for i := 0; i < len(s) && n < maxExponent; i++ {
		n = n*10 + int64(s[i]-'0')
	}
	n = min(n, maxExponent)
	if negative {
		return -n
	}
	return n
}

// append writes the number in the one form that equal numbers share.
func (d decimal) append(dst []byte) []byte {
	if d.digits == "" {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(append(append(dst, "0."...), d.digits...), 'e')
	return strconv.AppendInt(dst, d.exponent, 10)
}

// compare is -1, 0 or 1.
func (d decimal) compare(other decimal) int {
	a, b := d.sign(), other.sign()
	switch {
	case a != b:
		return cmp.Compare(a, b)
	case a < 0:
		return other.compareSize(d)
	}
	return d.compareSize(other)
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	}
	return 1
}

func (d decimal) compareSize(other decimal) int {
	if c := cmp.Compare(d.exponent, other.exponent); c != 0 {
		return c
	}
	return strings.Compare(d.digits, other.digits)
}

// scaled is the number times 10^places as an integer; ok is false when that is no integer or needs more than maxPower digits.
func (d decimal) scaled(places int64) (n *big.Int, ok bool) {
	zeros := d.exponent + places - int64(len(d.digits))
	if d.digits == "" {
		return new(big.Int), true
	}
	if zeros < 0 || zeros+int64(len(d.digits)) > 2*maxPower {
		return nil, false
	}
	n, ok = new(big.Int).SetString(d.digits+strings.Repeat("0", int(zeros)), 10)
	if ok && d.negative {
		n.Neg(n)
	}
	return n, ok
}

// places is how many digits the number has behind its point.
func (d decimal) places() int64 { return max(0, int64(len(d.digits))-d.exponent) }

// thousandths is how far value lies from low to high, in thousandths, rounded down, held between 0 and 1000. ok is false when the numbers
// are too large or too fine to calculate with, and when low and high are equal.
func thousandths(value, low, high decimal) (milli int, ok bool) {
	places := max(value.places(), low.places(), high.places())
	v, ok1 := value.scaled(places)
	l, ok2 := low.scaled(places)
	h, ok3 := high.scaled(places)
	if !ok1 || !ok2 || !ok3 || places > maxPower || h.Cmp(l) <= 0 {
		return 0, false
	}
	v.Sub(v, l).Mul(v, big.NewInt(1000))
	if v.Sign() <= 0 {
		return 0, true
	}
	v.Quo(v, h.Sub(h, l))
	if !v.IsInt64() {
		return 1000, true
	}
	return int(min(v.Int64(), 1000)), true
}
