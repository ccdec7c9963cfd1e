package api

import (
	"net/http"
	"slices"

	"cairn/xapi/lrs"
)

// route is one method of one path: how it is asked for, what it needs, and what it answers.
type route struct {
	method, path string
	name         string // operationId
	summary      string
	about        string // more, where the summary is not enough
	group        string // tag of the document
	scope        lrs.Scope
	wide         bool // not for credentials that are limited to activities
	query        [][]parameter
	body         func() any // what the body is read into; nil without one
	table        bool       // the body is a table (text/csv) in place of JSON
	statuses     []int      // of success; 200 by default
	gives        any        // what the answer holds, by its zero value
	kind         string     // its media type; JSON by default
	gone         bool       // it may be that there is no such thing
	do           func(*call) (answer, error)
}

func (r route) parameters() []parameter {
	var all []parameter
	for _, some := range r.query {
		all = append(all, some...)
	}
	return all
}

// changes says whether it has a body, and so may be refused for what is in it.
func (r route) changes() bool { return r.body != nil || r.table }

// one is parameters of one route's own.
func one(p ...parameter) []parameter { return p }

// routes is all there is to ask for.
func (s *service) routes() []route {
	groups := [][]route{s.frameworkRoutes(), s.alignmentRoutes(), s.changesetRoutes(), s.previewRoutes(), s.learnerRoutes(), s.gapRoutes(), s.coverageRoutes(), s.openRoutes()}
	var all []route
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// openRoutes answer to anyone: they hold nothing but what the program is.
func (s *service) openRoutes() []route {
	const group = "About"
	return []route{
		{
			method: http.MethodGet, path: "/openapi.json", name: "getDocument", group: group, summary: "This document", gives: map[string]any{},
			do: func(*call) (answer, error) { return answer{raw: s.document, kind: "application/json", kept: true}, nil },
		},
		{
			method: http.MethodGet, path: "/problems", name: "listProblems", group: group, summary: "The rules that refusals name", gives: ruleList{},
			do: func(*call) (answer, error) { return kept(ruleList{rules}) },
		},
		{
			method: http.MethodGet, path: "/problems/{rule}", name: "getProblem", group: group, summary: "One rule that refusals name", gives: problemRule{}, gone: true,
			do: func(c *call) (answer, error) {
				if r := find(c.PathValue("rule")); slices.Contains(rules, r) {
					return kept(r)
				}
				return answer{}, ErrNotFound
			},
		},
	}
}

// ruleList is the rules there are.
type ruleList struct {
	Items []problemRule `json:"items"`
}
