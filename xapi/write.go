package xapi

// span is the place of a definition in what was written.
type span struct {
	node      int32
	from, end int
}

// writer gives a checked document back as the store answers it: without white space between values, activities that came alone
// as arrays, timestamps in UTC; numbers, strings and extensions byte by byte as sent.
type writer struct {
	*document
	dst         []byte
	definitions []span // those that are not empty, in the order of the text
}

func (w *writer) value(i int32) {
	n := &w.nodes[i]
	from := len(w.dst)
	switch {
	case n.marks&markSingle != 0:
		w.dst = append(w.dst, '[')
		w.plain(i)
		w.dst = append(w.dst, ']')
	case n.marks&markVerbatim != 0:
		w.dst = append(w.dst, w.raw(i)...)
	case n.marks&markInstant != 0:
		w.instant(i)
	default:
		w.plain(i)
	}
	if n.marks&markDefinition != 0 && n.next > i+1 {
		w.definitions = append(w.definitions, span{i, from, len(w.dst)})
	}
}

func (w *writer) plain(i int32) {
	switch n := &w.nodes[i]; n.kind {
	case '{':
		w.dst = append(w.dst, '{')
		for k := i + 1; k < n.next; k = w.nodes[k].next {
			w.comma(k > i+1)
			w.member(k)
		}
		w.dst = append(w.dst, '}')
	case '[':
		w.dst = append(w.dst, '[')
		for k := i + 1; k < n.next; k = w.nodes[k].next {
			w.comma(k > i+1)
			w.value(k)
		}
		w.dst = append(w.dst, ']')
	default:
		w.dst = append(w.dst, w.src[n.from:n.end]...)
	}
}

// member writes a property with its name.
func (w *writer) member(i int32) {
	n := &w.nodes[i]
	w.dst = append(w.dst, w.src[n.name-1:n.nameEnd+1]...)
	w.dst = append(w.dst, ':')
	w.value(i)
}

func (w *writer) comma(needed bool) {
	if needed {
		w.dst = append(w.dst, ',')
	}
}

func (w *writer) instant(i int32) {
	t, _ := parseTimestamp(w.text(i)) // checked before
	w.dst = appendInstant(w.dst, t)
}
