package api

import "slices"

// RoutesForTest answers the method and path of every route, sorted.
func RoutesForTest() []string {
	var all []string
	for _, r := range (&service{}).routes() {
		all = append(all, r.method+" "+r.path)
	}
	slices.Sort(all)
	return all
}
