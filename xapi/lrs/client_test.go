package lrs_test

import (
	"errors"
	"net/url"
	"testing"

	"cairn/xapi"
	"cairn/xapi/lrs"

	"github.com/google/go-cmp/cmp"
)

// TestClientAndServerUnderstandEachOther runs xapi.Client against the handler.
func TestClientAndServerUnderstandEachOther(t *testing.T) {
	s := serve(t, func(c *lrs.Config) { c.MaxPage = 2 })
	c := &xapi.Client{Endpoint: s.url + "/xapi/", Key: "all", Secret: "all-secret", Version: xapi.V2}
	var want []string
	for n := range 5 {
		made := &xapi.Statement{ID: id(n), Actor: xapi.AccountAgent("https://lms.example", "4"), Verb: xapi.NewVerb("a:verb", "did"), Object: xapi.Ref(id(9))}
		got, err := c.Post(t.Context(), made)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, got...)
	}
	var walked []string
	for one, err := range c.All(t.Context(), url.Values{"ascending": {"true"}, "verb": {"a:verb"}}) {
		if err != nil {
			t.Fatal(err)
		}
		walked = append(walked, one.ID)
	}
	if diff := cmp.Diff(want, walked); diff != "" {
		t.Error(diff)
	}
	one, err := c.Statement(t.Context(), id(3))
	if err != nil || one.Version != "2.0.0" || one.Authority.Account.Name != "all" || one.Stored.IsZero() || !one.Timestamp.Equal(one.Stored) {
		t.Error(one, err)
	}
	if _, err := c.PostJSON(t.Context(), []byte(void(20, 3))); err != nil {
		t.Error(err)
	}
	if one, err := c.VoidedStatement(t.Context(), id(3)); err != nil || one.ID != id(3) {
		t.Error(one, err)
	}
	var refused *xapi.ResponseError
	if _, err := c.Statement(t.Context(), id(3)); !errors.As(err, &refused) || refused.Status != 404 {
		t.Error(err)
	}
}
