package lti_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

const (
	membership  = "http://purl.imsglobal.org/vocab/lis/v2/membership"
	institution = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
	system      = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
)

// TestParseRole_core_A2 reads roles whole, and nothing that only resembles one.
func TestParseRole_core_A2(t *testing.T) {
	for text, want := range map[string]lti.Role{
		membership + "#Learner":                      {Vocabulary: lti.ContextRole, Name: "Learner"},
		membership + "/Instructor#TeachingAssistant": {Vocabulary: lti.ContextRole, Name: "Instructor", Sub: "TeachingAssistant"},
		"Instructor":                      {Vocabulary: lti.ContextRole, Name: "Instructor"},
		institution + "Student":           {Vocabulary: lti.InstitutionRole, Name: "Student"},
		system + "SysAdmin":               {Vocabulary: lti.SystemRole, Name: "SysAdmin"},
		lti.RoleTestUser:                  {Vocabulary: lti.SystemRole, Name: "TestUser"},
		membership + "#Wizard":            {Vocabulary: lti.UnknownRole},
		membership + "#":                  {Vocabulary: lti.UnknownRole},
		membership + "/Wizard#Instructor": {Vocabulary: lti.UnknownRole},
		membership + "/Instructor":        {Vocabulary: lti.UnknownRole},
		membership + "/Instructor#A/B":    {Vocabulary: lti.UnknownRole},
		membership + "#Instructor ":       {Vocabulary: lti.UnknownRole},
		"instructor":                      {Vocabulary: lti.UnknownRole},
		"Student":                         {Vocabulary: lti.UnknownRole},
		"urn:lti:role:ims/lis/Instructor": {Vocabulary: lti.UnknownRole},
		"":                                {Vocabulary: lti.UnknownRole},
	} {
		want.Text = text
		if diff := cmp.Diff(want, lti.ParseRole(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestRoles_rights(t *testing.T) {
	for name, c := range map[string]struct {
		roles                    []string
		lead, instructs, learner bool
	}{
		"learner":                        {[]string{lti.RoleLearner}, false, false, true},
		"instructor":                     {[]string{lti.RoleInstructor}, true, true, false},
		"content developer":              {[]string{lti.RoleContentDeveloper}, true, false, false},
		"administrator of the context":   {[]string{"Administrator"}, true, false, false},
		"mentor":                         {[]string{lti.RoleMentor}, false, false, false},
		"administrator of institution":   {[]string{lti.RoleInstitutionAdmin}, false, false, false},
		"administrator of system":        {[]string{lti.RoleSystemAdmin}, false, false, false},
		"assistant alone":                {[]string{lti.RoleTeachingAssistant}, false, false, false},
		"assistant called instructor":    {[]string{lti.RoleTeachingAssistant, lti.RoleInstructor}, true, true, false},
		"grader":                         {[]string{membership + "/Instructor#Grader"}, false, false, false},
		"lecturer":                       {[]string{membership + "/Instructor#Lecturer"}, true, true, false},
		"learner who instructs learners": {[]string{membership + "/Learner#Instructor"}, false, false, true},
		"guest learner":                  {[]string{membership + "/Learner#GuestLearner"}, false, false, true},
		"student of the institution":     {[]string{lti.RoleInstitutionPupil}, false, false, false},
		"none":                           {nil, false, false, false},
	} {
		roles := lti.ParseRoles(c.roles)
		if roles.Lead() != c.lead || roles.Instructs() != c.instructs || roles.IsLearner() != c.learner {
			t.Errorf("%s: lead %v, instructs %v, learner %v", name, roles.Lead(), roles.Instructs(), roles.IsLearner())
		}
	}
}

func TestRoles_has(t *testing.T) {
	roles := lti.ParseRoles([]string{"Learner", "http://example.org/role", system + "TestUser"})
	for full, want := range map[string]bool{
		lti.RoleLearner: true, "Learner": true, "http://example.org/role": true, "http://example.org": false, lti.RoleInstructor: false,
		lti.RoleTestUser: false, membership + "/Learner#GuestLearner": false,
	} {
		if roles.Has(full) != want {
			t.Errorf("Has(%q) = %v", full, !want)
		}
	}
	if roles.TestUser() || !lti.ParseRoles([]string{lti.RoleTestUser}).TestUser() {
		t.Error("the test user is a role of LTI's own system vocabulary")
	}
	if diff := cmp.Diff([]string{"Learner", "http://example.org/role", system + "TestUser"}, roles.Texts()); diff != "" {
		t.Error(diff)
	}
}

// Core 1.3, A.2: an administrator of the course, the institution or the platform; nobody else, whatever their role is called.
func TestRoles_Administers(t *testing.T) {
	for role, want := range map[string]bool{
		lti.RoleAdministrator: true, "Administrator": true, lti.RoleInstitutionAdmin: true, lti.RoleSystemAdmin: true,
		"http://purl.imsglobal.org/vocab/lis/v2/system/person#SysAdmin":                       true,
		"http://purl.imsglobal.org/vocab/lis/v2/membership/Administrator#SystemAdministrator": true,
		"http://purl.imsglobal.org/vocab/lis/v2/institution/person#SysAdmin":                  false,
		"https://example.org/roles#Administrator":                                             false,
		lti.RoleInstructor: false, lti.RoleContentDeveloper: false, lti.RoleInstitutionStaff: false, lti.RoleTestUser: false,
	} {
		if got := lti.ParseRoles([]string{lti.RoleLearner, role}).Administers(); got != want {
			t.Errorf("%s administers: %v", role, got)
		}
	}
}
