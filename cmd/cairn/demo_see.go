package main

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/lti/ltitest"
	"cairn/mapping"
)

const verbCompleted = "http://adlnet.gov/expapi/verbs/completed"

type activeLink = pipeline.ActiveLink

// open launches in a browser and answers the page that it ends on.
func (j *journey) open(browser *http.Client, user string) (page []byte, at string, err error) {
	answer, err := j.lms.Launch(j.ctx, browser, user, j.sampled.Link)
	if err != nil {
		return nil, "", err
	}
	page, err = ltitest.ReadBody(answer)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("the launch ended with %s: %s", answer.Status, title(page))
	}
	return page, answer.Request.URL.Path, err
}

// chooseRoles answers the question of a learner's first visit: every role. It answers the overview that this leads to.
func (j *journey) chooseRoles(page []byte, at string) ([]byte, string, error) {
	if !strings.HasSuffix(at, "/me/start") {
		return nil, "", fmt.Errorf("the launch led to %s", safePath(at))
	}
	base, err := url.Parse(j.server.BaseURL + at)
	if err != nil {
		return nil, "", err
	}
	forms, err := ltitest.Forms(page, base)
	if err != nil || len(forms) == 0 {
		return nil, "", fmt.Errorf("the first page offers no form to choose roles (%v)", err)
	}
	forms[0].Fields.Set("all", "1")
	answer, err := j.browser.PostForm(forms[0].Action.String(), forms[0].Fields)
	if err != nil {
		return nil, "", err
	}
	page, err = ltitest.ReadBody(answer)
	if path := answer.Request.URL.Path; err != nil || strings.HasSuffix(path, "/me") {
		return page, path, err
	}
	return nil, "", fmt.Errorf("choosing roles led to %s, %s", safePath(answer.Request.URL.Path), title(page))
}

// get reads one of Cairn's pages.
func (j *journey) get(browser *http.Client, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(j.ctx, http.MethodGet, j.server.BaseURL+path, nil)
	if err != nil {
		return nil, err
	}
	answer, err := browser.Do(r)
	if err != nil {
		return nil, err
	}
	page, err := ltitest.ReadBody(answer)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %s", safePath(r.URL.Path), answer.Status, title(page))
	}
	return page, err
}

// shows opens the page of a capability and looks for the word of its state and the name of what it rests on.
func (j *journey) shows(n mapping.Node, state string) error {
	if err := j.settle(); err != nil {
		return err
	}
	page, err := j.get(j.browser, j.page+"/capability/"+n.ID)
	if err != nil {
		return err
	}
	if !bytes.Contains(page, []byte(state)) {
		return fmt.Errorf("the page of %s does not say %q", n.Code, state)
	}
	return nil
}

var heading = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)

func title(page []byte) string {
	if m := heading.FindSubmatch(page); m != nil {
		return html.UnescapeString(string(m[1]))
	}
	return "no heading"
}

// judged answers what a capability of the learner rests on, and what is found about it.
func (j *journey) judged(n mapping.Node) (mapping.Case, mapping.Result, error) {
	if err := j.settle(); err != nil {
		return mapping.Case{}, mapping.Result{}, err
	}
	c, err := j.store.Records().Case(j.ctx, j.learner, n.ID)
	if err != nil {
		return c, mapping.Result{}, err
	}
	return c, mapping.Evaluate(c), nil
}

// states answers the state of every capability that has one.
func (j *journey) states() (map[string]mapping.State, error) {
	all, err := j.store.Records().Progress(j.ctx, j.learner)
	out := map[string]mapping.State{}
	for _, p := range all {
		if p.State != mapping.NotStarted {
			out[p.Capability] = p.State
		}
	}
	return out, err
}

// snapshot is everything that the fold makes of the learner, with the end of the log, as text.
func (j *journey) snapshot() (string, error) {
	if err := j.settle(); err != nil {
		return "", err
	}
	head, err := j.store.Head(j.ctx)
	if err != nil {
		return "", err
	}
	progress, err := j.store.Records().Progress(j.ctx, j.learner)
	if err != nil {
		return "", err
	}
	ratings, err := j.store.Tracks().Ratings(j.ctx, j.learner)
	if err != nil {
		return "", err
	}
	out := fmt.Sprintf("log ends at %d\n%+v\n", head, ratings)
	for _, p := range progress {
		history, err := j.store.Records().Transitions(j.ctx, j.learner, p.Capability)
		if err != nil {
			return "", err
		}
		c, err := j.store.Records().Case(j.ctx, j.learner, p.Capability)
		if err != nil {
			return "", err
		}
		out += fmt.Sprintf("%+v\n%+v\n", p, history)
		for _, i := range mapping.Evaluate(c).Items {
			out += fmt.Sprintf("%s %s %s counts=%t %s\n", i.Evidence.Record.StatementID, i.Evidence.Kind, i.Evidence.Alignment, i.Counts, i.Reason)
		}
	}
	return out, nil
}

// sent is the page that a form led to.
type sent struct {
	page []byte
	at   *url.URL
}

// submit sends a form as a browser would.
func (j *journey) submit(browser *http.Client, f ltitest.Form) (sent, error) {
	answer, err := browser.PostForm(f.Action.String(), f.Fields)
	if err != nil {
		return sent{}, err
	}
	page, err := ltitest.ReadBody(answer)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s answered %s: %s", safePath(f.Action.Path), answer.Status, title(page))
	}
	return sent{page, answer.Request.URL}, err
}

// find answers the form of a page that fits.
func (s sent) find(fits func(ltitest.Form) bool) (ltitest.Form, error) {
	forms, err := ltitest.Forms(s.page, s.at)
	if err != nil {
		return ltitest.Form{}, err
	}
	for _, f := range forms {
		if fits(f) {
			return f, nil
		}
	}
	return ltitest.Form{}, fmt.Errorf("no such form on the page %q", title(s.page))
}

// retag does what an author does: opens the activities of the course, and the page of one, ticks a capability, looks at what that
// changes, and applies it.
func (j *journey) retag() (string, error) {
	browser := ltitest.NewBrowser(ltitest.PartitionedOnly)
	_, at, err := j.open(browser, j.sampled.Author)
	if err != nil {
		return "", err
	}
	prefix, found := strings.CutSuffix(at, "course/people")
	if !found {
		return "", fmt.Errorf("the launch of an author led to %s", safePath(at))
	}
	page, err := j.get(browser, prefix+"course/activities")
	if err != nil {
		return "", err
	}
	form, err := j.tagForm(browser, prefix, page)
	if err != nil {
		return "", err
	}
	form.Fields.Set("tag", j.later.ID) // the only box that is ticked
	form.Fields.Set("kind", string(mapping.SelectUnder))
	form.Fields.Set("go", "preview")
	effect, err := j.submit(browser, form)
	if err != nil {
		return "", err
	}
	apply, err := effect.find(func(f ltitest.Form) bool { return f.Fields.Has("fingerprint") })
	if err != nil {
		return "", fmt.Errorf("the effect of the tag cannot be applied: %w", err)
	}
	apply.Fields.Set("reason", "The quiz tests it")
	if _, err := j.submit(browser, apply); err != nil {
		return "", err
	}
	changes, err := j.store.Courses(j.frameworks).Changesets(j.ctx, j.course, 1)
	if err != nil || len(changes) == 0 {
		return "", fmt.Errorf("no change of tags is kept (%v)", err)
	}
	return fmt.Sprintf("changeset %s at position %d, by %s: quiz counts for %s", changes[0].Changeset.ID, changes[0].Pos, changes[0].Author, j.later.Code), nil
}

var tagLink = regexp.MustCompile(`course/tags/activity/[A-Za-z0-9_-]+`)

// tagForm finds the page of the quiz among those of the course's activities, and its form.
func (j *journey) tagForm(browser *http.Client, prefix string, page []byte) (ltitest.Form, error) {
	domain, _ := j.frameworks.Default().DomainOf(j.later.ID)
	quiz := html.EscapeString(j.lms.ModuleIRI(ltitest.Quiz, j.sampled.Quiz))
	for _, link := range tagLink.FindAll(page, -1) {
		path := prefix + string(link) + "?section=" + url.QueryEscape(domain.ID)
		tagging, err := j.get(browser, path)
		if err != nil {
			return ltitest.Form{}, err
		}
		if !bytes.Contains(tagging, []byte(quiz)) {
			continue
		}
		base, err := url.Parse(j.server.BaseURL + path)
		if err != nil {
			return ltitest.Form{}, err
		}
		forms, err := ltitest.Forms(tagging, base)
		for _, f := range forms {
			if f.Method == http.MethodPost {
				return f, err
			}
		}
	}
	return ltitest.Form{}, fmt.Errorf("the author's page offers no form to tag the quiz")
}

// readStatement is the part of a statement that the journey looks at.
type readStatement struct {
	ID        string `json:"id"`
	Stored    string `json:"stored"`
	Authority struct {
		Account struct {
			Name string `json:"name"`
		} `json:"account"`
	} `json:"authority"`
	Object struct {
		ID string `json:"id"`
	} `json:"object"`
	Result struct {
		Extensions map[string]jsontext.Value `json:"extensions"`
	} `json:"result"`
}

// statements asks the record store, with pairs of parameter and value.
func (j *journey) statements(pairs ...string) ([]readStatement, error) {
	if err := j.settle(); err != nil {
		return nil, err
	}
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	status, body, err := j.xapi(http.MethodGet, q, nil)
	if err != nil || status != http.StatusOK {
		return nil, fmt.Errorf("asking for statements answered %d: %s (%v)", status, body, err)
	}
	var found struct {
		Statements []readStatement `json:"statements"`
	}
	return found.Statements, json.Unmarshal(body, &found)
}

func (j *journey) statementStatus(parameter, id string) (int, error) {
	status, _, err := j.xapi(http.MethodGet, url.Values{parameter: {id}}, nil)
	return status, err
}

// voidStatement sends a statement that voids another, with the credential that stored it.
func (j *journey) voidStatement(target string) (string, error) {
	id := uuid.NewString()
	body := fmt.Sprintf(`{"id":%q,"actor":{"account":{"homePage":%q,"name":"system"}},"verb":{"id":"http://adlnet.gov/expapi/verbs/voided","display":{"en":"voided"}},`+
		`"object":{"objectType":"StatementRef","id":%q}}`, id, j.lms.Issuer(), target)
	status, answer, err := j.xapi(http.MethodPost, nil, []byte(body))
	if err != nil || status != http.StatusOK {
		return "", fmt.Errorf("voiding answered %d: %s (%v)", status, answer, err)
	}
	return id, nil
}

func (j *journey) xapi(method string, q url.Values, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(j.ctx, method, j.server.BaseURL+"/xapi/statements?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	r.SetBasicAuth(j.client.ID, j.secret)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Experience-API-Version", "1.0.3")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	return answer.StatusCode, text, err
}
