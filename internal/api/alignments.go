package api

import (
	"net/http"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

func (s *service) alignmentRoutes() []route {
	const group = "Alignments"
	of := one(text("capability", "Only of this capability, by its id."))
	return []route{
		{
			method: http.MethodGet, path: "/alignments", name: "listAlignments", group: group, scope: lrs.ScopeAlignmentsRead,
			summary: "The active alignments, in order of their beginning",
			about:   "An alignment says that an activity is evidence towards a capability, under a criterion, in a scope. A page may hold fewer than asked for where a credential is limited; `next` says whether there are more.",
			query:   [][]parameter{of, one(text("activity", "Only of this activity, by the IRI of the selector.")), places, paging}, gives: alignmentList{}, do: s.listAlignments,
		},
		{
			method: http.MethodGet, path: "/alignments.csv", name: "exportAlignments", group: group, scope: lrs.ScopeAlignmentsRead,
			summary: "The active alignments of one scope as a table, which can be imported again",
			about:   "Columns: activity, selector, capability (its code), verbs, min_score, min_duration, kind, placed, from, until.",
			query:   [][]parameter{framework, exactly(places)}, kind: "text/csv", gives: "", do: s.exportAlignments,
		},
		{
			method: http.MethodPost, path: "/alignments.csv", name: "importAlignments", group: group, scope: lrs.ScopeAlignmentsWrite,
			summary: "Add the alignments of a table to a scope, as one change; or only find out what it would change",
			about: "The table is as it is exported; only `activity` and `capability` (its code or id) are needed, and the scope is that of the address. What is there already stays; where the same activity is aligned with the same capability by another criterion, the table's takes its place; what the table does not name stays. " +
				"Without `apply=true` nothing is written: the answer holds the `edits`, which can be posted to `/previews` or `/changesets` as they are. A table with a row that is wrong is refused whole (`table_invalid`), and `problems` names each. " +
				"Applied, it is a changeset like any other, with the credential as its author: `after`, `id`, `reason` and `preview` mean what they mean there; without `after` it is refused when another changeset comes meanwhile.",
			query: [][]parameter{framework, exactly(places), importing}, table: true, statuses: []int{http.StatusOK, http.StatusCreated}, gives: alignmentImport{}, do: s.importAlignments,
		},
		{
			method: http.MethodGet, path: "/alignments/{alignment}", name: "getAlignment", group: group, scope: lrs.ScopeAlignmentsRead, gone: true,
			summary: "One alignment, also one that ended", gives: listedAlignment{}, do: s.getAlignment,
		},
		{
			method: http.MethodGet, path: "/rules", name: "listRules", group: group, scope: lrs.ScopeAlignmentsRead, wide: true,
			summary: "The rules in force, in order of their beginning",
			about:   "A rule says how much is needed: for one capability, or as the default of a framework. Where a scope has none, the wider scope's holds; where nobody set one, any one activity is enough.",
			query:   [][]parameter{of, one(text("framework", "Only the defaults of this framework.")), places, paging}, gives: ruleSetList{}, do: s.listRules,
		},
	}
}

// listedAlignment is an alignment with where it stands in the log.
type listedAlignment struct {
	mapping.Alignment
	Began int64 `json:"began"`          // position in the log
	Ended int64 `json:"ended,omitzero"` // the same; without it, it is active
}

type alignmentList struct {
	Items []listedAlignment `json:"items"`
	Next  string            `json:"next,omitzero"` // address of the next page
}

// ruleSet is a rule where it holds.
type ruleSet struct {
	mapping.ScopedRule
	Began int64 `json:"began"` // position in the log
}

type ruleSetList struct {
	Items []ruleSet `json:"items"`
	Next  string    `json:"next,omitzero"`
}

// alignmentPlace is where a page of alignments ended.
type alignmentPlace struct {
	Pos int64  `json:"p"`
	ID  string `json:"i"`
}

func (s *service) listAlignments(c *call) (answer, error) {
	var from alignmentPlace
	if err := s.place(c, &from); err != nil {
		return answer{}, err
	}
	limit := c.number("limit", defaultLimit)
	all, err := s.Alignments.Alignments(c.Context(), AlignmentFilter{
		Place: c.place(), Capability: c.query["capability"], Activity: c.query["activity"], AfterPos: from.Pos, AfterID: from.ID, Limit: limit + 1,
	})
	if err != nil {
		return answer{}, err
	}
	all, next, err := page(s, c, all, limit, func(a pipeline.Aligned) any { return alignmentPlace{a.Began, a.ID} })
	list := alignmentList{Next: next}
	for _, a := range all {
		if c.credential.Limits.AllowsActivity(a.Selector.IRI) {
			list.Items = append(list.Items, listedAlignment{a.Alignment, a.Began, a.Ended})
		}
	}
	return answer{body: list, kept: true}, err
}

func (s *service) getAlignment(c *call) (answer, error) {
	a, err := s.Alignments.Alignment(c.Context(), c.PathValue("alignment"))
	if err != nil {
		return answer{}, err
	}
	if !c.reach.sees(a.Scope) || !c.credential.Limits.AllowsActivity(a.Selector.IRI) {
		return answer{}, ErrNotFound
	}
	return kept(listedAlignment{a.Alignment, a.Began, a.Ended})
}

// rulePlace is where a page of rules ended.
type rulePlace struct {
	Pos        int64  `json:"p"`
	Capability string `json:"c"`
	Framework  string `json:"f"`
}

func (s *service) listRules(c *call) (answer, error) {
	var from rulePlace
	if err := s.place(c, &from); err != nil {
		return answer{}, err
	}
	limit := c.number("limit", defaultLimit)
	all, err := s.Alignments.Rules(c.Context(), RuleFilter{
		Place: c.place(), Capability: c.query["capability"], Framework: c.query["framework"],
		AfterPos: from.Pos, AfterCapability: from.Capability, AfterFramework: from.Framework, Limit: limit + 1,
	})
	if err != nil {
		return answer{}, err
	}
	all, next, err := page(s, c, all, limit, func(r pipeline.Ruled) any { return rulePlace{r.Began, r.Capability, r.Framework} })
	list := ruleSetList{Next: next}
	for _, r := range all {
		if r.Rule.Kind != "" { // else it took the scope's own away
			list.Items = append(list.Items, ruleSet{r.ScopedRule, r.Began})
		}
	}
	return answer{body: list, kept: true}, err
}
