package api

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"cairn/mapping"
)

// importing is the parameters of an import.
var importing = []parameter{
	{name: "apply", about: "Whether to apply it; without it, nothing is written.", kind: kindYes, words: []string{"true", "false"}},
	text("id", "A UUID for the changeset, so that it can be sent again; with `apply`."),
	text("reason", "Why, for the history; with `apply`."),
	{name: "after", about: "The position of the last changeset of the scope that was seen, 0 for none; with `apply`.", kind: kindNumber, zero: true, most: 1 << 53},
	text("preview", "The id of a preview of the same edits; with `apply`."),
}

// exactly is the parameters of a scope where it has to be named.
func exactly(places []parameter) []parameter {
	places = slices.Clone(places)
	places[0].required = true
	return places
}

// exactScope is the scope that the parameters name.
func exactScope(c *call) (scopeRequest, error) {
	s := scopeRequest{Kind: mapping.ScopeKind(c.query["scope"]), Registration: c.query["registration"], Context: c.query["context"]}
	if (s.Kind != mapping.ScopeInstance) != (s.Registration != "") || (s.Kind == mapping.ScopeCourse) != (s.Context != "") {
		return s, newProblem("parameter_missing", "a scope is instance, registration (with its id), or course (with registration and context)")
	}
	return s, nil
}

func (s *service) exportAlignments(c *call) (answer, error) {
	cat, err := s.catalog(c)
	if err != nil {
		return answer{}, err
	}
	if _, err := exactScope(c); err != nil {
		return answer{}, err
	}
	all, err := s.alignmentsIn(c)
	if err != nil {
		return answer{}, err
	}
	var table bytes.Buffer
	err = mapping.WriteAlignments(&table, all, func(id string) string {
		if n, ok := cat.Capability(id); ok {
			return n.Code
		}
		return id
	})
	return answer{raw: table.Bytes(), kind: "text/csv; charset=utf-8", kept: true}, err
}

// alignmentsIn answers the active alignments of the scope that the parameters name, of the activities that the credential reaches. All or
// none: a part of them would look as if the others had ended.
func (s *service) alignmentsIn(c *call) (all []mapping.Alignment, err error) {
	f := AlignmentFilter{Place: c.place(), Limit: maxLimit}
	for more := true; more; {
		some, err := s.Alignments.Alignments(c.Context(), f)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			if c.credential.Limits.AllowsActivity(a.Selector.IRI) {
				all = append(all, a.Alignment)
			}
			f.AfterPos, f.AfterID = a.Began, a.ID
		}
		if len(all) > s.TableMost {
			return nil, newProblem("table_too_large", fmt.Sprintf("a table has at most %d alignments, and the scope has more: read them as a list", s.TableMost))
		}
		more = len(some) == maxLimit
	}
	return all, nil
}

// alignmentImport is what a table changes.
type alignmentImport struct {
	Rows    int           `json:"rows"`
	There   int           `json:"there"`   // rows that say what holds already
	Adds    int           `json:"adds"`    // alignments that are added
	Removes int           `json:"removes"` // those whose place they take
	After   int64         `json:"after"`   // position of the last changeset of the scope before it
	Edits   []editRequest `json:"edits"`   // for a preview, or a changeset
	// Changeset is what was applied; it is not there when nothing was to be changed, or nothing was to be written.
	Changeset *changeset `json:"changeset,omitzero"`
}

func (s *service) importAlignments(c *call) (answer, error) {
	cat, err := s.catalog(c)
	if err != nil {
		return answer{}, err
	}
	scope, err := exactScope(c)
	if err == nil && !c.reach.writes(mapping.Scope{Kind: scope.Kind, Registration: scope.Registration}) {
		err = errElsewhere
	}
	if err != nil {
		return answer{}, err
	}
	out, err := s.planImport(c, cat, scope)
	if err != nil {
		return answer{}, err
	}
	asked := changesetRequest{ID: c.query["id"], Scope: scope, Reason: c.query["reason"], After: &out.After, Edits: out.Edits, Preview: c.query["preview"]}
	cs, err := s.read(c, &asked) // within the limits also where nothing is written
	if err != nil || c.query["apply"] != "true" {
		return answer{body: out}, err
	}
	if n, err := strconv.ParseInt(c.query["after"], 10, 64); err == nil {
		asked.After = &n
	}
	if len(out.Edits) == 0 {
		return s.importedBefore(c, out, cs)
	}
	done, err := s.applyAsked(c, &asked)
	if made, is := done.body.(changeset); is {
		out.Changeset = &made
		done.body = out
	}
	return done, err
}

// planImport reads the table, and compares it with what holds.
func (s *service) planImport(c *call, cat *mapping.Catalog, scope scopeRequest) (out alignmentImport, err error) {
	place := c.place()
	last, err := s.Alignments.Changesets(c.Context(), ChangesetFilter{Place: place, Limit: 1})
	if err != nil {
		return out, err
	}
	if len(last) > 0 {
		out.After = last[0].Pos
	}
	if !s.follow(c, out.After) {
		return out, newProblem("store_unavailable", "alignments have not followed the last changeset yet; try again in a few seconds")
	}
	active, err := s.alignmentsIn(c)
	if err != nil {
		return out, err
	}
	in, err := s.importInto(c, cat, scope, active)
	if err != nil {
		return out, err
	}
	read, err := mapping.ReadAlignments("the table", c.table, in)
	var wrong *mapping.ImportError
	if errors.As(err, &wrong) {
		return out, tableProblem(wrong)
	} else if err != nil {
		return out, err
	}
	edits, there := mapping.NewAlignments(read, active)
	out.Rows, out.There, out.Edits = len(read), there, make([]editRequest, len(edits))
	for i, e := range edits {
		out.Edits[i] = editRequest{Remove: e.Remove}
		if a := e.Add; a != nil {
			out.Adds++
			out.Edits[i].Add = &alignmentRequest{Capability: a.Capability, Selector: a.Selector, Criterion: a.Criterion, Placed: a.Placed}
		} else {
			out.Removes++
		}
	}
	return out, nil
}

// importInto is what a table does not say. A row is held to all that a changeset would be, but for what holds already.
func (s *service) importInto(c *call, cat *mapping.Catalog, asked scopeRequest, active []mapping.Alignment) (in mapping.AlignmentImport, err error) {
	capabilities, selectors := map[string]bool{}, map[mapping.Selector]bool{}
	for _, a := range active {
		capabilities[a.Capability], selectors[a.Selector] = true, true
	}
	in = mapping.AlignmentImport{ID: previewed, Own: s.minted}
	in.Scope, err = s.scopeOf(c, asked)
	in.Capability = func(name string) (string, bool) {
		if id, ok := cat.FindCapability(name); ok {
			return id, true
		}
		return name, s.published(name)
	}
	in.Retired = func(id string) bool { return !capabilities[id] && !mapping.Offers(s.Frameworks.Publications(), id) }
	in.Refused = func(all []mapping.Selector) (map[mapping.Selector]error, error) {
		fresh := slices.DeleteFunc(all, func(one mapping.Selector) bool { return selectors[one] })
		return s.Places.Refused(c.Context(), in.Scope, fresh)
	}
	return in, err
}

// published says whether a framework that was published has a capability with the id.
func (s *service) published(id string) bool {
	return slices.ContainsFunc(s.Frameworks.Publications(), func(p mapping.Publication) bool { _, is := p.Catalog.Capability(id); return is })
}

// minted says whether an IRI names a framework or a capability.
func (s *service) minted(iri string) bool {
	return slices.ContainsFunc(s.Frameworks.Publications(), func(p mapping.Publication) bool { return p.Catalog.Minted(iri) })
}

// importedBefore answers a table of which all holds already: when its changeset was applied by the same credential in the same scope, that
// one is told again.
func (s *service) importedBefore(c *call, out alignmentImport, cs mapping.Changeset) (answer, error) {
	was, err := s.Alignments.Changeset(c.Context(), cs.ID)
	switch {
	case errors.Is(err, ErrNotFound):
		return answer{body: out}, nil
	case err != nil:
		return answer{}, err
	case was.Author != cs.Author || !was.Scope.Same(cs.Scope) || was.Reason != cs.Reason:
		return answer{}, newProblem("changeset_id_taken", "another changeset has this id")
	}
	folded := s.follow(c, was.Pos)
	out.Changeset = &changeset{Changeset: was.Changeset, Pos: was.Pos, Folded: &folded}
	return answer{body: out, location: Prefix + "/changesets/" + cs.ID}, nil
}
