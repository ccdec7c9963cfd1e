package lti_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// TestPlatforms walks everything the tool does with every kind of platform.
func TestPlatforms(t *testing.T) {
	for _, profile := range ltitest.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, profile)
			s.connect(t)
			link := s.p.AddLink(ltitest.ResourceLink{
				ID: "7", Course: "2", Tool: s.toolID, Title: "Progress", TargetLinkURI: target, LineItem: &ltitest.LineItem{Maximum: 100, Tag: "progress"},
			})
			s.checkLaunches(t, link.ID)
			s.checkPicking(t)
			s.checkRoster(t, link.ID)
			s.checkLineItems(t, link.ID)
			s.checkScores(t, link.ID)
			s.checkReview(t)
			s.checkTokens(t)
			s.checkRotation(t, link.ID)
			s.checkChanges(t, link.ID)
		})
	}
}

func (s *site) checkLaunches(t *testing.T, link string) {
	t.Helper()
	student, teacher := s.open(t, "4", link), s.open(t, "3", link)
	if student.Subject != "4" || student.Name != "Sam Student" || !student.IsLearner() || student.Lead() || !student.Recorded() {
		t.Errorf("student %+v", student)
	}
	if (student.GivenName == "") != s.p.Profile().FullNamesOnly {
		t.Errorf("given name %q", student.GivenName)
	}
	if teacher.Subject != "3" || !teacher.Lead() || teacher.Context.ID != "2" || teacher.ResourceLink.ID != link {
		t.Errorf("teacher %+v", teacher)
	}
	if student.Platform.Family != s.p.Profile().Name || student.NamesRoles == nil || student.Endpoint.LineItem == "" || !student.Endpoint.Can(lti.ScopeScore) {
		t.Errorf("services %+v %+v", student.Endpoint, student.NamesRoles)
	}
	if known := len(s.reg.Deployments) > 0; student.NewDeployment == known {
		t.Errorf("new deployment %v", student.NewDeployment)
	}
	for name, bend := range map[string]ltitest.Bend{
		"launch.nonce_mismatch": func(k *ltitest.Token) { k.Claims["nonce"] = "other" },
		"launch.audience":       func(k *ltitest.Token) { k.Claims["aud"] = "other" },
		"launch.signature":      func(k *ltitest.Token) { k.Key = strangerKey() },
	} {
		init, err := s.p.Initiate("4", link, bend)
		refused, err := s.launch(t, "4", init, err)
		checkRefused(t, refused, err, name)
	}
}

// checkPicking places two links, or one where one is asked for, and launches what was placed.
func (s *site) checkPicking(t *testing.T) {
	t.Helper()
	init, err := s.p.InitiateDeepLinking("3", "2", s.toolID)
	l, err := s.launch(t, "3", init, err)
	if err != nil {
		t.Fatal(err)
	}
	first := capabilityLink(toolBase)
	first.URL, first.Custom = target, map[string]string{"placement": "p-1"}
	items := []lti.ContentItem{first}
	if l.DeepLinking.AcceptMultiple {
		items = append(items, lti.ResourceLinkItem{URL: target, Title: "Second"})
	}
	if !l.DeepLinking.AcceptMultiple {
		if _, err := s.tool.AnswerDeepLinking(l, lti.DeepLinkingAnswer{Items: []lti.ContentItem{first, first}}, s.ring.Signing); !errors.Is(err, lti.ErrSeveralItems) {
			t.Errorf("two items for one: %v", err)
		}
	}
	form, err := s.tool.AnswerDeepLinking(l, lti.DeepLinkingAnswer{Items: items, Message: "Added"}, s.ring.Signing)
	if err != nil {
		t.Fatal(err)
	}
	picked, err := s.p.AcceptContent(t.Context(), form.URL, form.Values())
	if err != nil || len(picked.Items) != len(items) || picked.Message != "Added" {
		t.Fatalf("%+v, %v", picked, err)
	}
	placed := s.open(t, "4", picked.Items[0].Link)
	if placed.Custom["placement"] != "p-1" || placed.TargetLinkURI != target || (placed.Endpoint.LineItem != "") != l.DeepLinking.TakesLineItems() {
		t.Errorf("placed %v %+v", placed.Custom, placed.Endpoint)
	}
}

func (s *site) checkRoster(t *testing.T, link string) {
	t.Helper()
	l := s.open(t, "3", link)
	for name, c := range map[string]struct {
		filter lti.RosterFilter
		want   int
	}{
		"everybody": {lti.RosterFilter{}, crowd + 2}, "learners": {lti.RosterFilter{Role: "Learner"}, crowd + 1},
		"small pages": {lti.RosterFilter{Limit: 40}, crowd + 2}, "of a link": {lti.RosterFilter{ResourceLinkID: link, Role: lti.RoleInstructor}, 1},
	} {
		roster, err := s.services.Roster(t.Context(), s.reg, l.NamesRoles.MembershipsURL, c.filter)
		if err != nil || len(roster.Members) != c.want || roster.Context.ID != "2" {
			t.Errorf("%s: %d members, %v", name, len(roster.Members), err)
		}
		if !slices.ContainsFunc(roster.Members, func(m lti.Member) bool {
			return m.UserID == "3" && m.Roles.Lead() || m.UserID == "4" && m.Roles.IsLearner()
		}) {
			t.Errorf("%s: roles are not read", name)
		}
	}
}

func (s *site) checkLineItems(t *testing.T, link string) {
	t.Helper()
	e := s.open(t, "3", link).Endpoint
	made, err := s.services.CreateLineItem(t.Context(), s.reg, e.LineItems, lti.LineItem{Label: "Extra", ScoreMaximum: 10, ResourceID: "r", Tag: "extra"})
	if err != nil {
		t.Fatal(err)
	}
	made.Label = "Extra 2"
	if _, err := s.services.UpdateLineItem(t.Context(), s.reg, made); err != nil {
		t.Fatal(err)
	}
	if read, err := s.services.LineItem(t.Context(), s.reg, made.ID); err != nil || read.Label != "Extra 2" || read.ScoreMaximum != 10 {
		t.Errorf("%+v, %v", read, err)
	}
	for name, c := range map[string]struct {
		filter lti.LineItemFilter
		want   bool // whether the extra one is in it
	}{
		"all": {lti.LineItemFilter{}, true}, "pages of one": {lti.LineItemFilter{Limit: 1}, true}, "tag": {lti.LineItemFilter{Tag: "extra"}, true},
		"resource": {lti.LineItemFilter{ResourceID: "r", Limit: 1}, true}, "link": {lti.LineItemFilter{ResourceLinkID: link}, false},
	} {
		items, err := s.services.LineItems(t.Context(), s.reg, e.LineItems, c.filter)
		has := slices.ContainsFunc(items, func(i lti.LineItem) bool { return i.ID == made.ID })
		if err != nil || has != c.want || len(items) == 0 {
			t.Errorf("%s: %+v, %v", name, items, err)
		}
	}
	for range 2 { // the second time it is gone already
		if err := s.services.DeleteLineItem(t.Context(), s.reg, made.ID); err != nil {
			t.Error(err)
		}
	}
	var failed *lti.ServiceError
	if _, err := s.services.LineItem(t.Context(), s.reg, made.ID); !errors.As(err, &failed) || !failed.Gone() {
		t.Errorf("a deleted line item: %v", err)
	}
}

func (s *site) checkScores(t *testing.T, link string) {
	t.Helper()
	item := s.open(t, "4", link).Endpoint.LineItem
	score := lti.Score{
		UserID: "4", Given: number(40), Maximum: 80, Comment: "half", ActivityProgress: lti.ActivityInProgress, GradingProgress: lti.GradingFullyGraded,
		Timestamp: s.clock.now(), NotNewSubmission: true,
	}
	for _, step := range []struct {
		after    time.Duration
		conflict bool
	}{{0, false}, {0, true}, {time.Second, false}} {
		score.Timestamp = score.Timestamp.Add(step.after)
		err := s.services.PostScore(t.Context(), s.reg, item, score)
		var failed *lti.ServiceError
		if conflict := errors.As(err, &failed) && failed.Conflict(); conflict != step.conflict || !conflict && err != nil {
			t.Errorf("after %v: %v", step.after, err)
		}
	}
	all, err := s.services.Results(t.Context(), s.reg, item, "")
	one, oneErr := s.services.Results(t.Context(), s.reg, item, "4")
	if err != nil || oneErr != nil || len(all) != 1 || len(one) != 1 || *all[0].ResultScore != 50 || all[0].Comment != "half" {
		t.Fatalf("%+v %+v %v %v", all, one, err, oneErr)
	}
	if (one[0].Comment == "") != s.p.Profile().BareUserResults {
		t.Errorf("comment of one person %q", one[0].Comment)
	}
	for _, i := range s.p.LineItems("2") {
		if g, ok := s.p.Grade(i.ID, "4"); ok && g.Submissions != 0 {
			t.Errorf("%d submissions counted", g.Submissions)
		}
	}
	score.UserID, score.Timestamp = "nobody", score.Timestamp.Add(time.Second)
	var failed *lti.ServiceError
	if err := s.services.PostScore(t.Context(), s.reg, item, score); !errors.As(err, &failed) || failed.Retryable() {
		t.Errorf("a score for nobody: %v", err)
	}
}

// checkReview opens one person's work for a teacher, and refuses the message to a tool that does not take it.
func (s *site) checkReview(t *testing.T) {
	t.Helper()
	item := s.p.LineItems("2")[0]
	init, err := s.p.InitiateReview("3", "4", item.ID)
	l, err := s.launch(t, "3", init, err)
	if err != nil || l.ForUser == nil || l.ForUser.UserID != "4" || l.Subject != "3" || !l.Lead() || l.Endpoint.LineItem == "" || l.MessageType != lti.SubmissionReviewRequest {
		t.Fatalf("%+v, %v", l, err)
	}
	taken := s.tool.Messages
	s.tool.Messages = nil
	defer func() { s.tool.Messages = taken }()
	init, err = s.p.InitiateReview("3", "4", item.ID)
	refused, err := s.launch(t, "3", init, err)
	checkRefused(t, refused, err, "launch.message_type")
}

// checkTokens: one token for each scope lasted for everything; one that stopped working is replaced, and a platform that is busy is
// told from one that refuses.
func (s *site) checkTokens(t *testing.T) {
	t.Helper()
	if n := len(s.p.Requests("token")); n != 5 {
		t.Errorf("%d tokens for 5 scopes", n)
	}
	s.p.ExpireTokens()
	items := s.open(t, "3", "7").Endpoint.LineItems
	if _, err := s.services.LineItems(t.Context(), s.reg, items, lti.LineItemFilter{}); err != nil {
		t.Errorf("after the tokens ended: %v", err)
	}
	s.p.LimitNext(1)
	var failed *lti.ServiceError
	if _, err := s.services.LineItems(context.WithoutCancel(t.Context()), s.reg, items, lti.LineItemFilter{}); !errors.As(err, &failed) || !failed.Retryable() {
		t.Errorf("a busy platform: %v", err)
	}
}

// checkChanges follows a roster where the platform offers differences: one leaves, one comes, one gets another role.
func (s *site) checkChanges(t *testing.T, link string) {
	t.Helper()
	address := s.open(t, "3", link).NamesRoles.MembershipsURL
	before, err := s.services.Roster(t.Context(), s.reg, address, lti.RosterFilter{})
	if err != nil || (before.Differences != "") != s.p.Profile().RosterChanges {
		t.Fatalf("differences %q, %v", before.Differences, err)
	}
	if before.Differences == "" {
		return
	}
	s.p.Unenrol("2", "c000")
	s.p.AddUser(ltitest.User{Sub: "new", Given: "N", Family: "New"})
	s.p.Enrol(ltitest.Member{Course: "2", User: "new", Roles: []string{"Learner"}})
	s.p.Enrol(ltitest.Member{Course: "2", User: "c001", Roles: []string{"Instructor"}})
	changes, err := s.services.RosterChanges(t.Context(), s.reg, before.Differences)
	if err != nil || len(changes.Members) != 3 {
		t.Fatalf("%+v, %v", changes, err)
	}
	whole, err := s.services.Roster(t.Context(), s.reg, address, lti.RosterFilter{})
	known := map[string]bool{}
	for _, m := range before.With(changes).Members {
		known[m.UserID+strings.Join(m.Roles.Texts(), " ")] = true
	}
	for _, m := range whole.Members {
		if !known[m.UserID+strings.Join(m.Roles.Texts(), " ")] || len(known) != len(whole.Members) {
			t.Errorf("%s is not as the whole roster says; %v", m.UserID, err)
		}
	}
}

// nextKey is the key that the tool turns to.
var nextKey = sync.OnceValue(func() lti.KeyPair {
	key, err := lti.GenerateKey()
	if err != nil {
		panic(err)
	}
	return key
})

// checkRotation changes the tool's key: a platform that kept the old key set takes the new key, and what the old one signed a moment
// before is still good while it is published, and no longer.
func (s *site) checkRotation(t *testing.T, link string) {
	t.Helper()
	old := s.ring.Signing
	signed := func(key lti.KeyPair) error {
		init, err := s.p.InitiateDeepLinking("3", "2", s.toolID)
		l, err := s.launch(t, "3", init, err)
		if err != nil {
			t.Fatal(err)
		}
		form, err := s.tool.AnswerDeepLinking(l, lti.DeepLinkingAnswer{}, key)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.p.AcceptContent(t.Context(), form.URL, form.Values())
		return err
	}
	if err := signed(old); err != nil { // now the platform keeps the old set
		t.Error(err)
	}
	s.ring = lti.KeyRing{Signing: nextKey(), Others: []lti.KeyPair{old}}
	if err := signed(nextKey()); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if err := signed(old); err != nil {
		t.Errorf("the old key while it is published: %v", err)
	}
	s.p.ExpireTokens()
	s.services.Tokens = lti.NewTokens(s.client, func() lti.KeyPair { return s.ring.Signing }, s.clock.now)
	if _, err := s.services.LineItems(t.Context(), s.reg, s.open(t, "3", link).Endpoint.LineItems, lti.LineItemFilter{}); err != nil {
		t.Errorf("a token by the new key: %v", err)
	}
	s.ring = lti.KeyRing{Signing: nextKey()}
	s.p.ForgetKeys()
	if err := signed(old); err == nil {
		t.Error("the old key is good although it is not published any more")
	}
}
