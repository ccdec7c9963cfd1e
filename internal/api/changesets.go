package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"cairn/mapping"
	"cairn/xapi/lrs"
)

func (s *service) changesetRoutes() []route {
	const group = "Changesets"
	return []route{
		{
			method: http.MethodGet, path: "/changesets", name: "listChangesets", group: group, scope: lrs.ScopeAlignmentsRead, wide: true,
			summary: "What was changed in alignments and rules, by whom and why, the newest first",
			query:   [][]parameter{places, paging}, gives: changesetList{}, do: s.listChangesets,
		},
		{
			method: http.MethodGet, path: "/changesets/{changeset}", name: "getChangeset", group: group, scope: lrs.ScopeAlignmentsRead, wide: true, gone: true,
			summary: "One changeset", gives: changeset{}, do: s.getChangeset,
		},
		{
			method: http.MethodPost, path: "/changesets", name: "applyChangeset", group: group, scope: lrs.ScopeAlignmentsWrite,
			summary: "Apply edits of alignments and rules as one change",
			about:   "All of the edits or none. The author is the credential. `after` is the position of the last changeset of the scope that was seen: when another has come since, this one is refused (`alignments_moved`). With `preview`, the scope and the edits, as they are sent, have to be those of the preview, and `after`, where it is sent, the preview's (`preview_differs`); it is also refused when more people would lose evidence than that has shown (`more_lose`), and when another changeset has come since (`alignments_moved`). Sent again with the same `id` and content it is applied once. The answer waits some seconds for states to follow; `folded` says whether they have.",
			body:    func() any { return &changesetRequest{} }, statuses: []int{http.StatusCreated, http.StatusOK}, gives: changeset{}, do: s.applyChangeset,
		},
		{
			method: http.MethodPost, path: "/changesets/{changeset}/undo", name: "undoChangeset", group: group, scope: lrs.ScopeAlignmentsWrite, wide: true, gone: true,
			summary: "Take a changeset back, of what still stands, as a changeset of its own",
			about:   "What it added and what is still there is removed, what it removed and is not there again is added, and a rule becomes what it was where no later changeset set it. The rest is left as it is: `left_out` says how much. When nothing stands, it is refused (`nothing_to_undo`).",
			body:    func() any { return &undoRequest{} }, statuses: []int{http.StatusCreated}, gives: changeset{}, do: s.undoChangeset,
		},
	}
}

// changeset is a changeset as it was applied.
type changeset struct {
	mapping.Changeset
	Pos    int64 `json:"pos"`             // in the log
	Folded *bool `json:"folded,omitzero"` // after a change: states have followed it
	// LeftOut is how many edits of the one that was taken back do not stand any more, and are left as they are.
	LeftOut int `json:"left_out,omitzero"`
}

type changesetList struct {
	Items []changeset `json:"items"`
	Next  string      `json:"next,omitzero"`
}

// changesetRequest is edits to apply.
type changesetRequest struct {
	ID     string        `json:"id,omitzero"` // a UUID, so that it can be sent again; without it, a new one
	Scope  scopeRequest  `json:"scope"`
	Reason string        `json:"reason,omitzero"`
	After  *int64        `json:"after,omitzero"`
	Edits  []editRequest `json:"edits"`
	// Preview is the id of a preview of the same edits in the same scope: then it is refused when more people would lose evidence than
	// that has shown, or alignments moved since.
	Preview string `json:"preview,omitzero"`
}

// scopeRequest names a place; the server knows the IRI of a course.
type scopeRequest struct {
	Kind         mapping.ScopeKind `json:"kind"`
	Registration string            `json:"registration,omitzero"`
	Context      string            `json:"context,omitzero"`
}

func (s scopeRequest) scope() mapping.Scope {
	return mapping.Scope{Kind: s.Kind, Registration: s.Registration, Context: s.Context}
}

// editRequest is one edit: exactly one member is there.
type editRequest struct {
	Add    *alignmentRequest `json:"add,omitzero"`
	Remove string            `json:"remove,omitzero"` // id of an alignment
	Rule   *ruleRequest      `json:"rule,omitzero"`
}

// alignmentRequest is an alignment to add, in the scope of the changeset.
type alignmentRequest struct {
	ID         string            `json:"id,omitzero"` // without it, one that follows from the changeset's
	Capability string            `json:"capability"`
	Selector   mapping.Selector  `json:"selector"`
	Criterion  mapping.Criterion `json:"criterion,omitzero"`
	Placed     bool              `json:"placed,omitzero"`
}

// ruleRequest sets a rule in the scope of the changeset, for a capability or as the default of a framework. A rule without a kind
// takes the scope's own away.
type ruleRequest struct {
	Capability string       `json:"capability,omitzero"`
	Framework  string       `json:"framework,omitzero"`
	Rule       mapping.Rule `json:"rule"`
}

// undoRequest says why.
type undoRequest struct {
	Reason string `json:"reason,omitzero"`
}

func (s *service) listChangesets(c *call) (answer, error) {
	var before int64
	if err := s.place(c, &before); err != nil {
		return answer{}, err
	}
	limit := c.number("limit", defaultLimit)
	all, err := s.Alignments.Changesets(c.Context(), ChangesetFilter{Place: c.place(), Before: before, Limit: limit + 1})
	if err != nil {
		return answer{}, err
	}
	all, next, err := page(s, c, all, limit, func(a Applied) any { return a.Pos })
	list := changesetList{Next: next}
	for _, a := range all {
		list.Items = append(list.Items, changeset{Changeset: a.Changeset, Pos: a.Pos})
	}
	return answer{body: list, kept: true}, err
}

func (s *service) getChangeset(c *call) (answer, error) {
	a, err := s.changesetOf(c)
	return answer{body: changeset{Changeset: a.Changeset, Pos: a.Pos}, kept: true}, err
}

// changesetOf is the one that the address names, when it is within the limit.
func (s *service) changesetOf(c *call) (Applied, error) {
	a, err := s.Alignments.Changeset(c.Context(), c.PathValue("changeset"))
	if err == nil && !c.reach.sees(a.Scope) {
		err = ErrNotFound
	}
	return a, err
}

func (s *service) applyChangeset(c *call) (answer, error) {
	return s.applyAsked(c, c.body.(*changesetRequest))
}

func (s *service) applyAsked(c *call, asked *changesetRequest) (answer, error) {
	cs, err := s.read(c, asked)
	if err != nil {
		return answer{}, err
	}
	was, err := s.Alignments.Changeset(c.Context(), cs.ID)
	switch {
	case err == nil:
		return s.again(c, was, cs)
	case !errors.Is(err, ErrNotFound):
		return answer{}, err
	}
	if asked.Preview == "" {
		return s.apply(c, cs, s.Alignments.Apply)
	}
	shown, err := s.shownOf(c, asked)
	if err != nil {
		return answer{}, err
	}
	return s.apply(c, cs, func(ctx context.Context, cs mapping.Changeset) (int64, error) {
		pos, _, err := s.Previews.Apply(ctx, cs, shown)
		return pos, err
	})
}

// again answers a changeset that is there already, when this is the same.
func (s *service) again(c *call, was Applied, cs mapping.Changeset) (answer, error) {
	cs.At, cs.After = was.At, nil
	if !sameJSON(was.Changeset, cs) {
		return answer{}, newProblem("changeset_id_taken", "another changeset has this id").at("/id")
	}
	folded := s.follow(c, was.Pos)
	return answer{body: changeset{Changeset: was.Changeset, Pos: was.Pos, Folded: &folded}, location: Prefix + "/changesets/" + cs.ID}, nil
}

func (s *service) apply(c *call, cs mapping.Changeset, how func(context.Context, mapping.Changeset) (int64, error)) (answer, error) {
	pos, err := how(c.Context(), cs)
	if err != nil {
		return answer{}, err
	}
	folded := s.follow(c, pos)
	return answer{status: http.StatusCreated, body: changeset{Changeset: cs, Pos: pos, Folded: &folded}, location: Prefix + "/changesets/" + cs.ID}, nil
}

// follow waits for the projection, and says whether it has come to the position.
func (s *service) follow(c *call, pos int64) bool {
	ctx, cancel := context.WithTimeout(c.Context(), s.WaitFor)
	defer cancel()
	return s.Wait(ctx, pos) == nil
}

// read makes a changeset of what was sent, within the limits of who sent it.
func (s *service) read(c *call, asked *changesetRequest) (mapping.Changeset, error) {
	cs := mapping.Changeset{ID: asked.ID, Author: c.author(), Reason: asked.Reason, At: s.Now().UTC().Truncate(time.Microsecond), After: asked.After}
	if cs.ID == "" {
		cs.ID = s.NewID()
	}
	if id, err := uuid.Parse(cs.ID); err != nil || id.String() != cs.ID {
		return cs, newProblem("body_invalid", "an id is a UUID in lower case").at("/id")
	}
	if !c.reach.writes(asked.Scope.scope()) {
		return cs, errElsewhere
	}
	var err error
	if cs.Scope, err = s.scopeOf(c, asked.Scope); err != nil {
		return cs, err
	}
	for i, e := range asked.Edits {
		edit := e.edit(cs, i)
		if err := s.within(c, edit); err != nil {
			return cs, err
		}
		cs.Edits = append(cs.Edits, edit)
	}
	return cs, nil
}

// scopeOf completes the scope that is asked for.
func (s *service) scopeOf(c *call, asked scopeRequest) (mapping.Scope, error) {
	scope, err := s.Places.Scope(c.Context(), asked.scope())
	if errors.Is(err, ErrNotFound) {
		err = newProblem("body_invalid", "there is no registration with this id").at("/scope/registration")
	}
	return scope, err
}

// edit puts an edit into the scope of its changeset.
func (e editRequest) edit(cs mapping.Changeset, i int) mapping.Edit {
	out := mapping.Edit{Remove: e.Remove}
	if a := e.Add; a != nil {
		out.Add = &mapping.Alignment{ID: a.ID, Capability: a.Capability, Scope: cs.Scope, Selector: a.Selector, Criterion: a.Criterion, Placed: a.Placed}
		if a.ID == "" {
			out.Add.ID = uuid.NewSHA1(mapping.Namespace, fmt.Appendf(nil, "api/%s/%d", cs.ID, i)).String()
		}
	}
	if r := e.Rule; r != nil {
		out.Rule = &mapping.ScopedRule{Capability: r.Capability, Framework: r.Framework, Scope: cs.Scope, Rule: r.Rule}
	}
	return out
}

// within refuses an edit that is beyond a limit to activities. A rule is about more than one activity.
func (s *service) within(c *call, e mapping.Edit) error {
	limits := c.credential.Limits
	if limits.Activity == "" {
		return nil
	}
	switch {
	case e.Rule != nil || e.Add != nil && !limits.AllowsActivity(e.Add.Selector.IRI):
		return errElsewhere
	case e.Remove != "":
		a, err := s.Alignments.Alignment(c.Context(), e.Remove)
		if errors.Is(err, ErrNotFound) {
			return nil // refused when it is applied
		}
		if err == nil && !limits.AllowsActivity(a.Selector.IRI) {
			err = errElsewhere
		}
		return err
	}
	return nil
}

func (s *service) undoChangeset(c *call) (answer, error) {
	was, err := s.changesetOf(c)
	if err != nil {
		return answer{}, err
	}
	if !c.reach.writes(was.Scope) {
		return answer{}, errElsewhere
	}
	if !s.follow(c, was.Pos) {
		return answer{}, newProblem("store_unavailable", "states have not followed this changeset yet; try again in a few seconds")
	}
	back, err := s.Alignments.Undo(c.Context(), was, mapping.Changeset{
		ID: s.NewID(), Author: c.author(), Reason: c.body.(*undoRequest).Reason, At: s.Now().UTC().Truncate(time.Microsecond),
	})
	if err != nil {
		return answer{}, err
	}
	if len(back.Edits) == 0 {
		return answer{}, newProblem("nothing_to_undo", "what it added is gone, what it removed is there again, and others took the place of its rules")
	}
	out, err := s.apply(c, back, s.Alignments.Apply)
	if made, is := out.body.(changeset); is {
		made.LeftOut = len(was.Edits) - len(back.Edits)
		out.body = made
	}
	return out, err
}
