package web

import (
	"net/url"
	"strconv"
)

// gridWay is the way to what does not fit on the page in one direction: which of how many are here, and where those before and after are.
type gridWay struct{ Shown, Previous, Next string }

// part is the n-th part of a list that is cut after every size, the first being 1.
func part[T any](all []T, n, size int) []T {
	from := min((n-1)*size, len(all))
	return all[from:min(from+size, len(all))]
}

// at is the query of a page of the grid.
func (g *grid) at(page, part int) url.Values {
	q := url.Values{"section": {g.section.ID}}
	if part > 1 {
		q.Set("part", strconv.Itoa(part))
	}
	return paged(q, page)
}

// way leads to what does not fit: to answers the query of a page, says which of how many are here.
func (g *grid) way(v *visit, all, here, page, size int, to func(page int) url.Values, says func(from, to int) string) (w gridWay) {
	if all > size {
		from := min((page-1)*size, all)
		w.Shown = says(min(from+1, all), from+here)
	}
	if page > 1 {
		w.Previous = v.to(addressOf("course/tags", to(page-1)))
	}
	if page*size < all {
		w.Next = v.to(addressOf("course/tags", to(page+1)))
	}
	return w
}

// fillWays leads to the other activities and to the other capabilities.
func (g *grid) fillWays(v *visit, b *gridBody) {
	activities, capabilities := len(g.tags.activities), len(g.all)
	b.gridWay = g.way(v, activities, len(g.cols), g.page, gridColumns, func(page int) url.Values { return g.at(page, g.part) },
		func(from, to int) string { return v.say("grid.shown", "from", from, "to", to, "n", activities) })
	b.Rest = g.way(v, capabilities, len(g.rows), g.part, gridRows, func(part int) url.Values { return g.at(g.page, part) },
		func(from, to int) string { return v.say("grid.rows", "from", from, "to", to, "n", capabilities) })
}
