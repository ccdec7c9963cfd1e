package api

import (
	"net/http"
	"slices"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

// targeting is the parameters that choose what a learner is to have.
var targeting = []parameter{
	text("archetype", "What this archetype asks for, by its code. Capabilities that name none are for everyone."),
	text("profile", "What a role profile asks for, as JSON: `{\"id\":\"nurse\",\"title\":\"Nurse\",\"framework\":\"...\",\"wants\":[{\"archetype\":\"U\",\"levels\":[1,2]}]}`. Not with `archetype`."),
	text("node", "Only at and under this item of the framework, by its id."),
}

func (s *service) gapRoutes() []route {
	const group, of = "Gaps", "/learners/{learner}"
	return []route{
		{
			method: http.MethodGet, path: of + "/gaps", name: "listGaps", group: group, scope: lrs.ScopeLearnersRead, wide: true, gone: true,
			summary: "What a learner is to have and has no evidence for: target minus state",
			about:   "Without `archetype` and `profile` the target is the whole framework. A gap that a higher level implies is shown as what it is, with the level.",
			query:   [][]parameter{framework, targeting, paging}, gives: gapList{}, do: s.listGaps,
		},
		{
			method: http.MethodGet, path: of + "/suggestions", name: "listSuggestions", group: group, scope: lrs.ScopeLearnersRead, wide: true, gone: true,
			summary: "What a learner can do next, the best first, with what each activity does",
			about:   "What renews comes first, then what completes a capability, then what moves most of them; what waits for another capability comes last. An activity is within reach where it is aligned everywhere, for a learning site of theirs, or in a course in which they were seen or have evidence; others are not suggested, and neither are those whose dates are over or that Cairn placed and are closed. What opens on a later day (`opens`) stands after what can be done now. `bare` is the gaps that no activity within reach is aligned with.",
			query:   [][]parameter{framework, targeting, one(limitOf(maxSuggestions))}, gives: suggestionList{}, do: s.listSuggestions,
		},
	}
}

const maxSuggestions = 100

// gapList is what a learner lacks.
type gapList struct {
	Learner   string        `json:"learner"`
	Framework string        `json:"framework"`
	Version   string        `json:"version"`
	Of        int           `json:"of"`   // capabilities of the target
	Gaps      int           `json:"gaps"` // of them without evidence
	Items     []mapping.Gap `json:"items"`
	Next      string        `json:"next,omitzero"`
}

// suggestionList is what to do next.
type suggestionList struct {
	Learner   string               `json:"learner"`
	Framework string               `json:"framework"`
	Version   string               `json:"version"`
	Items     []mapping.Suggestion `json:"items"`
	Bare      []string             `json:"bare"` // ids of capabilities
}

// aim is a learner with what they are to have.
type aim struct {
	learner string
	cat     *mapping.Catalog
	target  []mapping.Node
	stands  map[string]progress
}

func (s *service) aim(c *call) (a aim, err error) {
	if a.cat, err = s.catalog(c); err != nil {
		return a, err
	}
	l, err := s.learner(c)
	if err != nil {
		return a, err
	}
	a.learner = l.ID
	if a.target, err = targetOf(c, a.cat); err != nil {
		return a, err
	}
	a.stands, _, err = s.standing(c, l.ID, a.target)
	return a, err
}

// targetOf is the capabilities that a call asks for.
func targetOf(c *call, cat *mapping.Catalog) ([]mapping.Node, error) {
	profile, code := mapping.RoleProfile{}, c.query["archetype"]
	switch {
	case code != "" && c.query["profile"] != "":
		return nil, newProblem("parameter_malformed", "archetype and profile are two targets: ask for one")
	case code != "":
		if !slices.ContainsFunc(cat.Archetypes, func(a mapping.Archetype) bool { return a.Code == code }) {
			return nil, newProblem("parameter_malformed", "the framework has no archetype with this code")
		}
		profile = mapping.ForArchetypes(cat.ID, code)
	case c.query["profile"] != "":
		var err error
		if profile, err = mapping.ParseRoleProfile([]byte(c.query["profile"]), cat); err != nil {
			return nil, newProblem("parameter_malformed", "the profile cannot be used: "+plain(err))
		}
	}
	node := c.query["node"]
	if _, there := cat.Node(node); node != "" && !there {
		return nil, newProblem("parameter_malformed", "the framework has no item with this id")
	}
	return cat.Target(node, profile), nil
}

func (a aim) evidenced(capability string) bool {
	state := a.stands[capability].State
	return state == mapping.Evidenced || state == mapping.Expiring
}

func (a aim) state(capability string) mapping.State {
	if p, ok := a.stands[capability]; ok && p.State != "" {
		return p.State
	}
	return mapping.NotStarted
}

func (s *service) listGaps(c *call) (answer, error) {
	a, err := s.aim(c)
	if err != nil {
		return answer{}, err
	}
	after := 0
	if err := s.place(c, &after); err != nil {
		return answer{}, err
	}
	gaps := mapping.Gaps(a.target, a.state, mapping.Implied(a.cat, a.evidenced))
	out := gapList{Learner: a.learner, Framework: a.cat.ID, Version: a.cat.Version, Of: len(a.target), Gaps: len(gaps)}
	// The place is one of the target, which stays as it is when a gap is closed between two pages.
	order := map[string]int{}
	for i, n := range a.target {
		order[n.ID] = i + 1
	}
	gaps = slices.DeleteFunc(gaps, func(g mapping.Gap) bool { return order[g.Node.ID] <= after })
	out.Items, out.Next, err = page(s, c, gaps, c.number("limit", defaultLimit), func(last mapping.Gap) any { return order[last.Node.ID] })
	return answer{body: out}, err
}

func (s *service) listSuggestions(c *call) (answer, error) {
	a, err := s.aim(c)
	if err != nil {
		return answer{}, err
	}
	outlooks, err := s.outlooks(c, a)
	if err != nil {
		return answer{}, err
	}
	out := suggestionList{Learner: a.learner, Framework: a.cat.ID, Version: a.cat.Version, Items: mapping.Suggest(outlooks)}
	out.Items = out.Items[:min(len(out.Items), c.number("limit", maxSuggestions))]
	for _, n := range mapping.Bare(outlooks) {
		out.Bare = append(out.Bare, n.ID)
	}
	return answer{body: out}, nil
}

// outlooks explains every capability of the target. What a learner said to need counts where they share it.
func (s *service) outlooks(c *call, a aim) ([]mapping.Outlook, error) {
	rated, err := s.Tracks.SharedRatings(c.Context(), []string{a.learner})
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	for _, r := range rated {
		needed[r.Capability] = r.Needed != mapping.RatingNone && r.Needed != mapping.RatingNotNeeded
	}
	before := a.cat.Prerequisites()
	out := make([]mapping.Outlook, len(a.target))
	cases, err := s.casesOf(c, a.learner, idsOf(a.target))
	if err != nil {
		return nil, err
	}
	if err := s.withinReach(c, a.learner, cases); err != nil {
		return nil, err
	}
	told, err := s.explained(c, cases)
	if err != nil {
		return nil, err
	}
	for i, n := range a.target {
		out[i] = mapping.Outlook{Node: n, Explanation: told[n.ID], Needed: needed[n.ID], Waits: mapping.Waits(before, n.ID, a.evidenced)}
	}
	return out, nil
}

// withinReach leaves out of cases what is aligned where the learner is not: they are at the registrations of their accounts, and in the
// courses in which they were seen or have evidence.
func (s *service) withinReach(c *call, learner string, cases map[string]mapping.Case) error {
	scopes, err := s.Records.Scopes(c.Context(), learner)
	for _, one := range cases {
		scopes = append(scopes, one.Places()...)
	}
	for id, one := range cases {
		cases[id] = one.Within(func(s mapping.Scope) bool {
			return s.Kind == mapping.ScopeInstance || slices.ContainsFunc(scopes, s.Same)
		})
	}
	return err
}
