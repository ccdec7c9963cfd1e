package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// saveGrid puts the ticks of the grid into the author's draft, never live.
func (s *site) saveGrid(v *visit) (answer, error) {
	g, err := s.grid(v, url.Values{"section": v.PostForm["section"], "page": v.PostForm["page"], "part": v.PostForm["part"]})
	if err != nil {
		return answer{}, err
	}
	ticks, seen, err := g.read(v.PostForm)
	if err != nil {
		return answer{}, err
	}
	if err := s.setAll(g, ticks); err != nil {
		return answer{}, err
	}
	return s.gridKept(v, g, seen)
}

// setAll ticks and unticks in the order of the framework and of the activities.
func (s *site) setAll(g *grid, ticks map[[2]string]bool) error {
	for _, n := range g.cat.Tracked("") {
		for _, a := range g.tags.activities {
			want, changed := ticks[[2]string{n.ID, a.code()}]
			if !changed {
				continue
			}
			if err := s.set(g.draft, a, n.ID, want, a.kind()); err != nil {
				return err
			}
		}
	}
	return nil
}

// gridKept keeps the draft and leads on. When someone else has changed the tags meanwhile, it says so.
func (s *site) gridKept(v *visit, g *grid, seen int64) (answer, error) {
	if err := s.keepDraft(v, g.draft); err != nil {
		return answer{}, err
	}
	if seen != g.last.Pos {
		p, err := s.gridPage(v, g)
		if err != nil {
			return answer{}, err
		}
		v.tellMoved(p, g.last, "grid")
		return answer{status: http.StatusConflict, page: p}, nil
	}
	if v.PostForm.Get("go") == "preview" {
		return answer{location: v.to("course/draft")}, nil
	}
	if cell, ok := strings.CutPrefix(v.PostForm.Get("go"), "rule:"); ok && g.has(cell) {
		return answer{location: v.to("course/tags/" + cell + "/rule")}, nil
	}
	q := g.at(g.page, g.part)
	q.Set("kept", "1")
	return v.done(addressOf("course/tags", q)), nil
}

// has says whether a box of the grid would be a tag.
func (g *grid) has(cell string) bool {
	capability, code, _ := strings.Cut(cell, ".")
	a, ok := g.tags.find(code)
	return ok && g.draft.ticked(a.key(), capability)
}

// tagMany tags every ticked activity with every ticked capability.
func (s *site) tagMany(v *visit) (answer, error) {
	g, seen, err := s.gridOf(v)
	if err != nil {
		return answer{}, err
	}
	capabilities, codes := v.PostForm["capability"], v.PostForm["activity"]
	if len(capabilities) == 0 || len(codes) == 0 {
		return s.gridRefused(v, g, v.say("grid.nomany"), "many")
	}
	if len(capabilities) > gridRows || len(codes) > len(g.tags.activities) {
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	ticks := map[[2]string]bool{}
	for _, id := range capabilities {
		if _, ok := g.cat.Capability(id); !ok {
			return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
		}
		for _, code := range codes {
			if _, ok := g.tags.find(code); !ok {
				return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
			}
			ticks[[2]string{id, code}] = true
		}
	}
	if err := s.setAll(g, ticks); err != nil {
		return answer{}, err
	}
	return s.gridKept(v, g, seen)
}

// copyOne gives one activity the tags of another, with what they ask.
func (s *site) copyOne(v *visit) (answer, error) {
	g, seen, err := s.gridOf(v)
	if err != nil {
		return answer{}, err
	}
	from, ok := g.tags.find(v.PostForm.Get("from"))
	to, ok2 := g.tags.find(v.PostForm.Get("to"))
	switch {
	case !ok || !ok2:
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	case from.key() == to.key():
		return s.gridRefused(v, g, v.say("grid.same"), "from")
	}
	for _, n := range g.cat.Tracked("") {
		has := g.draft.of(from.key(), n.ID)
		if len(has) == 0 || g.draft.ticked(to.key(), n.ID) {
			continue
		}
		if err := s.set(g.draft, to, n.ID, true, to.kind()); err != nil {
			return answer{}, err
		}
		g.draft.ask(to.key(), n.ID, has[0].Criterion)
	}
	return s.gridKept(v, g, seen)
}

// gridOf reads the grid that a form beside it was sent from.
func (s *site) gridOf(v *visit) (*grid, int64, error) {
	g, err := s.grid(v, url.Values{"section": v.PostForm["section"], "page": v.PostForm["page"], "part": v.PostForm["part"]})
	if err != nil {
		return nil, 0, err
	}
	seen, err := strconv.ParseInt(v.PostForm.Get("seen"), 10, 64)
	if err != nil {
		return nil, 0, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	return g, seen, nil
}

func (s *site) gridRefused(v *visit, g *grid, words, field string) (answer, error) {
	p, err := s.gridPage(v, g)
	if err != nil {
		return answer{}, err
	}
	p.Problem, p.Errors = true, []fieldError{{words, field}}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// ask gives an added tag its criterion.
func (d *draft) ask(key, capability string, c mapping.Criterion) {
	i := slices.IndexFunc(d.Edits, func(e mapping.Edit) bool {
		return e.Add != nil && e.Add.Capability == capability && keyOf(e.Add.Selector) == key
	})
	if i >= 0 {
		changed := *d.Edits[i].Add
		changed.Criterion = c
		d.Edits[i] = mapping.Edit{Add: &changed}
	}
}
