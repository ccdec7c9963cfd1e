package lti

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// ErrRosterTooLarge says that a course has more members than are read: a part of a roster would look like people who left.
var ErrRosterTooLarge = errors.New("lti: the roster is too large")

// ErrNoRoster says that no roster of a course is kept.
var ErrNoRoster = errors.New("lti: no roster was read yet")

// The states of a membership (NRPS 2.0, 2.2). Deleted stands in differences only.
const (
	MemberActive   = "Active"
	MemberInactive = "Inactive"
	MemberDeleted  = "Deleted"
)

// MaxMembers is how many members of a course are read at most.
const MaxMembers = 20000

// rosterPage is the size of page that is asked for unless the caller says: Moodle without one sends everybody in one answer.
const rosterPage = 500

// Member is one person of a course (NRPS 2.0, 2.2). Names, e-mail and picture are there only when the platform shares them; Open edX
// never sends given and family name.
type Member struct {
	UserID       string // the sub of the person's launches
	Roles        Roles  // Moodle and others send short names
	Status       string // MemberActive when not told
	Name         string
	GivenName    string
	FamilyName   string
	MiddleName   string
	Email        string
	Picture      string
	SourcedID    string // id in the institution's records
	LegacyUserID string // user id of LTI 1.1, where it differs
	Custom       Custom // of the resource link asked about, with this person's values; nil when none was
}

// Roster is who is in a course (NRPS 2.0, 2.2).
type Roster struct {
	Context     CourseContext
	Members     []Member
	Differences string // address to ask later what has changed; "" when the platform does not offer it
	Skipped     int    // entries that name nobody
}

// RosterFilter narrows a roster (NRPS 2.0, 2.4); the zero value asks for everybody.
type RosterFilter struct {
	Role           string // in full, or the short name of a context role
	ResourceLinkID string // only who may open this link, with its values for each (NRPS 2.0, 3.4)
	Limit          int    // of a page; 0 means 500. Open edX may ignore it, Canvas gives at most 50.
}

// Roster reads the members of a course through all pages (NRPS 2.0, 2). address is the memberships URL of a launch. A page on another
// origin is not read, and then there is no roster either. ErrForeignService, ErrRosterTooLarge, *ServiceError.
func (s *Services) Roster(ctx context.Context, reg Registration, address string, f RosterFilter) (Roster, error) {
	u, err := serviceURL(address)
	if err != nil {
		return Roster{}, err
	}
	limit := f.Limit
	if limit <= 0 {
		limit = rosterPage
	}
	role := f.Role
	if contextRoles[role] { // the specification wants it in full; short names are its exception in lists of roles
		role = membershipCore + role
	}
	set := map[string]string{"role": role, "rlid": f.ResourceLinkID, "limit": strconv.Itoa(limit)}
	return s.roster(ctx, reg, withQuery(u, set))
}

// RosterChanges reads what changed since the roster or the changes that told the address (NRPS 2.0, 2.4.2): members who are new or
// otherwise than before, and those who left, as MemberDeleted. Its Differences is the address for the next time.
func (s *Services) RosterChanges(ctx context.Context, reg Registration, differences string) (Roster, error) {
	u, err := serviceURL(differences)
	if err != nil {
		return Roster{}, err
	}
	return s.roster(ctx, reg, u)
}

// RefreshRoster reads what changed since the last roster where the platform told how to ask (NRPS 2.0, 2.4.2), and the whole roster
// otherwise, or when that is refused: addresses of differences may not last. Errors as Roster.
func (s *Services) RefreshRoster(ctx context.Context, reg Registration, address string, last Roster) (Roster, error) {
	if last.Differences == "" {
		return s.Roster(ctx, reg, address, RosterFilter{})
	}
	changes, err := s.RosterChanges(ctx, reg, last.Differences)
	var failed *ServiceError
	if errors.As(err, &failed) && failed.Status/100 == 4 && !failed.Retryable() || errors.Is(err, ErrForeignService) {
		return s.Roster(ctx, reg, address, RosterFilter{})
	}
	if err != nil {
		return Roster{}, err
	}
	return last.With(changes), nil
}

// membershipContainer is one page of a roster.
type membershipContainer struct {
	Context contextClaim       `json:"context"`
	Members []membershipMember `json:"members"`
}

type membershipMember struct {
	UserID     text                   `json:"user_id"`
	Roles      claim[stringList]      `json:"roles"`
	Status     text                   `json:"status"`
	Name       text                   `json:"name"`
	GivenName  text                   `json:"given_name"`
	FamilyName text                   `json:"family_name"`
	MiddleName text                   `json:"middle_name"`
	Email      text                   `json:"email"`
	Picture    text                   `json:"picture"`
	SourcedID  text                   `json:"lis_person_sourcedid"`
	Legacy     text                   `json:"lti11_legacy_user_id"`
	Message    claim[[]memberMessage] `json:"message"`
}

type memberMessage struct {
	Custom claim[Custom] `json:"https://purl.imsglobal.org/spec/lti/claim/custom"`
}

// roster follows the pages from an address on. A person who stands on two pages, as when somebody joins meanwhile, counts once.
func (s *Services) roster(ctx context.Context, reg Registration, at *url.URL) (Roster, error) {
	var all Roster
	seen, known := map[string]bool{}, map[string]bool{}
	for !seen[at.String()] && len(seen) < maxPages {
		seen[at.String()] = true
		var page membershipContainer
		header, err := s.get(ctx, reg, call{op: "roster", address: at, scopes: []string{ScopeMembership}, accept: MediaMembership}, &page)
		if err != nil {
			return Roster{}, err
		}
		all.add(page, known)
		if len(all.Members) > MaxMembers {
			return Roster{}, fmt.Errorf("%w: more than %d members", ErrRosterTooLarge, MaxMembers)
		}
		links, err := pageLinks(header, at)
		if err != nil {
			return Roster{}, err
		}
		if links.differences != "" {
			all.Differences = links.differences
		}
		if links.next == nil || len(page.Members) == 0 {
			return all, nil
		}
		at = links.next
	}
	return Roster{}, &ServiceError{Op: "roster", Status: http.StatusOK, Reason: "the list does not end"}
}

// add takes over the members of a page that name somebody.
func (r *Roster) add(page membershipContainer, known map[string]bool) {
	if c := page.Context; c.ID.good() && r.Context.ID == "" {
		r.Context = CourseContext{ID: c.ID.value, Label: c.Label.value, Title: c.Title.value, Types: c.Types.value}
	}
	for i := range page.Members {
		m := &page.Members[i]
		if !identifier(m.UserID) {
			r.Skipped++
			continue
		}
		if known[m.UserID.value] {
			continue
		}
		known[m.UserID.value] = true
		r.Members = append(r.Members, m.member())
	}
}

func (m *membershipMember) member() Member {
	out := Member{
		UserID: m.UserID.value, Roles: ParseRoles(m.Roles.value), Status: MemberActive, Name: m.Name.value, GivenName: m.GivenName.value,
		FamilyName: m.FamilyName.value, MiddleName: m.MiddleName.value, Email: m.Email.value, Picture: webAddress(m.Picture.value),
		SourcedID: m.SourcedID.value, LegacyUserID: m.Legacy.value,
	}
	if slices.Contains([]string{MemberInactive, MemberDeleted}, m.Status.value) {
		out.Status = m.Status.value
	}
	for i := range m.Message.value {
		if c := &m.Message.value[i].Custom; c.good() && out.Custom == nil {
			out.Custom = c.value
		}
	}
	return out
}

// With answers the roster after changes (NRPS 2.0, 2.4.2): members who left are gone, others stand as they are now. The order is
// kept, new members come last.
func (r Roster) With(changes Roster) Roster {
	at := map[string]int{}
	out := r
	out.Members, out.Skipped = nil, r.Skipped+changes.Skipped
	if changes.Differences != "" {
		out.Differences = changes.Differences
	}
	for _, m := range slices.Concat(r.Members, changes.Members) {
		if i, ok := at[m.UserID]; ok {
			out.Members[i] = m
			continue
		}
		at[m.UserID] = len(out.Members)
		out.Members = append(out.Members, m)
	}
	out.Members = slices.DeleteFunc(out.Members, func(m Member) bool { return m.Status == MemberDeleted })
	return out
}
