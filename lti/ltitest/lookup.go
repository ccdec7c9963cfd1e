package ltitest

import (
	"fmt"
	"slices"
	"strings"
)

// The finders below expect Platform.mu to be held.

func (p *Platform) user(sub string) (User, error) {
	i := slices.IndexFunc(p.users, func(u User) bool { return u.Sub == sub })
	if i < 0 {
		return User{}, fmt.Errorf("user %q: %w", sub, ErrUnknownUser)
	}
	return p.users[i], nil
}

func (p *Platform) course(id string) (Course, error) {
	i := slices.IndexFunc(p.courses, func(c Course) bool { return c.ID == id })
	if i < 0 {
		return Course{}, fmt.Errorf("course %q: %w", id, ErrUnknownCourse)
	}
	return p.courses[i], nil
}

func (p *Platform) link(id string) (ResourceLink, error) {
	i := slices.IndexFunc(p.links, func(l ResourceLink) bool { return l.ID == id })
	if i < 0 {
		return ResourceLink{}, fmt.Errorf("link %q: %w", id, ErrUnknownLink)
	}
	return p.links[i], nil
}

func (p *Platform) activity(module int) (Activity, error) {
	i := slices.IndexFunc(p.activities, func(a Activity) bool { return a.Module == module })
	if i < 0 {
		return Activity{}, fmt.Errorf("module %d: %w", module, ErrUnknownActivity)
	}
	return p.activities[i], nil
}

func (p *Platform) item(id int) (*LineItem, error) {
	i := slices.IndexFunc(p.items, func(l *LineItem) bool { return l.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("line item %d: %w", id, ErrUnknownItem)
	}
	return p.items[i], nil
}

// bound answers the line items bound to a link.
func (p *Platform) bound(link string) []*LineItem {
	var out []*LineItem
	for _, i := range p.items {
		if i.Link == link {
			out = append(out, i)
		}
	}
	return out
}

// member answers the user's place in the course; false also when it is suspended.
func (p *Platform) member(course, user string) (Member, bool) {
	i := slices.IndexFunc(p.members, func(m Member) bool { return m.Course == course && m.User == user && !m.Suspended })
	if i < 0 {
		return Member{}, false
	}
	return p.members[i], true
}

// teaches says whether the member has a role in the course that leads others.
func (m Member) teaches() bool {
	return slices.ContainsFunc(m.Roles, func(r string) bool {
		return r == RoleInstructor || r == RoleContentDeveloper || r == RoleManager || r == RoleInstitutionAdmin
	})
}

// gradable says whether the user can receive a grade in the course.
func (p *Platform) gradable(course, user string) bool {
	m, ok := p.member(course, user)
	return ok && slices.Contains(m.Roles, RoleLearner)
}

// visible says whether the link is open to the user.
func (l ResourceLink) visible(user string) bool {
	return l.VisibleTo == nil || slices.Contains(l.VisibleTo, user)
}

// sectionID is the platform-wide number of a course section, from 1.
func (p *Platform) sectionID(course string, number int) int {
	return slices.Index(p.sections, section{course, number}) + 1
}

// shares says whether the tool may see the user's name and e-mail.
func (t *Tool) shares(u User) (names, email bool) {
	return !t.NoNames && !u.Private, !t.NoEmail && !u.Private
}

// shortRole is the part of a role's IRI after the hash.
func shortRole(role string) string {
	return role[strings.LastIndex(role, "#")+1:]
}
