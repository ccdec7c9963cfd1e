package web

import (
	"slices"

	"cairn/mapping"
)

// sectionFilter is the filter bar of a section: for which role, and in which state.
type sectionFilter struct {
	To     string
	Keep   string // the role that was asked for, where it is not chosen here; "" for none
	Roles  []option
	States []option
	Chosen []crumb // what was chosen, each with the address without it
}

// sectionFilter makes the bar. Roles are chosen where there are several and the record is the reader's own.
func (r *record) sectionFilter(v *visit, node string, only mapping.State) *sectionFilter {
	page := "/section/" + node
	f := &sectionFilter{To: v.to(r.at + page)}
	for _, state := range listStates {
		f.States = append(f.States, option{string(state), v.say("state." + string(state)), state == only})
	}
	if only != "" {
		f.Chosen = append(f.Chosen, crumb{v.say("state." + string(only)), r.href(v, page)})
	}
	if r.name != "" || r.role != "" || len(r.cat.Archetypes) < 2 {
		f.Keep = r.code()
		return f
	}
	f.Roles = []option{{allRoles, v.say("list.all"), len(r.roles) == 0}}
	if len(r.chosen) > 0 {
		f.Roles = append(f.Roles, option{"", v.say("roles.own"), !r.asked})
	}
	for _, a := range slices.Backward(r.cat.Archetypes) {
		f.Roles = append(f.Roles, option{a.Code, a.Title, r.asked && slices.Equal(r.roles, []string{a.Code})})
	}
	return f
}

// sectionText counts what is tracked under a node, each number with its list.
func (r *record) sectionText(v *visit, n mapping.Node) any {
	t := r.tally(r.tracked(n.ID))
	if t.Tracked == 0 {
		return v.sayHTML("section.untracked")
	}
	of := func(count int, state string) counted {
		return v.num(count, r.href(v, "/list", "node", n.ID, "state", state))
	}
	return v.sayHTML("section.summary", "have", of(t.Evidenced, "evidenced"), "of", v.num(t.Tracked, r.href(v, "/list", "node", n.ID)),
		"progress", of(t.InProgress, "in_progress"), "none", of(t.NotStarted, "not_started"))
}
