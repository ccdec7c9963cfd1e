package web

import (
	"fmt"
	"net/http"
	"slices"

	"cairn/mapping"
)

// startBody is L1: one question, so that many capabilities become few.
type startBody struct {
	Roles   []roleBox
	Saves   bool   // there is a learner whose choice can be kept; else the choice goes into the address
	First   bool   // nothing was chosen before
	To      string // where the form goes
	ShowAll string // the page without a choice, where the form cannot save that
	Cancel  string
}

type roleBox struct {
	Code, Title, Examples string
	Lang                  string // of the words, where it is not the page's
	Ticked                bool
}

// start answers /me/start. A framework without roles, and a placement that is limited to one, have nothing to ask.
func (s *site) start(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	if r.role != "" || len(r.cat.Archetypes) == 0 {
		return answer{location: v.to("me")}, nil
	}
	p := &page{file: "start", Title: v.say("start.title"), Notice: standing(v), Tabs: s.tabs(v, "me"), Foot: []string{v.say("start.foot")}}
	b := startBody{Saves: keeps(v.session), First: !r.known, To: v.to("me"), ShowAll: v.to("me?role=" + allRoles), Cancel: v.to("me")}
	if b.Saves {
		b.To = v.to("me/start")
	}
	for _, a := range slices.Backward(r.cat.Archetypes) {
		b.Roles = append(b.Roles, roleBox{a.Code, a.Title, a.ExampleRoles, v.foreign(), slices.Contains(r.chosen, a.Code)})
	}
	if !b.First {
		p.Crumbs = []crumb{{v.say("overview.title"), v.to("me")}}
	}
	p.Body = b
	return answer{page: p}, nil
}

// saveStart keeps the choice; none ticked means all.
func (s *site) saveStart(v *visit) (answer, error) {
	cat, roles := s.catalog(v.session), v.PostForm["role"]
	if v.PostForm.Has("all") {
		roles = nil
	}
	known := ofFramework(cat, roles)
	for _, code := range roles {
		if !slices.ContainsFunc(cat.Archetypes, func(a mapping.Archetype) bool { return a.Code == code }) {
			return answer{}, refuse(http.StatusBadRequest, "role-unknown", "badform")
		}
	}
	if known == nil {
		known = []string{}
	}
	if err := s.Preferences.SaveRoleChoice(v.Context(), v.session.Learner, cat.ID, known); err != nil {
		return answer{}, fmt.Errorf("keep the roles of a learner: %w", err)
	}
	return answer{location: v.to("me")}, nil
}

// first says whether a learner is to be asked for roles before the overview: on the page of a whole framework, when nothing was chosen
// and the address does not say either.
func (r *record) first(session *Session) bool {
	return keeps(session) && !r.known && !r.asked && r.node == "" && r.role == "" && len(r.cat.Archetypes) > 0
}
