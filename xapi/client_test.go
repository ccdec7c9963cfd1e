package xapi_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cairn/xapi"
)

// lrsThat answers every request in one way.
func lrsThat(t *testing.T, answer http.HandlerFunc) *xapi.Client {
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return &xapi.Client{Endpoint: s.URL + "/xapi/", Key: "key", Secret: "secret", MaxAnswer: 1000}
}

func TestClientSendsWhatTheSpecificationAsks(t *testing.T) {
	c := lrsThat(t, func(w http.ResponseWriter, r *http.Request) {
		key, secret, _ := r.BasicAuth()
		if key != "key" || secret != "secret" || r.Header.Get(xapi.VersionHeader) != "1.0.3" || r.URL.Path != "/xapi/statements" ||
			r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "the request is not right", http.StatusBadRequest)
			return
		}
		w.Write([]byte(`["` + someID + `"]`))
	})
	ids, err := c.Post(t.Context(), &xapi.Statement{Actor: xapi.AccountAgent("a:b", "c"), Verb: xapi.NewVerb("a:b", "x"), Object: xapi.Ref(someID)})
	if err != nil || len(ids) != 1 || ids[0] != someID {
		t.Error(ids, err)
	}
}

func TestClientNeverSendsItsSecretElsewhere(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the other origin was called") }))
	defer elsewhere.Close()
	c := lrsThat(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
			return
		}
		w.Write([]byte(`{"statements":[],"more":"` + elsewhere.URL + `/xapi/statements?x=1"}`))
	})
	n := 0
	for _, err := range c.All(t.Context(), nil) {
		n++
		if !errors.Is(err, xapi.ErrForeignMore) {
			t.Error(err)
		}
	}
	var refused *xapi.ResponseError
	if _, err := c.PostJSON(t.Context(), []byte("[]")); !errors.As(err, &refused) || refused.Status != http.StatusTemporaryRedirect || n != 1 {
		t.Error(err, n)
	}
}

func TestClientBoundsAndChecksAnswers(t *testing.T) {
	for name, answer := range map[string]string{"long": `["` + strings.Repeat("x", 2000) + `"]`, "no_json": "<html>", "other_json": `{"a":1}`} {
		t.Run(name, func(t *testing.T) {
			c := lrsThat(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(answer)) })
			if _, err := c.PostJSON(t.Context(), []byte("[]")); !errors.Is(err, xapi.ErrAnswer) {
				t.Error(err)
			}
		})
	}
}
