package ltitest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Request is one request that the platform's protocol endpoints answered, kept for assertions.
type Request struct {
	At                  time.Time
	Endpoint            string // discovery, registration, keys, auth, token, content, lineitems, lineitem, scores, results, roster; service: none of them
	Method, URL         string // the URL without scheme and host
	Accept, ContentType string
	Authorization       bool // a bearer token came along
	UserAgent           string
	Body                string // of token and service requests; client assertions are cut out
	ClientID            string // of the tool, as far as it was known
	Status              int
}

// maxRequests bounds the log of a platform that runs long; the oldest go first.
const maxRequests = 10_000

func (p *Platform) record(r *http.Request, endpoint, client string, status int) {
	p.recordBody(r, endpoint, client, status, "")
}

func (p *Platform) recordBody(r *http.Request, endpoint, client string, status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) >= maxRequests {
		p.requests = p.requests[maxRequests/10:]
	}
	close(p.changed)
	p.changed = make(chan struct{})
	p.requests = append(p.requests, Request{
		At: p.config.Now(), Endpoint: endpoint, Method: r.Method, URL: r.URL.RequestURI(), Accept: r.Header.Get("Accept"),
		ContentType: r.Header.Get("Content-Type"), Authorization: r.Header.Get("Authorization") != "",
		UserAgent: r.UserAgent(), Body: withoutAssertion(body), ClientID: client, Status: status,
	})
}

func withoutAssertion(body string) string {
	parts := strings.Split(body, "&")
	for i, part := range parts {
		if strings.HasPrefix(part, "client_assertion=") {
			parts[i] = "client_assertion=..."
		}
	}
	return strings.Join(parts, "&")
}

// Requests answers the requests to the given endpoints, oldest first; without endpoints all of them.
func (p *Platform) Requests(endpoints ...string) []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Request
	for _, r := range p.requests {
		if len(endpoints) == 0 || slices.Contains(endpoints, r.Endpoint) {
			out = append(out, r)
		}
	}
	return out
}

// Await answers the first request, past or still to come, that want accepts: how a test waits for a delivery without sleeping.
// The context bounds the wait.
func (p *Platform) Await(ctx context.Context, want func(Request) bool) (Request, error) {
	for {
		p.mu.Lock()
		i, changed := slices.IndexFunc(p.requests, want), p.changed
		if i >= 0 {
			defer p.mu.Unlock()
			return p.requests[i], nil
		}
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return Request{}, fmt.Errorf("wait for a request of the tool: %w", ctx.Err())
		}
	}
}

// Grades answers what the gradebook holds for a line item, in the order of the user ids; also the grades that were taken
// away, with Given false.
func (p *Platform) Grades(item int) []Grade {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gradesOf(item)
}

// Grade answers one person's grade; false when there is none or it was taken away.
func (p *Platform) Grade(item int, user string) (Grade, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	g := p.grades[gradeKey{item, user}]
	if g == nil {
		return Grade{}, false
	}
	return *g, g.Given
}

// Completed says whether the module, an activity or a placed link, is complete for the user.
func (p *Platform) Completed(module int, user string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.completed[moduleUser{module, user}]
}

// Users answers all users, in the order in which they were added.
func (p *Platform) Users() []User {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.users)
}

// Courses answers all courses.
func (p *Platform) Courses() []Course {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.courses)
}

// Links answers the placed links of a course.
func (p *Platform) Links(course string) []ResourceLink {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.links), func(l ResourceLink) bool { return l.Course != course })
}

// Activities answers the activities of a course.
func (p *Platform) Activities(course string) []Activity {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.activities), func(a Activity) bool { return a.Course != course })
}
