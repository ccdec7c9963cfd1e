package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"cairn/mapping"
)

// maxReason is the longest reason of a change, in characters; waitForFigures is how long saving waits for the projection.
const (
	maxReason      = 500
	waitForFigures = 2 * time.Second
)

// lastChange is the last change of the course's tags, its position 0 before the first. It is read before the tags are, so that a
// change that comes in between is noticed.
func (s *site) lastChange(v *visit) (HistoryEntry, error) {
	last, err := s.Courses.Changesets(v.Context(), v.session.Course, 1)
	if err != nil {
		return HistoryEntry{}, fmt.Errorf("read the last change of tags: %w", err)
	}
	if len(last) == 0 {
		return HistoryEntry{}, nil
	}
	return last[0], nil
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

// editProblems are the rules of changesets that people may come to break, with the page that says so and the sentence in a draft.
var editProblems = []struct {
	is                error
	rule, text, draft string
}{
	{mapping.ErrOwnActivity, "activity-own", "own", "draft.own"},
	{mapping.ErrUnderLock, "rule-locked", "locked", "draft.locked"},
	{mapping.ErrRetiredCapability, "capability-retired", "retired", "draft.retired"},
	{mapping.ErrNotALink, "activity-not-placed", "notplaced", "draft.notplaced"},
}

// editProblem gives a changeset that breaks a rule its status: moved tags are a conflict, the rest cannot be done.
func editProblem(err *mapping.EditError) *problem {
	if errors.Is(err, mapping.ErrUnknownAlignment) || errors.Is(err, mapping.ErrMoved) {
		return refuse(http.StatusConflict, "tags-moved", "moved").because(err)
	}
	for _, known := range editProblems {
		if errors.Is(err, known.is) {
			return refuse(http.StatusUnprocessableEntity, known.rule, known.text).because(err)
		}
	}
	return refuse(http.StatusUnprocessableEntity, "changeset-invalid", "badform").because(err)
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
