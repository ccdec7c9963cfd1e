package learner_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
)

var sam = learner.Claims{
	Registration: "r1", Issuer: "https://lms.example", Subject: "4", Name: "Sam Student",
	Email: " Sam.Student@Example.org", Username: "sam", SourcedID: "SIS-4",
}

// Settled question 2: exactly one mode names the agent.
func TestAgentsOfRule(t *testing.T) {
	slash := sam
	slash.Issuer = "https://lms.example/"
	silent := learner.Claims{Registration: "r1", Issuer: "https://lms.example", Subject: "4"}
	tests := map[string]struct {
		rule   learner.IdentityRule
		claims learner.Claims
		want   []string
	}{
		"default is user id":                 {learner.IdentityRule{}, sam, []string{"account|https://lms.example|4"}},
		"user id":                            {learner.IdentityRule{Mode: learner.ByUserID}, sam, []string{"account|https://lms.example|4"}},
		"trailing slash of issuer dropped":   {learner.IdentityRule{Mode: learner.ByUserID}, slash, []string{"account|https://lms.example|4"}},
		"home page of its own":               {learner.IdentityRule{Mode: learner.ByUserID, HomePage: "https://www.example/"}, sam, []string{"account|https://www.example|4"}},
		"username":                           {learner.IdentityRule{Mode: learner.ByUsername}, sam, []string{"account|https://lms.example|sam"}},
		"sourced id":                         {learner.IdentityRule{Mode: learner.BySourced, HomePage: "https://sis.example"}, sam, []string{"account|https://sis.example|SIS-4"}},
		"mailbox as told and in lower case":  {learner.IdentityRule{Mode: learner.ByMailbox}, sam, []string{"mbox|mailto:Sam.Student@example.org", "mbox|mailto:sam.student@example.org"}},
		"username not told":                  {learner.IdentityRule{Mode: learner.ByUsername}, silent, nil},
		"sourced id not told":                {learner.IdentityRule{Mode: learner.BySourced}, silent, nil},
		"mailbox not told":                   {learner.IdentityRule{Mode: learner.ByMailbox}, silent, nil},
		"anonymous":                          {learner.IdentityRule{}, learner.Claims{Issuer: "https://lms.example"}, nil},
		"unknown mode proves nothing":        {learner.IdentityRule{Mode: "guess"}, sam, nil},
		"only one trailing slash is dropped": {learner.IdentityRule{HomePage: "https://lms.example//"}, sam, []string{"account|https://lms.example/|4"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, learner.Agents(tt.rule, tt.claims)); diff != "" {
				t.Errorf("Agents (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMailboxRefusesWhatIsNoAddress(t *testing.T) {
	for _, bad := range []string{"", "sam", "@example.org", "sam@", "a@b@c", "sam student@example.org", "<sam@example.org>", "a|b@c"} {
		if got := learner.Mailbox(bad); got != "" {
			t.Errorf("Mailbox(%q) = %q, want none", bad, got)
		}
	}
}

func TestIdentityRuleCheck(t *testing.T) {
	tests := map[string]struct {
		rule learner.IdentityRule
		want error
	}{
		"zero":                  {learner.IdentityRule{}, nil},
		"username":              {learner.IdentityRule{Mode: learner.ByUsername, HomePage: "https://a"}, nil},
		"unknown":               {learner.IdentityRule{Mode: "email"}, learner.ErrIdentityMode},
		"mailto with home page": {learner.IdentityRule{Mode: learner.ByMailbox, HomePage: "https://a"}, learner.ErrMailboxHomePage},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.rule.Check(); !errors.Is(got, tt.want) {
				t.Errorf("Check() = %v, want %v", got, tt.want)
			}
		})
	}
}

// FuzzAgents holds that a key is one agent: never empty parts, and the same key for the same claims.
func FuzzAgents(f *testing.F) {
	f.Add("mailto", "", "https://lms.example", "4", "a@b.c")
	f.Add("user_id", "https://x/", "", "", "")
	f.Fuzz(func(t *testing.T, mode, home, issuer, subject, email string) {
		rule := learner.IdentityRule{Mode: learner.IdentityMode(mode), HomePage: home}
		got := learner.Agents(rule, learner.Claims{Issuer: issuer, Subject: subject, Email: email})
		if len(got) > 2 {
			t.Fatalf("a rule names one agent, in two spellings at most; got %v", got)
		}
		for _, key := range got {
			if key == "account||" || key == "mbox|mailto:" {
				t.Fatalf("an empty agent: %q", key)
			}
		}
	})
}

// What Cairn itself says that a person did is found under an agent that the rule gives to them.
func TestActorIsOneOfTheAgents(t *testing.T) {
	told := learner.Claims{Issuer: "https://lms.example", Subject: "4", Username: "sam", SourcedID: "SIS-1", Email: "Sam@Example.org"}
	bare := learner.Claims{Issuer: "https://lms.example", Subject: "4"}
	for _, mode := range []learner.IdentityMode{"", learner.ByUserID, learner.ByUsername, learner.BySourced, learner.ByMailbox} {
		rule := learner.IdentityRule{Mode: mode}
		if mode != learner.ByMailbox {
			rule.HomePage = "https://people.example"
		}
		if key := learner.Actor(rule, told).Key(); !slices.Contains(learner.Agents(rule, told), key) {
			t.Errorf("%s: %s is none of %q", mode, key, learner.Agents(rule, told))
		}
		if mode == "" || mode == learner.ByUserID {
			continue
		}
		if key := learner.Actor(rule, bare).Key(); key != "account|https://lms.example|4" {
			t.Errorf("%s: without the claim it is %s", mode, key)
		}
	}
}

func TestMaskedNamesNobody(t *testing.T) {
	for agent, want := range map[string]string{
		"account|https://lms.example|4": "•••", "account|https://lms.example|42": "•••", "account|https://lms.example|amara": "a•••",
		"mbox|mailto:sam.student@example.org": "s•••@e•••", "mbox|mailto:x@y": "•••@•••", "openid|https://me.example": "•••",
	} {
		if got := learner.Masked(agent); got != want {
			t.Errorf("Masked(%q) = %q, want %q", agent, got, want)
		}
	}
}
