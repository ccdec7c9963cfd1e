package sqlstore

import "math/bits"

// positions is a set of log positions: one bit each, so that it stays small whatever it holds.
type positions []uint64

func (p positions) set(pos int64) { p[pos>>6] |= 1 << (pos & 63) }

func (p positions) has(pos int64) bool { return p[pos>>6]&(1<<(pos&63)) != 0 }

func (p positions) count() (n int) {
	for _, word := range p {
		n += bits.OnesCount64(word)
	}
	return n
}

// list answers them in order.
func (p positions) list() []int64 {
	out := make([]int64, 0, p.count())
	for i, word := range p {
		for ; word != 0; word &= word - 1 {
			out = append(out, int64(i)<<6+int64(bits.TrailingZeros64(word)))
		}
	}
	return out
}
