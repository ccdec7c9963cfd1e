package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cairn/mapping"
)

// allRoles stands in addresses for every role, where a learner chose some.
const allRoles = "all"

// roleFilter is which archetypes a learner's pages are for.
type roleFilter struct {
	roles  []string // codes in the framework's order; none is all of them
	asked  bool     // by the address, so links carry it on
	chosen []string // what the learner chose before; nil when nothing was
	known  bool     // a choice was made, if only of all
}

// readRoles finds out which roles a page is for: those of the address, else those that the learner chose. A placement that is limited
// to a role leaves no choice.
func (s *site) readRoles(v *visit, r *record) error {
	if r.role != "" || len(r.cat.Archetypes) == 0 {
		return nil
	}
	if owner(v.session) != "" {
		chosen, err := s.Preferences.RoleChoice(v.Context(), v.session.Learner, r.cat.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("read the roles of a learner: %w", err)
		}
		r.chosen, r.known = ofFramework(r.cat, chosen), err == nil
	}
	r.roles = r.chosen
	asked := strings.Fields(strings.Join(v.URL.Query()["role"], " "))
	if len(asked) == 0 {
		return nil
	}
	r.asked, r.roles = true, nil
	if len(asked) == 1 && asked[0] == allRoles {
		return nil
	}
	if r.roles = ofFramework(r.cat, asked); len(r.roles) != len(asked) {
		return refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	return nil
}

// ofFramework answers those of some codes that are roles of a framework, in its order. A newer version may have dropped one.
func ofFramework(cat *mapping.Catalog, codes []string) []string {
	var out []string
	for _, a := range cat.Archetypes {
		if slices.Contains(codes, a.Code) {
			out = append(out, a.Code)
		}
	}
	return out
}

// fits says whether a capability is for the roles; one that names none is for everyone.
func (f roleFilter) fits(n mapping.Node) bool {
	return len(f.roles) == 0 || len(n.Archetypes) == 0 || slices.ContainsFunc(n.Archetypes, func(a string) bool { return slices.Contains(f.roles, a) })
}

// code is the roles as addresses have them, "" for what the learner chose anyway.
func (f roleFilter) code() string {
	switch {
	case !f.asked:
		return ""
	case len(f.roles) == 0:
		return allRoles
	}
	return strings.Join(f.roles, " ")
}

// href is the address of a page of the record, with pairs of name and value for its query. It carries on which roles are shown.
func (r *record) href(v *visit, page string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if code := r.code(); code != "" && q.Get("role") == "" {
		q.Set("role", code)
	}
	return v.to(addressOf(r.at+page, q))
}

// rolesBar says who a page is for (pages.md L2): the roles, and links that change them, each "" where it is not offered.
type rolesBar struct {
	For     string
	Change  string
	ShowAll string
	Own     string // back to the roles that the learner chose
}

// rolesBar of a page of the record; pairs are the rest of its address. Nil where roles are no choice, and for somebody else's record.
func (r *record) rolesBar(v *visit, page string, pairs ...string) *rolesBar {
	switch {
	case r.name != "" || len(r.cat.Archetypes) == 0:
		return nil
	case r.role != "":
		return &rolesBar{For: v.say("roles.for", "roles", roleTitles(r.cat, []string{r.role}))}
	}
	b := &rolesBar{For: v.say("roles.everyone"), Change: v.to("me/start")}
	if len(r.roles) > 0 {
		b.For = v.say("roles.for", "roles", roleTitles(r.cat, r.roles))
		b.ShowAll = r.href(v, page, append(pairs, "role", allRoles)...)
	} else if len(r.chosen) > 0 {
		own := *r
		own.asked = false
		b.Own = own.href(v, page, pairs...)
	}
	return b
}

// roleTitles names roles, those nearest to practice first: frameworks begin with who decides.
func roleTitles(cat *mapping.Catalog, codes []string) string {
	var out []string
	for _, a := range slices.Backward(cat.Archetypes) {
		if slices.Contains(codes, a.Code) {
			out = append(out, a.Title)
		}
	}
	return strings.Join(out, ", ")
}
