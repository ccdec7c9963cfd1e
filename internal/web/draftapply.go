package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"cairn/mapping"
)

// applyDraft applies the draft, once its effect was seen.
func (s *site) applyDraft(v *visit) (answer, error) {
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	form := v.PostForm
	if at := form.Get("remove"); at != "" {
		return s.removeChange(v, d, at)
	}
	shown, err := shownEffects(form)
	if err != nil {
		return answer{}, err
	}
	reason := strings.TrimSpace(form.Get("reason"))
	switch {
	case len(d.Edits) == 0:
		return s.draftProblem(v, d, http.StatusUnprocessableEntity, v.say("draft.empty"), "c")
	case utf8.RuneCountInString(reason) > maxReason:
		return s.draftProblem(v, d, http.StatusUnprocessableEntity, v.say("tag.longreason", "n", maxReason), "reason")
	case shown.People.Lose > 0 && form.Get("seen") == "":
		return s.draftProblem(v, d, http.StatusUnprocessableEntity, v.say("draft.notseen"), "seen")
	}
	cs, err := s.changeset(v, d, reason)
	if err != nil {
		return answer{}, err
	}
	pos, did, err := s.Previews.Apply(v.Context(), cs, shown)
	switch {
	case errors.Is(err, mapping.ErrMoved), errors.Is(err, mapping.ErrAligned), errors.Is(err, mapping.ErrUnknownAlignment):
		return s.draftMoved(v)
	case errors.Is(err, ErrMoreLose):
		return s.draftProblem(v, d, http.StatusConflict, v.say("draft.morelose"), "seen")
	case err != nil:
		return s.draftRefused(v, d, err)
	}
	d.Edits = nil
	if err := s.keepDraft(v, d); err != nil {
		return answer{}, err
	}
	q := url.Values{"applied": {cs.ID}, "gained": {strconv.Itoa(did.People.Gain)}, "lost": {strconv.Itoa(did.People.Lose)}}
	if s.late(v, pos) {
		q.Set("late", "1")
	}
	return v.done(addressOf("course/history", q)), nil
}

// draftRefused says in the draft which change breaks which rule, so that the author can take it out.
func (s *site) draftRefused(v *visit, d *draft, err error) (answer, error) {
	var edit *mapping.EditError
	if !errors.As(err, &edit) || edit.Edit < 0 || edit.Edit >= len(d.Edits) {
		return answer{}, err
	}
	e, capability := d.Edits[edit.Edit], ""
	switch {
	case e.Add != nil:
		capability = e.Add.Capability
	case e.Rule != nil:
		capability = e.Rule.Capability
	}
	for _, known := range editProblems {
		if errors.Is(err, known.is) {
			words := v.say(known.draft, "capability", s.titleOf(v, capability))
			return s.draftProblem(v, d, http.StatusUnprocessableEntity, words, "c")
		}
	}
	return answer{}, err
}

// titleOf is what a capability is called, also one that only an older version has.
func (s *site) titleOf(v *visit, capability string) string {
	for _, cat := range s.Frameworks.All() {
		if n, ok := cat.Node(capability); ok {
			return n.Title
		}
	}
	return v.capabilityTitle(s.catalog(v.session), capability)
}

// draftMoved shows the draft over the tags as they are now.
func (s *site) draftMoved(v *visit) (answer, error) {
	last, err := s.lastChange(v)
	if err != nil {
		return answer{}, err
	}
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	return s.draftProblem(v, d, http.StatusConflict, v.say("draft.movedat", "time", v.moment(last.Changeset.At)), "c")
}

// shownEffects reads what the author was shown.
func shownEffects(form url.Values) (e Effects, err error) {
	bad := refuse(http.StatusBadRequest, "form-value", "badform")
	e.Fingerprint = form.Get("fingerprint")
	if e.After, err = strconv.ParseInt(form.Get("after"), 10, 64); err != nil {
		return e, bad
	}
	if e.Pairs.Lose, err = strconv.Atoi(form.Get("losepairs")); err != nil || e.Pairs.Lose < 0 {
		return e, bad
	}
	if e.People.Lose, err = strconv.Atoi(form.Get("losepeople")); err != nil || e.People.Lose < 0 {
		return e, bad
	}
	return e, nil
}

// removeChange takes one change out of the draft. A tag that asks for something else stays as it was saved.
func (s *site) removeChange(v *visit, d *draft, at string) (answer, error) {
	i, err := strconv.Atoi(at)
	if err != nil || i < 0 || i >= len(d.Edits) {
		return answer{}, refuse(http.StatusConflict, "draft-moved", "draftmoved")
	}
	d.takeOut(d.Edits[i])
	if err := s.keepDraft(v, d); err != nil {
		return answer{}, err
	}
	return answer{location: v.to("course/draft")}, nil
}

// discardDraft throws the draft away.
func (s *site) discardDraft(v *visit) (answer, error) {
	if err := s.keepDraft(v, &draft{}); err != nil {
		return answer{}, err
	}
	return v.done("course/tags?discarded=1"), nil
}
