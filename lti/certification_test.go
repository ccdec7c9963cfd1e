package lti_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// The numbers of checks of the services, as the certification of tools counts them.
const (
	deepLinkingChecks = 7
	rosterChecks      = 5
	gradeChecks       = 21
)

// certified is a tool connected to a strict platform, with a link in a course, and the checks that ran.
type certified struct {
	*site
	link  string
	names []string
}

func newCertified(t *testing.T) *certified {
	t.Helper()
	c := &certified{site: newSite(t, ltitest.Strict())}
	c.connect(t)
	c.link = c.p.AddLink(ltitest.ResourceLink{Course: "2", Tool: c.toolID, Title: "Progress", TargetLinkURI: target, LineItem: &ltitest.LineItem{Maximum: 10}}).ID
	return c
}

// check runs one check by name.
func (c *certified) check(t *testing.T, name string, ok bool, seen any) {
	t.Helper()
	c.names = append(c.names, name)
	t.Run(name, func(t *testing.T) {
		if !ok {
			t.Errorf("%+v", seen)
		}
	})
}

// counted fails when a check is lost.
func (c *certified) counted(t *testing.T, want int) {
	t.Helper()
	slices.Sort(c.names)
	if n := len(slices.Compact(c.names)); n != want {
		t.Errorf("%d checks, want %d", n, want)
	}
}

func TestCertification_deep_linking(t *testing.T) {
	c := newCertified(t)
	init, err := c.p.InitiateDeepLinking("3", "2", c.toolID)
	l, err := c.launch(t, "3", init, err)
	if err != nil {
		t.Fatal(err)
	}
	c.check(t, "DL-1 the request is taken", l.MessageType == lti.DeepLinkingRequest, l.MessageType)
	s := l.DeepLinking
	c.check(t, "DL-2 the settings are read", len(s.AcceptTypes) == 5 && s.AcceptMultiple && s.TakesLineItems() && s.Data != nil && len(s.AcceptTargets) == 3, s)
	form, err := c.tool.AnswerDeepLinking(l, lti.DeepLinkingAnswer{Items: []lti.ContentItem{capabilityLink(toolBase), lti.HTMLItem{HTML: "<p>"}}}, toolKey())
	c.check(t, "DL-3 the answer goes to the return address", err == nil && form.URL == s.ReturnURL && form.Values().Has("JWT"), form.URL)
	header, claims := readAnswer(t, form)
	c.check(t, "DL-4 its header names algorithm and key", header["alg"] == "RS256" && header["kid"] == toolKey().ID, header)
	c.check(t, "DL-5 its claims are a message to this platform", claims["iss"] == c.reg.ClientID && claims["aud"] == issuer && claims[lti.ClaimVersion] == "1.3.0" &&
		claims[lti.ClaimMessageType] == string(lti.DeepLinkingResponse) && claims[lti.ClaimDeployment] == l.Deployment && claims["nonce"] != "", claims)
	c.check(t, "DL-6 the data is echoed", claims[lti.ClaimData] == *s.Data, claims[lti.ClaimData])
	picked, err := c.p.AcceptContent(t.Context(), form.URL, form.Values())
	c.check(t, "DL-7 the platform takes the items", err == nil && len(picked.Items) == 2 && picked.Items[0].Link != "", err)
	c.counted(t, deepLinkingChecks)
}

// asked is what a service was called with, by a tool that kept no token.
func (c *certified) asked(t *testing.T, endpoint string, call func(*lti.Services) error) (ltitest.Request, url.Values, error) {
	t.Helper()
	fresh := &lti.Services{Client: c.client, Tokens: lti.NewTokens(c.client, toolKey, c.clock.now), Now: c.clock.now}
	err := call(fresh)
	tokens, requests := c.p.Requests("token"), c.p.Requests(endpoint)
	if len(tokens) == 0 || len(requests) == 0 {
		t.Fatalf("%s was not called: %v", endpoint, err)
	}
	form, parseErr := url.ParseQuery(tokens[len(tokens)-1].Body)
	if parseErr != nil {
		t.Fatal(parseErr)
	}
	return requests[len(requests)-1], form, err
}

func TestCertification_names_and_roles(t *testing.T) {
	c := newCertified(t)
	address := c.open(t, "3", c.link).NamesRoles.MembershipsURL
	var roster lti.Roster
	r, token, err := c.asked(t, "roster", func(s *lti.Services) (err error) {
		roster, err = s.Roster(t.Context(), c.reg, address, lti.RosterFilter{Limit: 50})
		return err
	})
	c.check(t, "NRPS-1 the token is asked for by a signed assertion, for the one scope", token.Get("scope") == lti.ScopeMembership &&
		token.Get("grant_type") == lti.GrantClientCredentials && token.Get("client_assertion_type") == lti.AssertionJWT, token)
	c.check(t, "NRPS-2 the request is received with its media type", err == nil && r.Method == "GET" && r.Accept == lti.MediaMembership && r.Status == 200 && r.Authorization, r)
	c.check(t, "NRPS-3 every page is read", len(roster.Members) == crowd+2 && len(c.p.Requests("roster")) == 3, len(roster.Members))
	lead := slices.IndexFunc(roster.Members, func(m lti.Member) bool { return m.UserID == "3" })
	c.check(t, "NRPS-4 status, roles and names are read", lead >= 0 && roster.Members[lead].Roles.Lead() && roster.Members[lead].Status == lti.MemberActive && roster.Members[lead].FamilyName == "Teacher", lead)
	r, _, err = c.asked(t, "roster", func(s *lti.Services) error {
		_, err := s.Roster(t.Context(), c.reg, address, lti.RosterFilter{Role: "Instructor", ResourceLinkID: c.link})
		return err
	})
	c.check(t, "NRPS-5 role and link narrow the roster", err == nil && strings.Contains(r.URL, "role="+url.QueryEscape(lti.RoleInstructor)) && strings.Contains(r.URL, "rlid="+c.link), r)
	c.counted(t, rosterChecks)
}

func TestCertification_assignments_and_grades(t *testing.T) {
	c := newCertified(t)
	e := c.open(t, "4", c.link).Endpoint
	var made lti.LineItem
	score := lti.Score{
		UserID: "4", Given: number(1), Maximum: 2, ActivityProgress: lti.ActivityCompleted, GradingProgress: lti.GradingFullyGraded,
		Timestamp: c.clock.now().Add(-time.Minute),
	}
	for _, one := range []struct {
		name, endpoint, method, accept, kind, scope string
		status                                      int
		call                                        func(*lti.Services) (ok bool, err error)
	}{
		{"list line items", "lineitems", "GET", lti.MediaLineItems, "", lti.ScopeLineItemReadOnly, 200, func(s *lti.Services) (bool, error) {
			items, err := s.LineItems(t.Context(), c.reg, e.LineItems, lti.LineItemFilter{})
			return len(items) == 1, err
		}},
		{"create a line item", "lineitems", "POST", lti.MediaLineItem, lti.MediaLineItem, lti.ScopeLineItem, 201, func(s *lti.Services) (bool, error) {
			var err error
			made, err = s.CreateLineItem(t.Context(), c.reg, e.LineItems, lti.LineItem{Label: "New", ScoreMaximum: 5, Tag: "t"})
			return made.ID != "" && made.Tag == "t", err
		}},
		{"read a line item", "lineitem", "GET", lti.MediaLineItem, "", lti.ScopeLineItemReadOnly, 200, func(s *lti.Services) (bool, error) {
			item, err := s.LineItem(t.Context(), c.reg, made.ID)
			return item.Label == "New" && item.ScoreMaximum == 5, err
		}},
		{"change a line item", "lineitem", "PUT", lti.MediaLineItem, lti.MediaLineItem, lti.ScopeLineItem, 200, func(s *lti.Services) (bool, error) {
			changed := made
			changed.Label = "Changed"
			item, err := s.UpdateLineItem(t.Context(), c.reg, changed)
			return item.Label == "Changed" && item.ID == made.ID, err
		}},
		{"delete a line item", "lineitem", "DELETE", "", "", lti.ScopeLineItem, 204, func(s *lti.Services) (bool, error) {
			return true, s.DeleteLineItem(t.Context(), c.reg, made.ID)
		}},
		{"send a score", "scores", "POST", "", lti.MediaScore, lti.ScopeScore, 200, func(s *lti.Services) (bool, error) {
			return true, s.PostScore(t.Context(), c.reg, e.LineItem, score)
		}},
		{"read results", "results", "GET", lti.MediaResults, "", lti.ScopeResultReadOnly, 200, func(s *lti.Services) (bool, error) {
			results, err := s.Results(t.Context(), c.reg, e.LineItem, "4")
			return len(results) == 1 && *results[0].ResultScore == 5 && results[0].ResultMaximum == 10, err
		}},
	} {
		handled := false
		r, token, err := c.asked(t, one.endpoint, func(s *lti.Services) (err error) {
			handled, err = one.call(s)
			return err
		})
		c.check(t, one.name+": received with its media types", r.Method == one.method && r.Accept == one.accept && r.ContentType == one.kind, r)
		c.check(t, one.name+": token for its scope", token.Get("scope") == one.scope && r.Authorization, token)
		c.check(t, one.name+": answer handled", err == nil && handled && r.Status == one.status, r)
	}
	c.counted(t, gradeChecks)
}
