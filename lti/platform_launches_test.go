package lti_test

import (
	"path/filepath"
	"testing"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// TestPlatforms_launch_fixtures bends the tokens of every kind of platform as testdata/launches says, every case on every platform: the
// tool judges them as it does those made by hand. Cases that are about something else than the token stay with TestLaunches_fixtures.
func TestPlatforms_launch_fixtures(t *testing.T) {
	type named struct {
		kind, name string
		launchCase
	}
	var cases []named
	for _, kind := range []string{"valid", "invalid"} {
		for _, name := range folders(t, filepath.Join("testdata", "launches", kind)) {
			c := readCase[launchCase](t, filepath.Join("testdata", "launches", kind, name))
			if c.Flow == "" && c.Keys == nil && !c.Registration.AnyDeployment {
				cases = append(cases, named{kind, name, c})
			}
		}
	}
	for _, profile := range ltitest.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			s := bentSite(t, profile)
			for _, c := range cases {
				t.Run(c.kind+"/"+c.name, func(t *testing.T) { s.bent(t, c.kind, c.launchCase) })
			}
		})
	}
}

// bentSite is a site whose registration knows the deployments that the cases speak of, beside another registration.
func bentSite(t *testing.T, profile ltitest.Profile) *site {
	t.Helper()
	s := newSite(t, profile)
	s.connect(t)
	s.reg.Deployments, s.reg.AnyDeployment = []string{"1", "2"}, false
	other := s.reg
	other.ID, other.ClientID, other.Deployments = "other", "client-2", []string{"of-the-other"}
	s.regs.all = []lti.Registration{s.reg, other}
	s.p.AddLink(ltitest.ResourceLink{ID: "7", Course: "2", Tool: s.toolID, Title: "Progress", TargetLinkURI: target, LineItem: &ltitest.LineItem{Maximum: 10}})
	return s
}

// bent launches what the case starts from, with the platform's token bent as the case says.
func (s *site) bent(t *testing.T, kind string, c launchCase) {
	bend := func(k *ltitest.Token) {
		if _, ok := c.Claims["aud"]; ok { // such cases say themselves whether there is an azp
			delete(k.Claims, "azp")
		}
		k.Raw = c.tokenOf(t, k.Claims, s.p.KeyID(), s.clock.now())
	}
	user, begin := "4", func() (ltitest.Initiation, error) { return s.p.Initiate("4", "7", bend) }
	switch c.Base {
	case "teacher":
		user, begin = "3", func() (ltitest.Initiation, error) { return s.p.Initiate("3", "7", bend) }
	case "deep_linking":
		user, begin = "3", func() (ltitest.Initiation, error) { return s.p.InitiateDeepLinking("3", "2", s.toolID, bend) }
	case "submission_review":
		user, begin = "3", func() (ltitest.Initiation, error) {
			return s.p.InitiateReview("3", "4", s.p.LineItems("2")[0].ID, bend)
		}
	}
	init, err := begin()
	launch, err := s.launch(t, user, init, err)
	if kind == "invalid" {
		checkRefused(t, launch, err, c.Want)
		return
	}
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	if launch.Lead() != c.Expect.Lead || launch.IsLearner() != c.Expect.Learner || launch.Recorded() != c.Expect.Recorded {
		t.Errorf("lead %v, learner %v, recorded %v", launch.Lead(), launch.IsLearner(), launch.Recorded())
	}
}
