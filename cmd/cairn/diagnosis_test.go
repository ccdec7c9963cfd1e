package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"cairn/lti/ltitest"
)

// An administrator opens the page of the connection. The LMS's key set breaks: the page says so when it is asked to look, and not
// before. It is mended, and a new look finds it working.
func TestAdministratorSeesTheConnectionBreakAndMend(t *testing.T) {
	env := environment(t, "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1")
	lms := ltitest.New(ltitest.Config{Now: time.Now})
	if err := lms.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = lms.Close() })
	p := serve(t, env)
	sampled := ltitest.Sample(lms, ltitest.Tool{
		LoginURL: p.base + "/lti/login", TargetLinkURI: p.base + "/lti/launch", RedirectURIs: []string{p.base + "/lti/launch"}, KeySetURL: p.base + "/lti/keys",
	})
	conn, err := lms.Connection(sampled.Tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	var broken atomic.Bool
	var asked atomic.Int64
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if broken.Load() {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		r.URL, _ = url.Parse(conn.KeySetURL)
		r.RequestURI = r.URL.RequestURI()
		lms.ServeHTTP(w, r)
	}))
	t.Cleanup(keys.Close)
	var reg struct{ ID string }
	succeed(t, env, &reg, "registration", "add", "--platform", "moodle", "--issuer", conn.Issuer, "--client-id", conn.ClientID, "--deployment", conn.DeploymentID,
		"--key-set-url", keys.URL+"/certs")
	lms.Enrol(ltitest.Member{Course: sampled.Course, User: sampled.Author, Roles: []string{"Administrator"}})

	v := visitor{T: t, client: ltitest.NewBrowser(ltitest.PartitionedOnly)}
	var page string
	var at *url.URL
	eventually(t, "the registration is seen", func() bool {
		ready, err := lms.PrepareLaunch(t.Context(), v.client, sampled.Author, sampled.Link)
		if err != nil {
			return false
		}
		page, at = v.read(ready.Post(t.Context()))
		return true
	})
	v.holds(page, "Connection")
	session := at
	open := func() {
		page, at = v.read(v.client.Get(session.ResolveReference(&url.URL{Path: strings.Join(strings.Split(session.Path, "/")[:3], "/") + "/admin/diagnosis"}).String()))
	}
	look := func(word string) {
		eventually(t, "the page says "+word, func() bool {
			open()
			page, at = v.submit(page, at, "admin/diagnosis", nil)
			return strings.Contains(page, word)
		})
	}
	open()
	v.holds(page, "Connection check", "Not checked since", "Copy for support", conn.ClientID)
	look("1 key found that can be used")
	v.holds(page, "Working", "Allowed: send grades", "The list of people can be read", "They can be read at Cairn")

	broken.Store(true)
	before := asked.Load()
	open()
	v.holds(page, "1 key found that can be used")
	if asked.Load() != before {
		t.Error("reading the page asks the LMS")
	}
	look("answers with a refusal")
	v.holds(page, "Needs action", keys.URL+"/certs", "The administrator of the LMS.")
	broken.Store(false)
	look("1 key found that can be used")

	succeed(t, env, nil, "registration", "set", reg.ID, "--no-admin-page")
	eventually(t, "the page is closed", func() bool {
		answer, err := v.client.Get(at.String())
		if err != nil {
			return false
		}
		_ = answer.Body.Close()
		return answer.StatusCode == http.StatusForbidden
	})
}
