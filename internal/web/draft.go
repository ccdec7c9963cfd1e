package web

import (
	"context"
	"fmt"
	"slices"

	"cairn/mapping"
)

// draft is an author's changes over the tags of a course as they are saved.
type draft struct {
	Draft
	tags *courseTags
}

// draftOf reads the author's draft over the saved tags. What has become moot since (a tag that is gone, or there already) is left out.
func (s *site) draftOf(ctx context.Context, session *Session, t *courseTags) (*draft, error) {
	d := &draft{tags: t}
	if session.Account == "" {
		return d, nil
	}
	kept, err := s.Drafts.Draft(ctx, session.Course, session.Account)
	if err != nil {
		return nil, fmt.Errorf("read the draft: %w", err)
	}
	d.Draft = kept
	d.Edits = slices.DeleteFunc(slices.Clone(kept.Edits), d.moot)
	t.addTyped(d.Edits)
	return d, nil
}

// addTyped lists activities that are typed and only to be tagged.
func (t *courseTags) addTyped(edits []mapping.Edit) {
	for _, e := range edits {
		if e.Add == nil {
			continue
		}
		if _, known := t.find(codeOf(keyOf(e.Add.Selector))); !known {
			prefix := e.Add.Selector.Kind == mapping.SelectPrefix
			t.activities = append(t.activities, CourseActivity{IRI: e.Add.Selector.IRI, Name: t.called[e.Add.Selector.IRI], ByHand: true, Prefix: prefix})
		}
	}
}

// moot says whether an edit would change nothing any more.
func (d *draft) moot(e mapping.Edit) bool {
	switch {
	case e.Remove != "":
		_, there := d.saved(e.Remove)
		return !there
	case e.Add != nil:
		return slices.ContainsFunc(d.tags.aligned, e.Add.Twin) && !slices.ContainsFunc(d.Edits, func(o mapping.Edit) bool {
			was, there := d.saved(o.Remove)
			return there && was.Twin(*e.Add)
		})
	}
	return false
}

// saved finds a tag of the course's own by its id.
func (d *draft) saved(id string) (mapping.Alignment, bool) {
	i := slices.IndexFunc(d.tags.aligned, func(a mapping.Alignment) bool { return a.ID == id && a.Scope.Same(d.tags.scope) })
	if i < 0 {
		return mapping.Alignment{}, false
	}
	return d.tags.aligned[i], true
}

// removes says whether a saved tag is taken away.
func (d *draft) removes(id string) bool {
	return slices.ContainsFunc(d.Edits, func(e mapping.Edit) bool { return e.Remove == id })
}

// of answers the course's own tags of what a key names with a capability, as they would be; saved and added ones.
func (d *draft) of(key, capability string) (out []mapping.Alignment) {
	for _, a := range d.tags.own(key) {
		if a.Capability == capability && !d.removes(a.ID) {
			out = append(out, a)
		}
	}
	for _, e := range d.Edits {
		if e.Add != nil && e.Add.Capability == capability && keyOf(e.Add.Selector) == key {
			out = append(out, *e.Add)
		}
	}
	return out
}

// ticked says whether the capability would be tagged.
func (d *draft) ticked(key, capability string) bool { return len(d.of(key, capability)) > 0 }

// changed says whether the draft changes a tag.
func (d *draft) changed(key, capability string) bool {
	return slices.ContainsFunc(d.Edits, func(e mapping.Edit) bool { return e.Rule == nil && d.about(e) == capability+" "+key })
}

// untick takes a tag away: one that was only to be added is forgotten.
func (d *draft) untick(key, capability string) {
	d.Edits = slices.DeleteFunc(d.Edits, func(e mapping.Edit) bool {
		return e.Add != nil && e.Add.Capability == capability && keyOf(e.Add.Selector) == key
	})
	for _, a := range d.tags.own(key) {
		if a.Capability == capability && !d.removes(a.ID) {
			d.Edits = append(d.Edits, mapping.Edit{Remove: a.ID})
		}
	}
}

// tick adds a tag. One that was to be taken away stays as it was saved.
func (d *draft) tick(a CourseActivity, capability, id string, kind mapping.SelectorKind) {
	back := func(e mapping.Edit) bool {
		was, there := d.saved(e.Remove)
		return there && was.Capability == capability && keyOf(was.Selector) == a.key()
	}
	if slices.ContainsFunc(d.Edits, back) {
		d.Edits = slices.DeleteFunc(d.Edits, back)
		return
	}
	if !d.ticked(a.key(), capability) {
		added := a.alignment(id, capability, kind, d.tags.scope)
		d.Edits = append(d.Edits, mapping.Edit{Add: &added})
	}
}

// set ticks or unticks a box.
func (s *site) set(d *draft, a CourseActivity, capability string, want bool, kind mapping.SelectorKind) error {
	if !want {
		d.untick(a.key(), capability)
		return nil
	}
	id, err := s.newID()
	if err == nil {
		d.tick(a, capability, id, kind)
	}
	return err
}

// keepDraft saves the draft.
func (s *site) keepDraft(v *visit, d *draft) error {
	d.Updated = s.Now().UTC()
	if len(d.Edits) == 0 {
		d.Undoes = ""
	}
	if err := s.Drafts.SaveDraft(v.Context(), v.session.Course, v.session.Account, d.Draft); err != nil {
		return fmt.Errorf("keep the draft: %w", err)
	}
	return nil
}

// changeset is the draft as the change it would be.
func (s *site) changeset(v *visit, d *draft, reason string) (mapping.Changeset, error) {
	cs, err := s.newChangeset(v, reason)
	cs.Edits, cs.Undoes = d.Edits, d.Undoes
	return cs, err
}

// draftLine is what pages say of changes that are not applied, "" when there are none.
func (d *draft) line(v *visit) string {
	if len(d.Edits) == 0 {
		return ""
	}
	return v.say("draft.waiting", "n", d.changes())
}

// changes is how many changes a person would count: a tag that gets another criterion is one.
func (d *draft) changes() int {
	seen := map[string]bool{}
	for _, e := range d.Edits {
		switch {
		case e.Rule != nil:
			seen["rule "+e.Rule.Capability] = true
		default:
			seen[d.about(e)] = true
		}
	}
	return len(seen)
}

// takeOut takes a change back. With a tag that asks for something else, what it took the place of stays.
func (d *draft) takeOut(gone mapping.Edit) {
	same := func(e mapping.Edit) bool {
		switch {
		case gone.Rule != nil:
			return e.Rule != nil && e.Rule.Replaces(*gone.Rule)
		case e.Rule != nil:
			return false
		}
		return d.about(e) == d.about(gone)
	}
	d.Edits = slices.DeleteFunc(d.Edits, same)
}

// about is the tag that an edit is about: capability and key.
func (d *draft) about(e mapping.Edit) string {
	a, _ := d.saved(e.Remove)
	if e.Add != nil {
		a = *e.Add
	}
	return a.Capability + " " + keyOf(a.Selector)
}
