package web

import (
	"net/http"
	"net/url"
	"strconv"
)

// slice is the part of a long list that a page holds.
type slice struct {
	from, to, all int
	Shown         string // which part it is, "" for the whole
	Previous      string
	Next          string
}

// readPage reads which page of a list is asked for, from 1.
func readPage(q url.Values) (int, error) {
	text := q.Get("page")
	if text == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(text)
	if err != nil || page < 1 || page > 1000 {
		return 0, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	return page, nil
}

// sliceOf cuts a list of a length into pages of a size. to answers the address of a page.
func (l locale) sliceOf(all, page, size int, to func(page int) string) slice {
	s := slice{from: min((page-1)*size, all), all: all}
	s.to = min(s.from+size, all)
	if all > size {
		s.Shown = l.say("people.shown", "from", min(s.from+1, all), "to", s.to, "n", all)
	}
	if page > 1 {
		s.Previous = to(page - 1)
	}
	if s.to < all {
		s.Next = to(page + 1)
	}
	return s
}

// paged adds the page to an address's query; the first page has none.
func paged(q url.Values, page int) url.Values {
	out := url.Values{}
	for name, values := range q {
		out[name] = values
	}
	if page > 1 {
		out.Set("page", strconv.Itoa(page))
	}
	return out
}
