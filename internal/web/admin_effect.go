package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"cairn/mapping"
)

// versionEffectBody is A4 for a version of a framework: what it does to learners with the tags carried over (pages.md 3.4, D1).
type versionEffectBody struct {
	ID, Number string
	Working    string // how far the work has come, "" when it is done
	Again      string
	effectTable
	Of     string
	Tags   []string
	Fates  []fateEffectRow
	Draft  bool // it is published as well
	Post   string
	Map    string // address of the mapping from old to new; "" where that cannot be changed
	Reason textField
	Unseen string // that it was not ticked that people lose evidence
}

// fateEffectRow is what becomes of those with evidence for an item that leaves.
type fateEffectRow struct {
	Name, Lang, Fate string
	Cells            []totalsCell
}

// versionEffect answers /admin/frameworks/effect.
func (s *site) versionEffect(v *visit) (answer, error) {
	q, err := v.query("id", "version", "of")
	if err != nil {
		return answer{}, err
	}
	p, err := s.versionEffectPage(v, q, "", &fieldErrors{})
	return answer{page: p}, err
}

// effectOf looks at what is worked out, or begins it.
func (s *site) effectOf(v *visit, f FrameworkVersion, of string) (VersionEffect, string, error) {
	if e, known := s.Admin.Frameworks.VersionEffect(v.Context(), of, previewWait); known && e.ID == f.ID && e.Version == f.Version {
		return e, of, e.Err
	}
	of, err := s.Admin.Frameworks.StartEffect(v.Context(), f.ID, f.Version)
	if err != nil {
		return VersionEffect{}, "", fmt.Errorf("begin to work out what a version does: %w", err)
	}
	e, _ := s.Admin.Frameworks.VersionEffect(v.Context(), of, previewWait)
	return e, of, e.Err
}

func (s *site) versionEffectPage(v *visit, q url.Values, reason string, wrong *fieldErrors) (*page, error) {
	f, err := s.findVersion(v, q.Get("id"), q.Get("version"))
	if err == nil && (f.Diff == nil || len(f.Diff.Retired) == 0) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	e, of, err := s.effectOf(v, f, q.Get("of"))
	if err != nil {
		return nil, fmt.Errorf("work out what a version does: %w", err)
	}
	p := s.adminPage(v, "admineffect", v.say("effect.title"), "frameworks", crumb{v.say("frameworks.title"), v.to("admin/frameworks")}, crumb{f.Title, v.versionLink("version", f)})
	b := versionEffectBody{ID: f.ID, Number: f.Version, Of: of, Post: v.to("admin/frameworks/effect"), Draft: f.State == mapping.VersionDraft, Unseen: wrong.Of("seen"),
		Reason: textField{ID: "reason", Label: v.say("tag.reason"), Value: reason, Error: wrong.Of("reason")}}
	if b.Draft {
		b.Map = v.versionLink("mapping", f)
	}
	if !e.Done {
		b.Working = v.say("state.working", "checked", e.Checked, "of", e.Of)
		b.Again = v.to(addressOf("admin/frameworks/effect", url.Values{"id": {f.ID}, "version": {f.Version}, "of": {of}}))
	} else {
		s.fillVersionEffect(v, &b, f, e)
	}
	p.Body = b
	return p, nil
}

// fillVersionEffect puts the effect in words and numbers. Who runs Cairn leads nobody, so counts of few people are hidden.
func (s *site) fillVersionEffect(v *visit, b *versionEffectBody, f FrameworkVersion, e VersionEffect) {
	h := s.hiding(true)
	b.effectTable = v.effectTable(f.Items, e.Effects, h)
	b.Tags = []string{v.say("effect.carried", "n", e.Tags.Carried, "courses", e.Tags.Courses)}
	for _, one := range []struct {
		n    int
		says string
	}{{e.Tags.Rules, v.say("effect.rules", "n", e.Tags.Rules)}, {e.Tags.There, v.say("effect.there", "n", e.Tags.There)}, {e.Tags.Lost, v.say("effect.lost", "n", e.Tags.Lost)}} {
		if one.n > 0 {
			b.Tags = append(b.Tags, one.says)
		}
	}
	for _, one := range e.Fates {
		row := fateEffectRow{Name: strings.TrimSpace(one.Code + " " + one.Title), Lang: v.foreign(), Fate: v.say("frameworks.fate."+string(one.Fate), "n", len(one.Becomes))}
		if _, ok := f.Before.Capability(one.ID); !ok {
			continue
		}
		hide := h.hides(e.Effects.Checked, one.Had, one.Whole, one.Part, one.None)
		for _, n := range []int{one.Had, one.Whole, one.Part, one.None} {
			cell := totalsCell{Text: v.number(n)}
			if hide {
				cell, b.Hidden = totalsCell{v.say("totals.hidden"), true}, v.say("totals.why", "n", h.smallest)
			}
			row.Cells = append(row.Cells, cell)
		}
		b.Fates = append(b.Fates, row)
	}
}

// carryTags publishes a draft and carries the tags, once the effect was seen.
func (s *site) carryTags(v *visit) (answer, error) {
	form, wrong := v.PostForm, &fieldErrors{}
	f, err := s.findVersion(v, form.Get("id"), form.Get("version"))
	if err != nil {
		return answer{}, err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	if len(reason) > maxReason {
		wrong.add("reason", v.say("tag.longreason", "n", maxReason))
	}
	e, known := s.Admin.Frameworks.VersionEffect(v.Context(), form.Get("of"), 0)
	if known && e.Done && e.Effects.People.Lose > 0 && form.Get("seen") == "" {
		wrong.add("seen", v.say("draft.notseen"))
	}
	if len(wrong.list) > 0 {
		p, err := s.versionEffectPage(v, form, reason, wrong)
		if err != nil {
			return answer{}, err
		}
		return adminRefused(p, wrong)
	}
	err = s.Admin.Frameworks.Carry(v.Context(), form.Get("of"), reason)
	switch {
	case errors.Is(err, mapping.ErrMoved), errors.Is(err, ErrNotFound), errors.Is(err, ErrTaken):
		return s.effectMoved(v, f)
	case err != nil:
		return answer{}, fmt.Errorf("carry tags to a version: %w", err)
	}
	return v.done("admin/frameworks?done=carried"), nil
}

// effectMoved shows the effect as it is now.
func (s *site) effectMoved(v *visit, f FrameworkVersion) (answer, error) {
	wrong := &fieldErrors{}
	wrong.add("c", v.say("effect.moved"))
	p, err := s.versionEffectPage(v, url.Values{"id": {f.ID}, "version": {f.Version}}, v.PostForm.Get("reason"), wrong)
	if err != nil {
		return answer{}, err
	}
	p.Problem, p.Errors = true, wrong.list
	return answer{status: http.StatusConflict, page: p}, nil
}
