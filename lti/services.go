package lti

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/go-json-experiment/json"
)

// Services calls the services of platforms with access tokens (Security 4). A token is sent only to an origin of the registration:
// its issuer's, its token endpoint's, or one the operator named (ServiceOrigins). After a 401 the token is asked for anew, once.
type Services struct {
	Client *http.Client // should be the guarded one
	Tokens *Tokens
	Now    func() time.Time
}

// call is one request to a service.
type call struct {
	op      string
	method  string
	address *url.URL
	scopes  []string // any one is enough; tried in their order
	accept  string
	kind    string // of the body
	body    []byte
}

// maxServiceBody bounds an answer, in bytes.
const maxServiceBody = 1 << 20

// answer is what came back of a call that succeeded.
type answer struct {
	header http.Header
	body   []byte
}

// do makes the call. ErrForeignService, *ServiceError, or the context's error.
func (s *Services) do(ctx context.Context, reg Registration, c call) (answer, error) {
	if !sameOrigin(c.address, append([]string{reg.Issuer, reg.TokenEndpoint}, reg.ServiceOrigins...)...) {
		return answer{}, fmt.Errorf("%w: %s", ErrForeignService, originOf(c.address))
	}
	scope, token, err := s.token(ctx, reg, c.scopes)
	if err != nil {
		return answer{}, err
	}
	got, err := s.once(ctx, reg, c, token)
	var failed *ServiceError
	if errors.As(err, &failed) && failed.Status == http.StatusUnauthorized {
		s.Tokens.Drop(token)
		if token, err = s.Tokens.Token(ctx, reg, scope); err != nil {
			return answer{}, err
		}
		got, err = s.once(ctx, reg, c, token)
	}
	return got, err
}

// token asks for the first scope that the platform grants.
func (s *Services) token(ctx context.Context, reg Registration, scopes []string) (scope, token string, err error) {
	for _, scope = range scopes {
		if token, err = s.Tokens.Token(ctx, reg, scope); !errors.Is(err, ErrScopeRefused) {
			break
		}
	}
	return scope, token, err
}

// once makes the call with the token.
func (s *Services) once(ctx context.Context, reg Registration, c call, token string) (answer, error) {
	request, err := http.NewRequestWithContext(ctx, c.method, c.address.String(), bytes.NewReader(c.body))
	if err != nil {
		return answer{}, &ServiceError{Op: c.op, Err: errors.New("the address is not usable")}
	}
	request.Header.Set("Authorization", "Bearer "+token)
	if c.accept != "" {
		request.Header.Set("Accept", c.accept)
	}
	if c.kind != "" {
		request.Header.Set("Content-Type", c.kind)
	}
	response, err := s.Client.Do(request)
	if err != nil {
		return answer{}, &ServiceError{Op: c.op, Err: err}
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return answer{}, serviceError(c.op, response, s.Now())
	}
	body, err := readBounded(response.Body, maxServiceBody)
	if err != nil {
		return answer{}, &ServiceError{Op: c.op, Err: err}
	}
	return answer{header: response.Header, body: body}, nil
}

// get reads a JSON answer.
func (s *Services) get(ctx context.Context, reg Registration, c call, into any) (http.Header, error) {
	c.method = http.MethodGet
	got, err := s.do(ctx, reg, c)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(got.body, into); err != nil {
		return nil, &ServiceError{Op: c.op, Status: http.StatusOK, Reason: "the answer cannot be read"}
	}
	return got.header, nil
}

// The bounds of a list that comes in pages, rosters too. Canvas gives ten results on a page.
const (
	maxPages = 2000
	maxRows  = 10000
)

// pages reads a list page by page, following links of the same origin only, and never in a circle.
func pages[T any](ctx context.Context, s *Services, reg Registration, c call) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	for range maxPages {
		seen[c.address.String()] = true
		var page []T
		header, err := s.get(ctx, reg, c, &page)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		links, err := pageLinks(header, c.address)
		if err != nil {
			return nil, err
		}
		if links.next == nil || len(page) == 0 {
			return all, nil
		}
		if seen[links.next.String()] || len(all) > maxRows {
			break
		}
		c.address = links.next
	}
	return nil, &ServiceError{Op: c.op, Status: http.StatusOK, Reason: "the list does not end"}
}

// serviceURL reads the address of a service.
func serviceURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || webAddress(address) == "" {
		return nil, fmt.Errorf("%w: the address is not usable", ErrForeignService)
	}
	u.Fragment = ""
	return u, nil
}

// under puts a segment behind the path, before the query: line items of Moodle and others carry one.
func under(u *url.URL, segment string) *url.URL {
	c := *u
	if c.RawPath != "" {
		c.RawPath = trimSlash(c.RawPath) + "/" + segment
	}
	c.Path = trimSlash(c.Path) + "/" + segment
	return &c
}

func trimSlash(path string) string {
	for len(path) > 0 && path[len(path)-1] == '/' {
		path = path[:len(path)-1]
	}
	return path
}
