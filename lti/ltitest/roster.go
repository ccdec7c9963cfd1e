package ltitest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

func (p *Platform) rosterURL(course, tool string) string {
	return fmt.Sprintf("%s/CourseSection/%s/bindings/%s/memberships", p.services(), course, tool)
}

// roster lists the members of a course (NRPS 2.0, section 2), by family name. Suspended members are not in it.
func (p *Platform) roster(c *call) (reply, error) {
	var link *ResourceLink
	if c.query.Has("rlid") {
		k, err := p.link(c.query.Get("rlid"))
		if err != nil || k.Course != c.course {
			return reply{}, refuse(http.StatusNotFound, fmt.Sprintf("Not Found: LTI link %s doesn't exist", c.query.Get("rlid")))
		}
		link = &k
	}
	found := p.rosterMembers(c, link)
	var gone []string
	if c.query.Has("since") && p.profile.RosterChanges {
		found, gone = p.changedSince(c, found)
	}
	if p.profile.IgnoresLimit {
		c.query.Del("limit")
	}
	page, err := p.paging(c.query, len(found))
	if err != nil {
		return reply{}, err
	}
	if page.limit > 0 && page.end < page.total {
		c.header.Set("Link", p.pageLink(c, page.limit, page.from+page.limit, "next"))
	} else if p.profile.RosterChanges {
		c.header.Set("Link", fmt.Sprintf(`<%s%s?since=%d>; rel="differences"`, p.services(), c.path, len(p.enrolled)))
	}
	found = found[page.from:page.end]
	if c.accept == typeMembersV1 && p.profile.OldRoster {
		return reply{http.StatusOK, typeMembersV1, p.oldRoster(c, found)}, nil
	}
	course, _ := p.course(c.course)
	members := []map[string]any{}
	for _, m := range found {
		members = append(members, p.memberJSON(c, m, link))
	}
	for _, sub := range gone {
		members = append(members, map[string]any{"status": "Deleted", "user_id": sub, "roles": []string{}})
	}
	return reply{http.StatusOK, typeMembers, map[string]any{
		"id":      p.rosterURL(c.course, c.tool.ID),
		"context": map[string]any{"id": course.ID, "label": course.Label, "title": course.Title}, "members": members,
	}}, nil
}

// changedSince narrows a roster to who came or changed after a place in the list of changes, and answers who is there no more.
func (p *Platform) changedSince(c *call, found []Member) (changed []Member, gone []string) {
	since, _ := strconv.Atoi(c.query.Get("since"))
	touched := map[string]bool{}
	for _, e := range p.enrolled[min(max(since, 0), len(p.enrolled)):] {
		touched[e.user] = touched[e.user] || e.course == c.course
	}
	for _, m := range found {
		if touched[m.User] {
			changed = append(changed, m)
			delete(touched, m.User)
		}
	}
	for user, here := range touched {
		if here {
			gone = append(gone, user)
		}
	}
	slices.Sort(gone)
	return changed, gone
}

// rosterMembers applies the filters: role, in full or short, and the link that members must be able to open.
func (p *Platform) rosterMembers(c *call, link *ResourceLink) []Member {
	want := c.query.Get("role")
	var out []Member
	for _, m := range p.members {
		roles := rosterRoles(m)
		has := want == "" || slices.ContainsFunc(roles, func(r string) bool { return r == want || shortRole(r) == want })
		if m.Course == c.course && !m.Suspended && len(roles) > 0 && has && (link == nil || link.visible(m.User)) {
			out = append(out, m)
		}
	}
	order := collate.New(language.English)
	slices.SortStableFunc(out, func(a, b Member) int {
		x, _ := p.user(a.User)
		y, _ := p.user(b.User)
		return order.CompareString(x.Family+"\x00"+x.Given, y.Family+"\x00"+y.Given)
	})
	return out
}

// rosterRoles are the member's roles in the course; those in institution and system are not the roster's business.
func rosterRoles(m Member) []string {
	return slices.DeleteFunc(slices.Clone(m.Roles), func(r string) bool { return !strings.HasPrefix(r, contextRoles) })
}

func (p *Platform) memberRoles(m Member) []string {
	roles := rosterRoles(m)
	for i, r := range roles {
		if p.profile.ShortRosterRoles {
			roles[i] = shortRole(r)
		}
	}
	return roles
}

func (p *Platform) memberJSON(c *call, m Member, link *ResourceLink) map[string]any {
	u, _ := p.user(m.User)
	out := map[string]any{"status": "Active", "roles": p.memberRoles(m), "user_id": u.Sub, "lis_person_sourcedid": u.SourcedID}
	names, email := c.tool.shares(u)
	if names {
		out["name"] = u.Name()
		if !p.profile.FullNamesOnly {
			out["given_name"], out["family_name"] = u.Given, u.Family
		}
		if p.profile.MoodleExtensions {
			out["ext_user_username"] = u.Username
		}
	}
	if email {
		out["email"] = u.Email
	}
	if link != nil {
		message := map[string]any{claim + "message_type": messageResource}
		if p.profile.BasicOutcomes {
			message[claimBO] = p.outcomes(*link, u.Sub)
		}
		out["message"] = []any{message}
	}
	return out
}

// oldRoster is the same list in the format of NRPS 1.0.
func (p *Platform) oldRoster(c *call, found []Member) map[string]any {
	members := []map[string]any{}
	for _, m := range found {
		u, _ := p.user(m.User)
		person := map[string]any{"@type": "LISPerson", "userId": u.Sub, "sourcedId": u.SourcedID}
		names, email := c.tool.shares(u)
		if names {
			person["name"], person["givenName"], person["familyName"] = u.Name(), u.Given, u.Family
			person["ext_user_username"] = u.Username
		}
		if email {
			person["email"] = u.Email
		}
		members = append(members, map[string]any{"status": "Active", "role": p.memberRoles(m), "member": person})
	}
	return map[string]any{
		"@context": "http://purl.imsglobal.org/ctx/lis/v2/MembershipContainer", "@type": "Page",
		"@id": p.rosterURL(c.course, c.tool.ID),
		"pageOf": map[string]any{"@type": "LISMembershipContainer", "membershipSubject": map[string]any{
			"@type": "Context", "contextId": c.course, "membership": members,
		}},
	}
}
