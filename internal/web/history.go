package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"cairn/mapping"
)

// historyDepth is how many changesets of a course are listed, newest first. Any of them, and any before, can be taken back.
const historyDepth = 500

// operator is the author of what was changed on the command line.
const operator = "operator"

type historyBody struct {
	Rows   []changeRow
	MayNot string
}

// changeRow is one changeset as people read it.
type changeRow struct {
	When, Reason string
	Who          template.HTML
	Lines        []template.HTML
	Undo         string // address of the form, "" when there is nothing to undo
	Undone       bool
	IsUndo       bool
	Name         string // of the button, for those who hear it
	ID           string
}

// history answers /course/history.
func (s *site) history(v *visit) (answer, error) {
	q, err := v.query("applied", "gained", "lost", "late")
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "history", v.say("history.title"), "history")
	if err != nil {
		return answer{}, err
	}
	if q.Has("applied") {
		p.Notice = appliedNotice(v, q)
	}
	past, err := s.past(v.Context(), v.session.Course)
	if err != nil {
		return answer{}, err
	}
	p.Body, err = s.historyOf(v, past)
	return answer{page: p}, err
}

func (s *site) historyOf(v *visit, past *past) (historyBody, error) {
	b := historyBody{MayNot: v.mayNotSave(v.session)}
	names, err := s.names(v.Context(), v.session.Course, past.activities())
	if err != nil {
		return b, err
	}
	cat := s.catalog(v.session)
	for _, h := range past.entries {
		row := changeRow{
			When: v.dateTime(h.Changeset.At), Who: v.who(v.session, h), Reason: h.Changeset.Reason,
			Lines: past.lines(v.locale, h.Changeset, cat, names), Undone: past.undone[h.Changeset.ID], IsUndo: h.Changeset.Undoes != "",
		}
		row.Name, row.ID = v.say("history.undoname", "date", row.When), h.Changeset.ID
		back, err := past.reverse(h.Changeset, mapping.Changeset{})
		if b.MayNot == "" && !row.Undone && err == nil && len(back.Edits) > 0 {
			row.Undo = v.to("course/history/" + h.Changeset.ID + "/undo")
		}
		b.Rows = append(b.Rows, row)
	}
	return b, nil
}

// who names an author for the people who lead the course.
func (l locale) who(session *Session, h HistoryEntry) template.HTML {
	switch {
	case h.Changeset.Author == operator:
		return l.sayHTML("history.operator")
	case h.Changeset.Author == session.Account:
		return l.sayHTML("history.you")
	case h.Author == "":
		return l.sayHTML("history.someone")
	}
	return isolated(h.Author)
}

// past is the changesets of a course with what undoing one needs to know.
type past struct {
	entries []HistoryEntry // newest first
	added   map[string]mapping.Alignment
	active  []mapping.Alignment // the course's own
	undone  map[string]bool
}

func (s *site) past(ctx context.Context, c Course) (*past, error) {
	entries, err := s.Courses.Changesets(ctx, c, historyDepth)
	if err != nil {
		return nil, fmt.Errorf("read the changes of the course: %w", err)
	}
	aligned, err := s.Courses.Alignments(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("read the tags of the course: %w", err)
	}
	p := &past{entries: entries, added: map[string]mapping.Alignment{}, undone: map[string]bool{}}
	for _, a := range aligned {
		if a.Scope.Same(c.Scope()) {
			p.active = append(p.active, a)
		}
	}
	for _, h := range entries {
		if h.Changeset.Undoes != "" {
			p.undone[h.Changeset.Undoes] = true
		}
		for _, e := range h.Changeset.Edits {
			if e.Add != nil {
				p.added[e.Add.ID] = *e.Add
			}
		}
	}
	return p, nil
}

// activities answers the activities that the changes speak of.
func (p *past) activities() []string {
	seen := map[string]bool{}
	for _, a := range p.added {
		seen[a.Selector.IRI] = true
	}
	for _, h := range p.entries {
		for _, e := range h.Changeset.Edits {
			if e.Rule != nil {
				inParts(e.Rule.Rule.Parts, seen)
			}
		}
	}
	out := make([]string, 0, len(seen))
	for iri := range seen {
		out = append(out, iri)
	}
	slices.Sort(out)
	return out
}

// inParts collects the activities that parts of a rule name.
func inParts(parts []mapping.Part, into map[string]bool) {
	for _, p := range parts {
		if p.Activity != "" {
			into[p.Activity] = true
		}
		inParts(p.All, into)
		inParts(p.Any, into)
	}
}

// ruleChange says what a rule was made to be.
func (l locale) ruleChange(r mapping.ScopedRule, cat *mapping.Catalog, names map[string]string) template.HTML {
	of := l.sayHTML("history.default")
	if r.Capability != "" {
		of = l.capabilityWords(cat, r.Capability)
	}
	return l.sayHTML("history.rule", "capability", of, "rule", strings.Join(l.plainRule(r.Rule, names), " "))
}

// lines says each edit of a changeset in words.
func (p *past) lines(l locale, cs mapping.Changeset, cat *mapping.Catalog, names map[string]string) (out []template.HTML) {
	of := func(a mapping.Alignment) []any {
		return []any{"activity", cmp.Or(names[a.Selector.IRI], shortAddress(a.Selector.IRI)), "capability", l.capabilityWords(cat, a.Capability)}
	}
	for _, e := range cs.Edits {
		switch a, known := p.added[e.Remove]; {
		case e.Add != nil:
			out = append(out, l.sayHTML("history.added", of(*e.Add)...))
		case e.Rule != nil:
			out = append(out, l.ruleChange(*e.Rule, cat, names))
		case known:
			out = append(out, l.sayHTML("history.removed", of(a)...))
		default:
			out = append(out, l.sayHTML("history.removedold"))
		}
	}
	return out
}

func (l locale) capabilityTitle(cat *mapping.Catalog, id string) string {
	if n, ok := cat.Node(id); ok {
		return n.Title
	}
	return l.say("history.othercapability")
}

// capabilityWords is capabilityTitle in a sentence of the page's language.
func (l locale) capabilityWords(cat *mapping.Catalog, id string) template.HTML {
	if n, ok := cat.Node(id); ok {
		return l.inForeign(n.Title)
	}
	return l.sayHTML("history.othercapability")
}

// reverse makes what takes a changeset back as things stand now: nothing in it when nothing is left to take back.
func (p *past) reverse(cs, undo mapping.Changeset) (mapping.Changeset, error) {
	back, err := cs.Undo(undo, mapping.Before{
		Alignment: func(id string) (mapping.Alignment, bool) { a, ok := p.added[id]; return a, ok },
		Rule:      func(set mapping.ScopedRule) (mapping.Rule, bool) { return p.ruleBefore(cs.ID, set) },
		Stands:    func(set mapping.ScopedRule) bool { return p.ruleStands(cs.ID, set) },
	})
	if err != nil {
		return mapping.Changeset{}, err
	}
	back.Edits = slices.DeleteFunc(back.Edits, p.moot)
	return back, nil
}

// moot says whether an edit would change nothing: the tag is gone, or there again.
func (p *past) moot(e mapping.Edit) bool {
	switch {
	case e.Add != nil:
		return slices.ContainsFunc(p.active, func(a mapping.Alignment) bool {
			return a.Capability == e.Add.Capability && a.Selector == e.Add.Selector
		})
	case e.Remove != "":
		_, ok := p.isActive(e.Remove)
		return !ok
	}
	return false
}

func (p *past) isActive(id string) (mapping.Alignment, bool) {
	for _, a := range p.active {
		if a.ID == id {
			return a, true
		}
	}
	return mapping.Alignment{}, false
}

// ruleBefore is the rule whose place one set by a changeset took, false when there was none.
func (p *past) ruleBefore(id string, set mapping.ScopedRule) (mapping.Rule, bool) {
	earlier := false
	for _, h := range p.entries {
		if !earlier {
			earlier = h.Changeset.ID == id
			continue
		}
		for _, e := range h.Changeset.Edits {
			if e.Rule != nil && e.Rule.Replaces(set) {
				return e.Rule.Rule, true
			}
		}
	}
	return mapping.Rule{}, false
}

// ruleStands says whether no later change took the place of a rule that a changeset set.
func (p *past) ruleStands(id string, set mapping.ScopedRule) bool {
	for _, h := range p.entries {
		if h.Changeset.ID == id {
			return true
		}
		if h.Changeset.Sets(set) {
			return false
		}
	}
	return false
}

// appliedNotice says what a draft did. The numbers come from the redirect after applying and are no more than numbers.
func appliedNotice(v *visit, q url.Values) *notice {
	n := &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{
		v.say("draft.done", "gained", v.say("draft.gained", "n", smallNumber(q.Get("gained"))), "lost", v.say("draft.lost", "n", smallNumber(q.Get("lost")))), v.say("tags.counted")}}
	if q.Has("late") {
		n.Text[1] = v.say("tags.late")
	}
	if id := q.Get("applied"); uuid.Validate(id) == nil {
		n.Link = &crumb{v.say("draft.undo"), "#u-" + id}
	}
	return n
}

// smallNumber reads a number of an address, 0 for what is none.
func smallNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 999999 {
		return 0
	}
	return n
}

// undo puts the reverse of a changeset into the author's draft: nothing goes live without a look at what it does.
func (s *site) undo(v *visit) (answer, error) {
	begun, err := s.newChangeset(v, "")
	if err != nil {
		return answer{}, err
	}
	cs, back, err := s.Courses.Undo(v.Context(), v.session.Course, v.param("id"), begun)
	switch {
	case errors.Is(err, ErrNotFound):
		return answer{}, refuse(http.StatusNotFound, "changeset-unknown", "gone")
	case err != nil:
		return answer{}, fmt.Errorf("take a change of tags back: %w", err)
	case len(back.Edits) == 0:
		return answer{}, refuse(http.StatusConflict, "changeset-undone", "undone")
	}
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	if len(d.Edits) == 0 {
		d.Undoes = cs.ID
	}
	for _, e := range back.Edits {
		d.takeOut(e)
	}
	d.Edits = append(d.Edits, back.Edits...)
	if err := s.keepDraft(v, d); err != nil {
		return answer{}, err
	}
	to := "course/draft?undo=1"
	if left := len(cs.Edits) - len(back.Edits); left > 0 {
		to += "&left=" + strconv.Itoa(left)
	}
	return v.done(to), nil
}
