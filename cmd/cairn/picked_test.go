package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/lti/ltitest"
	"cairn/mapping"
)

// visitor is a person at a browser without scripts.
type visitor struct {
	*testing.T
	*demo
	client *http.Client
}

func (v visitor) read(r *http.Response, err error) (string, *url.URL) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		v.Fatalf("%s answers %d %s (%v)", r.Request.URL.Path[:2], r.StatusCode, body, err)
	}
	return string(body), r.Request.URL
}

// submit sends the form of the page whose action ends in the words, with the fields set on top of its own.
func (v visitor) submit(page string, at *url.URL, action string, set url.Values) (string, *url.URL) {
	v.Helper()
	f := v.form(page, at, action)
	for name, values := range set {
		f.Fields[name] = values
	}
	if f.Method == http.MethodGet {
		f.Action.RawQuery = f.Fields.Encode()
		return v.read(v.client.Get(f.Action.String()))
	}
	r, err := http.NewRequestWithContext(v.Context(), f.Method, f.Action.String(), strings.NewReader(f.Fields.Encode()))
	if err != nil {
		v.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.read(v.client.Do(r))
}

func (v visitor) form(page string, at *url.URL, action string) ltitest.Form {
	v.Helper()
	forms, err := ltitest.Forms([]byte(page), at)
	if err != nil {
		v.Fatal(err)
	}
	for _, f := range forms {
		if strings.HasSuffix(f.Action.Path, action) {
			return f
		}
	}
	v.Fatalf("no form to %s on the page:\n%s", action, page)
	return ltitest.Form{}
}

func (v visitor) holds(page string, words ...string) {
	v.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			v.Errorf("the page lacks %q:\n%s", w, page)
		}
	}
}

// TestPickedActivityIsFinishedAndGraded is the whole way: an author picks an activity inside the LMS, the LMS places its link, a
// learner finishes it there, the capability is evidenced as the learner's own word, and the gradebook has 1 of 1.
func TestPickedActivityIsFinishedAndGraded(t *testing.T) {
	p := &program{ctx: t.Context(), out: io.Discard, now: time.Now}
	d, err := startDemo(t.Context(), p, "127.0.0.1:0", "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- d.server.run(t.Context(), d.listener) }()
	t.Cleanup(func() { <-served; _ = d.close() })

	capability, err := d.capability(laterTagged)
	if err != nil {
		t.Fatal(err)
	}
	picked := pickActivity(t, d, capability)
	author := visitor{t, d, ltitest.NewBrowser(ltitest.PartitionedOnly)}
	page, _ := author.read(d.lms.Launch(t.Context(), author.client, d.sampled.Author, picked.Items[0].Link))
	author.holds(page, "Intro to AI", "Nothing you do here is saved", "Change what it counts towards")

	learner := visitor{t, d, ltitest.NewBrowser(ltitest.PartitionedOnly)}
	page, at := learner.read(d.lms.Launch(t.Context(), learner.client, d.sampled.Learner, picked.Items[0].Link))
	learner.holds(page, "Intro to AI", capability.Title, "Not started")
	page, at = learner.submit(page, at, "/open", nil)
	learner.holds(page, "Started", "https://media.example/intro")
	page, _ = learner.submit(page, at, "/finish", nil)
	learner.holds(page, "Done", "You said you finished", "Evidenced")

	links, err := d.store.Projection().Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range links {
		if l.Subject != d.sampled.Learner {
			continue
		}
		c, err := d.store.Records().Case(t.Context(), l.Learner, capability.ID)
		if err != nil || len(c.Evidence) != 1 || c.Evidence[0].Kind != mapping.EvidenceSelfConfirmed {
			t.Errorf("evidence %+v (%v)", c.Evidence, err)
		}
	}
	i := slices.IndexFunc(d.lms.Links(d.sampled.Course), func(l ltitest.ResourceLink) bool { return l.ID == picked.Items[0].Link })
	item := d.lms.Links(d.sampled.Course)[i].LineItem
	if item == nil || item.Maximum != 1 {
		t.Fatalf("the grade column is %+v", item)
	}
	eventually(t, "the gradebook has 1 of 1", func() bool {
		g, ok := d.lms.Grade(item.ID, d.sampled.Learner)
		return ok && g.Given && g.Score == 1
	})
}

// pickActivity walks the picker as an author and has the LMS take the answer.
func pickActivity(t *testing.T, d *demo, capability mapping.Node) ltitest.Picked {
	t.Helper()
	v := visitor{t, d, ltitest.NewBrowser(ltitest.PartitionedOnly)}
	init, err := d.lms.InitiateDeepLinking(d.sampled.Author, d.sampled.Course, d.sampled.Tool.ID)
	if err != nil {
		t.Fatal(err)
	}
	ready, err := d.lms.Prepare(t.Context(), v.client, init)
	if err != nil {
		t.Fatal(err)
	}
	page, at := v.read(ready.Post(t.Context()))
	v.holds(page, "step 1 of 3")
	page, at = v.submit(page, at, "/pick/2", url.Values{"what": {"activity"}})
	v.holds(page, "step 2 of 3")
	page, at = v.submit(page, at, "/pick/2", url.Values{
		"name": {"Intro to AI"}, "address": {"https://media.example/intro"}, "tag": {capability.ID}, "grade": {"1"},
	})
	v.holds(page, "step 3 of 3", "https://media.example/intro", capability.Title)
	page, at = v.submit(page, at, "/pick/3", nil)
	back := v.form(page, at, "/mod/lti/contentitem_return.php")
	picked, err := d.lms.AcceptContent(t.Context(), back.Action.String(), back.Fields)
	if err != nil {
		t.Fatal(err)
	}
	if len(picked.Items) != 1 || picked.Items[0].Link == "" || picked.Error != "" || picked.Items[0].Custom["cairn_activity"] == "" {
		t.Fatalf("the LMS took %+v", picked)
	}
	return picked
}

// TestGradedWorkIsReviewed opens a learner's evidence from the gradebook, for who leads the course.
func TestGradedWorkIsReviewed(t *testing.T) {
	r := startRung(t, ltitest.Blackboard(), false)
	learner, lead := visitor{T: t, client: ltitest.NewBrowser(ltitest.AllCookies)}, visitor{T: t, client: ltitest.NewBrowser(ltitest.AllCookies)}
	learner.read(r.lms.Launch(t.Context(), learner.client, r.sampled.Learner, r.sampled.Link))
	init, err := r.lms.InitiateReview(r.sampled.Author, r.sampled.Learner, r.sampled.Item)
	if err != nil {
		t.Fatal(err)
	}
	ready, err := r.lms.Prepare(t.Context(), lead.client, init)
	if err != nil {
		t.Fatal(err)
	}
	page, at := lead.read(ready.Post(t.Context()))
	lead.holds(page, "<title>Learner record - Cairn</title>", "because you lead this course", "0 of")
	if !strings.HasSuffix(at.Path, "/course/review") {
		t.Errorf("leads to %s", at.Path)
	}
}
