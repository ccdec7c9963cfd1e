package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cairn/mapping"
)

// tagForm is what the form of one activity sent. Only boxes that the author changed are looked at: another author may have saved others
// since.
type tagForm struct {
	ticks map[string]bool // what is wanted, by capability that was changed
	kind  mapping.SelectorKind
	seen  int64
}

// saveTags puts the ticks of one activity into the author's draft.
func (s *site) saveTags(v *visit) (answer, error) {
	g, err := s.tagging(v, v.PostForm)
	if err != nil {
		return answer{}, err
	}
	f, err := g.read(v.PostForm)
	if err != nil {
		return answer{}, err
	}
	for _, capability := range g.capabilities() {
		want, changed := f.ticks[capability]
		if !changed {
			continue
		}
		if err := s.set(g.draft, g.activity, capability, want, f.kind); err != nil {
			return answer{}, err
		}
	}
	if s.ownActivity(g) {
		return answer{}, refuse(http.StatusUnprocessableEntity, "activity-own", "own")
	}
	if err := s.keepDraft(v, g.draft); err != nil {
		return answer{}, err
	}
	if f.seen != g.last.Pos {
		return s.tagsMoved(v, g)
	}
	if v.PostForm.Get("go") == "preview" {
		return answer{location: v.to("course/draft")}, nil
	}
	return v.done(addressOf("course/tags/activity/"+g.activity.code(), url.Values{"section": {g.section.ID}, "kept": {"1"}})), nil
}

// ownActivity says whether the activity is one of Cairn's own identifiers, which are evidence of nothing.
func (s *site) ownActivity(g *tagging) bool {
	return g.cat.Minted(g.activity.IRI) && slices.ContainsFunc(g.draft.Edits, func(e mapping.Edit) bool { return e.Add != nil && e.Add.Selector.IRI == g.activity.IRI })
}

// read takes the fields apart. Boxes that the page did not have are refused: they are not ours.
func (g *tagging) read(form url.Values) (tagForm, error) {
	f := tagForm{ticks: map[string]bool{}, kind: mapping.SelectorKind(form.Get("kind"))}
	bad := refuse(http.StatusBadRequest, "form-value", "badform")
	if !slices.Contains(g.activity.kinds(), f.kind) {
		return f, bad
	}
	var err error
	if f.seen, err = strconv.ParseInt(form.Get("seen"), 10, 64); err != nil {
		return f, bad
	}
	shown := g.capabilities()
	for _, name := range []string{"tag", "was"} {
		for _, id := range form[name] {
			if !slices.Contains(shown, id) {
				return f, bad
			}
		}
	}
	for _, id := range shown {
		if want := slices.Contains(form["tag"], id); want != slices.Contains(form["was"], id) {
			f.ticks[id] = want
		}
	}
	return f, nil
}

// capabilities answers what the form has boxes for.
func (g *tagging) capabilities() (out []string) {
	for _, n := range g.cat.Tracked(g.section.ID) {
		out = append(out, n.ID)
	}
	return out
}

// tagsMoved shows the form again when someone else saved in the meantime. The author's ticks are kept in the draft.
func (s *site) tagsMoved(v *visit, g *tagging) (answer, error) {
	p, err := s.tagPage(v, g)
	if err != nil {
		return answer{}, err
	}
	p.Body = g.body(v)
	v.tellMoved(p, g.last, "boxes")
	return answer{status: http.StatusConflict, page: p}, nil
}

// tellMoved says that someone else changed the tags, and leads to what the draft does now.
func (v *visit) tellMoved(p *page, last HistoryEntry, field string) {
	p.Problem, p.Errors = true, []fieldError{{v.say("tag.movedat", "time", v.moment(last.Changeset.At)), field}}
	p.Mend = &crumb{v.say("tag.checkagain"), v.to("course/draft")}
}
