package api

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

func (s *service) coverageRoutes() []route {
	const group = "Coverage"
	return []route{
		{
			method: http.MethodGet, path: "/coverage/capabilities", name: "listCoveredCapabilities", group: group, scope: lrs.ScopeCapabilitiesRead, wide: true, gone: true,
			summary: "How many activities each capability has, in a course or in the whole instance",
			about:   "In a course the wider alignments count too, for they hold there.",
			query:   [][]parameter{course, framework, targeting, one(parameter{name: "covered", about: "Only with, or only without, an activity.", kind: kindYes, words: []string{"true", "false"}})},
			gives:   coveredList{}, do: s.coveredCapabilities,
		},
		{
			method: http.MethodGet, path: "/coverage/activities", name: "listCoveringActivities", group: group, scope: lrs.ScopeCapabilitiesRead, gone: true,
			summary: "The activities of a course, with the capabilities that each is aligned with",
			query:   [][]parameter{required(course), one(parameter{name: "aligned", about: "Only with, or only without, an alignment.", kind: kindYes, words: []string{"true", "false"}}), paging},
			gives:   coveringList{}, do: s.coveringActivities,
		},
	}
}

// required is parameters that must be there.
func required(some []parameter) []parameter {
	some = slices.Clone(some)
	for i := range some {
		some[i].required = true
	}
	return some
}

// covered is a capability with how many activities are aligned with it.
type covered struct {
	Capability string `json:"capability"`
	Code       string `json:"code"`
	Title      string `json:"title"`
	Level      int    `json:"level,omitzero"`
	Section    string `json:"section"` // id of what it hangs on
	Activities int    `json:"activities"`
}

type coveredList struct {
	Scope     mapping.Scope `json:"scope"`
	Framework string        `json:"framework"`
	Version   string        `json:"version"`
	Of        int           `json:"of"`      // capabilities
	Covered   int           `json:"covered"` // of them with an activity
	Items     []covered     `json:"items"`
}

// covering is an activity with what it is aligned with.
type covering struct {
	Activity
	Capabilities []string `json:"capabilities"` // ids
}

type coveringList struct {
	Items []covering `json:"items"`
	Next  string     `json:"next,omitzero"`
}

// courseOf is the course that the parameters name, or the instance; within the limit.
func (s *service) courseOf(c *call) (mapping.Scope, error) {
	scope := mapping.Scope{Kind: mapping.ScopeInstance}
	switch {
	case c.query["context"] != "":
		scope = mapping.Scope{Kind: mapping.ScopeCourse, Registration: c.query["registration"], Context: c.query["context"]}
	case c.query["registration"] != "":
		scope = mapping.Scope{Kind: mapping.ScopeRegistration, Registration: c.query["registration"]}
	}
	if !c.reach.writes(scope) { // the whole instance is more than one LMS
		return scope, errElsewhere
	}
	full, err := s.Places.Scope(c.Context(), scope)
	if errors.Is(err, ErrNotFound) {
		err = newProblem("resource_unknown", "there is no registration with this id")
	}
	return full, err
}

func (s *service) coveredCapabilities(c *call) (answer, error) {
	scope, err := s.courseOf(c)
	if err != nil {
		return answer{}, err
	}
	cat, err := s.catalog(c)
	if err != nil {
		return answer{}, err
	}
	nodes, err := targetOf(c, cat)
	if err != nil {
		return answer{}, err
	}
	counts, err := s.Places.Covered(c.Context(), scope)
	out := coveredList{Scope: scope, Framework: cat.ID, Version: cat.Version, Of: len(nodes)}
	for _, n := range nodes {
		has := counts[n.ID] > 0
		if has {
			out.Covered++
		}
		if only := c.query["covered"]; only == "" || (only == "true") == has {
			out.Items = append(out.Items, covered{n.ID, n.Code, n.Title, n.Level, n.Parent, counts[n.ID]})
		}
	}
	return answer{body: out, kept: true}, err
}

func (s *service) coveringActivities(c *call) (answer, error) {
	scope, err := s.courseOf(c)
	if err != nil {
		return answer{}, err
	}
	after := ""
	if err := s.place(c, &after); err != nil {
		return answer{}, err
	}
	activities, aligned, err := s.Places.Activities(c.Context(), scope)
	if err != nil {
		return answer{}, err
	}
	slices.SortFunc(activities, func(a, b Activity) int { return cmp.Compare(a.IRI, b.IRI) })
	var all []covering
	for _, a := range activities {
		one := covering{a, capabilitiesOf(a.IRI, aligned)}
		if only := c.query["aligned"]; a.IRI > after && c.credential.Limits.AllowsActivity(a.IRI) && (only == "" || (only == "true") == (len(one.Capabilities) > 0)) {
			all = append(all, one)
		}
	}
	all, next, err := page(s, c, all, c.number("limit", defaultLimit), func(last covering) any { return last.IRI })
	return answer{body: coveringList{all, next}, kept: true}, err
}

// capabilitiesOf is what an activity is aligned with, by id.
func capabilitiesOf(iri string, aligned []mapping.Alignment) []string {
	var out []string
	for _, a := range aligned {
		if a.Selector.IRI == iri || a.Selector.Matches(mapping.Record{Activity: iri}) {
			out = append(out, a.Capability)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
