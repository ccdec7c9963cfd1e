package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cairn/lti/ltitest"
)

// launchConnections is how many browsers launch at once.
const launchConnections = 8

// one is a launch between its two phases.
type one struct {
	begin  ltitest.Initiation
	cookie string
	state  string
	nonce  string
	token  string
}

// launches measures login and launch; what lies between them, the platform's signature, is made outside the clock.
func (b *bench) launches() error {
	s, err := b.prepare(filepath.Join(b.dir, "launch.db"))
	if err != nil {
		return err
	}
	platform, link, err := b.platform(s)
	if err != nil {
		return err
	}
	defer func() { _ = platform.Close() }()
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	all := make([]one, b.count)
	for i := range all {
		if all[i].begin, err = platform.Initiate(learnerSub(i), link); err != nil {
			return err
		}
	}
	took, cost, err := b.launchAll(s, platform, link, all)
	if err != nil {
		return err
	}
	_, bare, err := b.verifyAll(platform, all)
	if err != nil {
		return err
	}
	perLaunch, perVerification := cost/time.Duration(len(all)), bare/time.Duration(len(all))
	rate := float64(len(all)) / took.Seconds()
	b.table.put(row{"launch, login and launch, durable, 5 KB tokens, 8 connections, SQLite", figure(rate) + " launches/s", "-", "-", "2,500 launches/s", yes(rate >= 2500)})
	ratio := float64(perLaunch) / float64(perVerification)
	b.table.put(row{"launch, processor time beside a bare RS256 verification over HTTP", perLaunch.String(), perVerification.String(), fmt.Sprintf("%.2f", ratio), "at most 2.0 times", yes(ratio <= 2)})
	return nil
}

// platform starts the pretend LMS with the people who launch, and registers it.
func (b *bench) platform(s *server) (*ltitest.Platform, string, error) {
	return b.platformOf(s, launchPeople)
}

// teacherSub leads the course of the pretend LMS.
const teacherSub = "3"

// platformOf starts the pretend LMS with as many learners and somebody who leads their course, and registers it.
func (b *bench) platformOf(s *server, learners int) (*ltitest.Platform, string, error) {
	p := ltitest.New(ltitest.Config{Now: time.Now, Bend: padded})
	if err := p.Start(); err != nil {
		return nil, "", err
	}
	tool := p.AddTool(ltitest.Tool{
		Name: "Cairn", LoginURL: s.base + "/lti/login", TargetLinkURI: s.base + "/lti/launch", RedirectURIs: []string{s.base + "/lti/launch"},
	})
	course := p.AddCourse(ltitest.Course{ID: "2", Title: "Course 2", Label: "C2"})
	for i := range learners {
		sub := cohortSub(i)
		p.AddUser(ltitest.User{Sub: sub, Username: "u" + sub, Given: "Sam", Family: "Learner " + sub, Email: "u" + sub + "@example.org"})
		p.Enrol(ltitest.Member{Course: course.ID, User: sub, Roles: []string{"Learner"}})
	}
	p.AddUser(ltitest.User{Sub: teacherSub, Username: "teacher", Given: "Tove", Family: "Teacher", Email: "teacher@example.org"})
	p.Enrol(ltitest.Member{Course: course.ID, User: teacherSub, Roles: []string{"Instructor"}})
	link := p.AddLink(ltitest.ResourceLink{Course: course.ID, Tool: tool.ID, Title: "My capabilities", LineItem: &ltitest.LineItem{Maximum: 100}})
	c, err := p.Connection(tool.ID)
	if err != nil {
		return nil, "", err
	}
	var registered struct{ ID string }
	err = s.command(&registered, "registration", "add", "--name", "bench", "--platform", "moodle", "--issuer", c.Issuer, "--client-id", c.ClientID,
		"--deployment", c.DeploymentID, "--auth-url", c.AuthorizationEndpoint, "--token-url", c.TokenEndpoint, "--key-set-url", c.KeySetURL)
	return p, link.ID, err
}

// launchPeople is how many different people launch.
const launchPeople = 100

func learnerSub(i int) string { return cohortSub(i % launchPeople) }

// cohortSub is a learner of the course, from 0.
func cohortSub(i int) string { return fmt.Sprint(100 + i) }

// padded makes tokens 5 KB, as the largest captured ones are.
func padded(t *ltitest.Token) {
	t.Claims["https://purl.imsglobal.org/spec/lti/claim/custom"] = map[string]string{"padding": strings.Repeat("x", 2200)}
}

// launchAll takes every launch through both phases and answers the time and processor time of the server.
func (b *bench) launchAll(s *server, p *ltitest.Platform, link string, all []one) (took, cost time.Duration, err error) {
	client := browser()
	pid := s.process.Process.Pid
	for _, phase := range []func(*one) error{
		func(o *one) error { return login(client, o) },
		func(o *one) error { return launchOne(client, s.base, o) },
	} {
		spent, began := cpu(pid), time.Now()
		if err := inParallel(all, phase); err != nil {
			return 0, 0, err
		}
		took += time.Since(began)
		cost += cpu(pid) - spent
		for i := range all { // signed outside the clock
			if all[i].token == "" {
				if all[i].token, err = p.IDToken(learnerSub(i), link, all[i].nonce, ""); err != nil {
					return 0, 0, err
				}
			}
		}
	}
	return took, cost, nil
}

func browser() *http.Client {
	return &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: launchConnections}, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// inParallel does the work on every launch, by as many as there are connections.
func inParallel(all []one, work func(*one) error) error {
	var next atomic.Int64
	var group sync.WaitGroup
	problems := make([]error, launchConnections)
	for worker := range launchConnections {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(all)) && problems[worker] == nil; i = next.Add(1) - 1 {
				problems[worker] = work(&all[i])
			}
		})
	}
	group.Wait()
	return errors.Join(problems...)
}

// login is phase one: the initiation, answered with the way to the platform.
func login(client *http.Client, o *one) error {
	answer, err := postForm(client, o.begin.URL, o.begin.Form, "")
	if err != nil {
		return err
	}
	to, err := answer.Location()
	if err != nil {
		return fmt.Errorf("the login answered %s without a way to the platform", answer.Status)
	}
	o.state, o.nonce = to.Query().Get("state"), to.Query().Get("nonce")
	for _, c := range answer.Cookies() {
		o.cookie = c.Name + "=" + c.Value
	}
	if o.state == "" || o.nonce == "" {
		return fmt.Errorf("the login leads to %s, which has no state or nonce", to.Path)
	}
	return nil
}

// launchOne is phase two: what the platform posts.
func launchOne(client *http.Client, base string, o *one) error {
	answer, err := postForm(client, base+"/lti/launch", url.Values{"id_token": {o.token}, "state": {o.state}}, o.cookie)
	if err != nil {
		return err
	}
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("the launch answered %s", answer.Status)
	}
	return nil
}

// postForm posts as a browser at the top level does, and reads the answer to its end.
func postForm(client *http.Client, to string, form url.Values, cookie string) (*http.Response, error) {
	r, err := http.NewRequest(http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer, err
}

// readKeySet fetches the platform's public keys, for the bare verifier.
func readKeySet(p *ltitest.Platform) (json.RawMessage, error) {
	c, err := p.Connection("1")
	if err != nil {
		return nil, err
	}
	answer, err := http.Get(c.KeySetURL)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	return io.ReadAll(answer.Body)
}
