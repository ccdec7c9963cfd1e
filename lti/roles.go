package lti

import (
	"slices"
	"strings"
)

// Vocabulary is the list a role belongs to (LTI Core 1.3, A.2). Only roles of the context give rights in a course.
type Vocabulary string

// The vocabularies. A role of none of them is kept, and means nothing.
const (
	ContextRole     Vocabulary = "context"
	InstitutionRole Vocabulary = "institution"
	SystemRole      Vocabulary = "system"
	UnknownRole     Vocabulary = "unknown"
)

// Role is one role of a launch or of a roster (Core 1.3, A.2). A sub-role has the principal role's name and its own.
type Role struct {
	Text       string // as the platform sent it
	Vocabulary Vocabulary
	Name       string // of the principal role: "Instructor"
	Sub        string // "TeachingAssistant", or ""
}

// contextRoles are the principal roles of a context; their short names are the only ones the specification knows.
var contextRoles = map[string]bool{
	"Administrator": true, "ContentDeveloper": true, "Instructor": true, "Learner": true, "Mentor": true,
	"Manager": true, "Member": true, "Officer": true,
}

// assistants are sub-roles that help those who lead, and do not lead by themselves.
var assistants = map[string]bool{
	"Grader": true, "TeachingAssistant": true, "TeachingAssistantGroup": true, "TeachingAssistantOffering": true,
	"TeachingAssistantSection": true, "TeachingAssistantSectionAssociation": true, "TeachingAssistantTemplate": true,
}

// ParseRole reads a role as a whole (Core 1.3, A.2); what it does not know comes back as UnknownRole.
func ParseRole(text string) Role {
	for _, v := range []struct {
		prefix     string
		vocabulary Vocabulary
	}{{membershipCore, ContextRole}, {institutionCore, InstitutionRole}, {systemCore, SystemRole}, {ltiSystemCore, SystemRole}} {
		if name, ok := strings.CutPrefix(text, v.prefix); ok && isWord(name) && (v.vocabulary != ContextRole || contextRoles[name]) {
			return Role{Text: text, Vocabulary: v.vocabulary, Name: name}
		}
	}
	if rest, ok := strings.CutPrefix(text, membershipSub); ok {
		if name, sub, ok := strings.Cut(rest, "#"); ok && contextRoles[name] && isWord(sub) {
			return Role{Text: text, Vocabulary: ContextRole, Name: name, Sub: sub}
		}
	}
	if contextRoles[text] {
		return Role{Text: text, Vocabulary: ContextRole, Name: text}
	}
	return Role{Text: text, Vocabulary: UnknownRole}
}

// isWord says whether s is letters only, as every name of the vocabularies is.
func isWord(s string) bool {
	for _, c := range s {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

// Roles are the roles of one person in one message, in the platform's order (Core 1.3, 5.3.7).
type Roles []Role

// ParseRoles reads a list of roles (Core 1.3, 5.3.7).
func ParseRoles(texts []string) Roles {
	roles := make(Roles, len(texts))
	for i, t := range texts {
		roles[i] = ParseRole(t)
	}
	return roles
}

// Texts answers the roles as the platform sent them (Core 1.3, 5.3.7).
func (rs Roles) Texts() []string {
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = r.Text
	}
	return texts
}

// Has says whether the person holds exactly the role whose full name is given; a short name counts as its full one (Core 1.3, A.2).
func (rs Roles) Has(full string) bool {
	want := ParseRole(full)
	for _, r := range rs {
		if r.Text == full || (want.Vocabulary != UnknownRole && r.Vocabulary == want.Vocabulary && r.Name == want.Name && r.Sub == want.Sub && !isTest(r, want)) {
			return true
		}
	}
	return false
}

// isTest tells the two system vocabularies apart, which share names of roles.
func isTest(a, b Role) bool {
	return strings.HasPrefix(a.Text, ltiSystemCore) != strings.HasPrefix(b.Text, ltiSystemCore)
}

// Lead says whether the person leads the course (Core 1.3, A.2.2): instructor, content developer or administrator of the context.
// Sub-roles lead with their principal role, except assistants and graders. An administrator of the institution or system leads no
// course.
func (rs Roles) Lead() bool { return rs.leads("Instructor", "ContentDeveloper", "Administrator") }

// Instructs says whether the person teaches the course (Core 1.3, A.2.2), which of those who lead it content developers and administrators
// need not do.
func (rs Roles) Instructs() bool { return rs.leads("Instructor") }

// leads looks for one of these principal roles of the context.
func (rs Roles) leads(principal ...string) bool {
	return slices.ContainsFunc(rs, func(r Role) bool {
		return r.Vocabulary == ContextRole && !assistants[r.Sub] && slices.Contains(principal, r.Name)
	})
}

// Administers says whether the person administers the course, the institution or the platform itself (Core 1.3, A.2): what concerns the
// platform's connection with a tool is their business. It gives no right in a course.
func (rs Roles) Administers() bool {
	for _, r := range rs {
		if r.Vocabulary != UnknownRole && r.Name == "Administrator" && !assistants[r.Sub] || r.Vocabulary == SystemRole && r.Name == "SysAdmin" {
			return true
		}
	}
	return false
}

// IsLearner says whether the person learns in the course (Core 1.3, A.2.2): a learner of the context, or a sub-role of it.
func (rs Roles) IsLearner() bool {
	for _, r := range rs {
		if r.Vocabulary == ContextRole && r.Name == "Learner" {
			return true
		}
	}
	return false
}

// TestUser says whether the person is the platform's preview person, of whom nothing is to be recorded (Core 1.3, A.2).
func (rs Roles) TestUser() bool { return rs.Has(RoleTestUser) }
