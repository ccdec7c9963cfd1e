package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"cairn/lti"
	"cairn/mapping"
)

// customCourse is the custom parameter with the LTI context that a link was placed in: where a launch comes from another one, the
// course is a copy.
const customCourse = "cairn_course"

// maxCopies bounds how many courses are looked at for tags to copy.
const maxCopies = 5

// copiedFrom answers the contexts that the course of a launch was copied from, the likeliest first: as our own custom parameter
// says, then as the platform's history does (LTI Core 1.3, appendix B, $Context.id.history).
func copiedFrom(l *lti.Launch) []string {
	if l.Context == nil {
		return nil
	}
	var out []string
	for _, id := range append([]string{l.Custom[customCourse]}, l.ContextHistory()...) {
		if id != "" && id != l.Context.ID && !slices.Contains(out, id) && len(out) < maxCopies {
			out = append(out, id)
		}
	}
	return out
}

// copyable answers the tags of the courses that this one was copied from that mean the same here and are not here yet. Activities
// of the learning site itself have other addresses in the copy; what Cairn placed, and what lies elsewhere, keeps its own. Capabilities
// that only retired versions of a framework have take no tags.
func (s *site) copyable(ctx context.Context, session *Session, t *courseTags) ([]mapping.Alignment, error) {
	if len(session.CopyOf) == 0 {
		return nil, nil
	}
	reg, err := s.Registrations.PageRegistration(ctx, session.Registration)
	if err != nil {
		return nil, fmt.Errorf("find the registration of a course: %w", err)
	}
	site := append(frameOrigins(reg), originOf(reg.Issuer))
	var out []mapping.Alignment
	seen := map[string]bool{}
	for _, a := range t.aligned {
		seen[a.Capability+" "+a.Selector.IRI] = true
	}
	for _, id := range session.CopyOf {
		from := Course{Registration: session.Registration, ID: id}
		aligned, err := s.Courses.Alignments(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("read the tags of the first course: %w", err)
		}
		for _, a := range aligned {
			key := a.Capability + " " + a.Selector.IRI
			if !a.Scope.Same(from.Scope()) || slices.Contains(site, originOf(a.Selector.IRI)) || seen[key] || !s.Frameworks.Offers(a.Capability) {
				continue
			}
			seen[key] = true
			out = append(out, a)
		}
	}
	return out, nil
}

// firstTitle is the title of the course that this one was made from, "" when it is not known.
func (s *site) firstTitle(ctx context.Context, session *Session) (string, error) {
	for _, id := range session.CopyOf {
		title, err := s.Courses.Title(ctx, session.Registration, id)
		if err == nil && title != "" {
			return title, nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return "", fmt.Errorf("read the title of the first course: %w", err)
		}
	}
	return "", nil
}

// copyTags takes the one click: the tags of the first course become tags of this one, as one changeset.
func (s *site) copyTags(v *visit) (answer, error) {
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return answer{}, err
	}
	from, err := s.copyable(v.Context(), v.session, t)
	if err != nil {
		return answer{}, err
	}
	q := url.Values{"added": {strconv.Itoa(len(from))}, "removed": {"0"}}
	if len(from) == 0 {
		return v.done("course/activities?" + q.Encode()), nil
	}
	cs, err := s.newChangeset(v, v.say("copy.reason"))
	if err != nil {
		return answer{}, err
	}
	for _, a := range from {
		if a.ID, err = s.newID(); err != nil {
			return answer{}, err
		}
		a.Scope = cs.Scope
		cs.Edits = append(cs.Edits, mapping.Edit{Add: &a})
	}
	late, err := s.apply(v, cs)
	if err != nil {
		return answer{}, err
	}
	if late {
		q.Set("late", "1")
	}
	return v.done("course/activities?" + q.Encode()), nil
}
