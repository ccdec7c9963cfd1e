package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"cairn/mapping"
)

// maxReason is the longest reason of a change, in characters; waitForFigures is how long saving waits for the projection.
const (
	maxReason      = 500
	waitForFigures = 2 * time.Second
)

// tagForm is what the form of one activity sent. Shown is what it had boxes for: what is not ticked among these is not wanted.
type tagForm struct {
	shown   []string
	wanted  map[string]bool
	kind    mapping.SelectorKind
	reason  string
	version string
}

// saveTags makes one changeset of the differences between the form and the saved tags.
func (s *site) saveTags(v *visit) (answer, error) {
	seen, err := s.lastChange(v)
	if err != nil {
		return answer{}, err
	}
	g, err := s.tagging(v, v.PostForm)
	if err != nil {
		return answer{}, err
	}
	f, err := g.read(v.PostForm)
	if err != nil {
		return answer{}, err
	}
	if utf8.RuneCountInString(f.reason) > maxReason {
		return s.tagsRefused(v, g, f, http.StatusUnprocessableEntity, v.say("tag.longreason", "n", maxReason), "reason")
	}
	if f.version != g.tags.version(g.activity.key()) {
		return s.tagsMoved(v, g, f)
	}
	edits, added, removed, err := s.edits(g, f)
	if err != nil {
		return answer{}, err
	}
	q := url.Values{"added": {strconv.Itoa(added)}, "removed": {strconv.Itoa(removed)}, "of": {g.activity.code()}}
	if len(edits) > 0 {
		cs, err := s.newChangeset(v, f.reason)
		if err != nil {
			return answer{}, err
		}
		cs.Edits, cs.After = edits, &seen
		late, err := s.apply(v, cs)
		if errors.Is(err, mapping.ErrMoved) || errors.Is(err, mapping.ErrAligned) {
			return s.savedMeanwhile(v, f)
		}
		if err != nil {
			return answer{}, err
		}
		if late {
			q.Set("late", "1")
		}
	}
	return v.done("course/activities?" + q.Encode()), nil
}

// savedMeanwhile shows the form again over the tags as they are now.
func (s *site) savedMeanwhile(v *visit, f tagForm) (answer, error) {
	g, err := s.tagging(v, v.PostForm)
	if err != nil {
		return answer{}, err
	}
	return s.tagsMoved(v, g, f)
}

// lastChange is the position of the last change of the course's tags, 0 before the first. It is read before the tags are, so that
// a change that comes in between is noticed when this one is applied.
func (s *site) lastChange(v *visit) (int64, error) {
	last, err := s.Courses.Changesets(v.Context(), v.session.Course, 1)
	if err != nil {
		return 0, fmt.Errorf("read the last change of tags: %w", err)
	}
	if len(last) == 0 {
		return 0, nil
	}
	return last[0].Pos, nil
}

// read takes the fields apart. Boxes that the page did not have are refused: they are not ours.
func (g *tagging) read(form url.Values) (tagForm, error) {
	f := tagForm{
		shown: form["shown"], wanted: map[string]bool{}, kind: mapping.SelectorKind(form.Get("kind")),
		reason: strings.TrimSpace(form.Get("reason")), version: form.Get("version"),
	}
	bad := refuse(http.StatusBadRequest, "form-value", "badform")
	if prefix := f.kind == mapping.SelectPrefix; prefix != g.activity.Prefix || !prefix && f.kind != mapping.SelectUnder && f.kind != mapping.SelectExact {
		return f, bad
	}
	shown := map[string]bool{}
	for _, id := range f.shown {
		if _, ok := g.cat.Capability(id); !ok || shown[id] {
			return f, bad
		}
		shown[id] = true
	}
	for _, id := range form["tag"] {
		if !shown[id] {
			return f, bad
		}
		f.wanted[id] = true
	}
	return f, nil
}

// edits compares what is wanted with what is saved. A tag that stays is not touched, whatever its criterion.
func (s *site) edits(g *tagging, f tagForm) (edits []mapping.Edit, added, removed int, err error) {
	own := map[string][]mapping.Alignment{}
	for _, a := range g.tags.own(g.activity.key()) {
		own[a.Capability] = append(own[a.Capability], a)
	}
	for _, capability := range f.shown {
		switch has := own[capability]; {
		case f.wanted[capability] && len(has) == 0:
			id, err := s.newID()
			if err != nil {
				return nil, 0, 0, err
			}
			a := g.activity.alignment(id, capability, f.kind, g.tags.scope)
			edits = append(edits, mapping.Edit{Add: &a})
			added++
		case !f.wanted[capability] && len(has) > 0:
			for _, a := range has {
				edits = append(edits, mapping.Edit{Remove: a.ID})
			}
			removed++
		}
	}
	return edits, added, removed, nil
}

// newChangeset begins a change of this author in this course.
func (s *site) newChangeset(v *visit, reason string) (mapping.Changeset, error) {
	id, err := s.newID()
	return mapping.Changeset{
		ID: id, Author: v.session.Account, Reason: reason, At: s.Now().UTC(), Scope: v.session.Course.Scope(),
	}, err
}

// apply appends a changeset and waits a moment for the figures to follow; late says that they did not yet. The store holds it
// against the rules, as of the end of the log.
func (s *site) apply(v *visit, cs mapping.Changeset) (late bool, err error) {
	pos, err := s.Courses.Apply(v.Context(), cs)
	if err != nil {
		return false, fmt.Errorf("apply a change of tags: %w", err)
	}
	return s.late(v, pos), nil
}

// editProblem gives a changeset that breaks a rule its status: moved tags are a conflict, the rest cannot be done.
func editProblem(err *mapping.EditError) *problem {
	if errors.Is(err, mapping.ErrUnknownAlignment) || errors.Is(err, mapping.ErrMoved) {
		return refuse(http.StatusConflict, "tags-moved", "moved").because(err)
	}
	if errors.Is(err, mapping.ErrOwnActivity) {
		return refuse(http.StatusUnprocessableEntity, "activity-own", "own").because(err)
	}
	return refuse(http.StatusUnprocessableEntity, "changeset-invalid", "badform").because(err)
}

// tagsMoved shows the form again when someone else saved in the meantime, with the author's ticks kept.
func (s *site) tagsMoved(v *visit, g *tagging, f tagForm) (answer, error) {
	words := v.say("tag.moved")
	if last, err := s.Courses.Changesets(v.Context(), v.session.Course, 1); err == nil && len(last) > 0 {
		words = v.say("tag.movedat", "time", v.moment(last[0].Changeset.At))
	}
	return s.tagsRefused(v, g, f, http.StatusConflict, words, "boxes")
}

func (s *site) tagsRefused(v *visit, g *tagging, f tagForm, status int, words, field string) (answer, error) {
	p, err := s.tagPage(v, g)
	if err != nil {
		return answer{}, err
	}
	body := g.body(v, f.wanted, f.kind, f.reason)
	if field == "reason" {
		body.Error = words
	}
	p.Body, p.Problem, p.Errors = body, true, []fieldError{{words, field}}
	return answer{status: status, page: p}, nil
}

// newID makes a time-ordered id (UUID version 7, RFC 9562, 5.7) from the injected clock and source.
func (s *site) newID() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(s.Rand, b[6:]); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	ms := s.Now().UnixMilli()
	for i := range 6 {
		b[i] = byte(ms >> (8 * (5 - i)))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return uuid.UUID(b).String(), nil
}
