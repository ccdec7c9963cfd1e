package ltitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// ErrNoAuthorization says that the tool never sent the browser to the authorization endpoint.
var ErrNoAuthorization = errors.New("ltitest: the tool did not ask for authorization")

// LaunchError is where a launch ended before its time: what the tool showed in place of going on.
type LaunchError struct {
	URL    string
	Status int
	Body   []byte
}

func (e *LaunchError) Error() string {
	return fmt.Sprintf("%v: %s answered %d", ErrNoAuthorization, e.URL, e.Status)
}

// Unwrap makes it an ErrNoAuthorization.
func (e *LaunchError) Unwrap() error { return ErrNoAuthorization }

// Prepared is a launch up to its last step: login done, id_token signed, form in hand. Benchmarks measure Send alone.
type Prepared struct {
	Initiation Initiation // what began it
	Auth       url.Values // the tool's authentication request
	Answer     Initiation // the platform's answer: redirect URI with id_token and state, or an error
	NewWindow  bool       // the tool had to ask for a window of its own

	issuer string
	client *http.Client
}

// walker is one launch under way.
type walker struct {
	p      *Platform
	client *http.Client
	dest   string // Sec-Fetch-Dest: iframe, or document once a window was opened
}

// maxSteps bounds redirects and pages of one launch.
const maxSteps = 12

// Launch walks a whole launch as a browser without scripts would: initiation POST in a frame, the tool's redirects with the
// client's cookies, the "open in a new window" page if it comes, authorization, the form with the id_token, and whatever
// redirects follow. It answers the tool's last response, whose body the caller closes. A nil client means
// NewBrowser(AllCookies). Bends change the id_token of this launch.
func (p *Platform) Launch(ctx context.Context, client *http.Client, user, link string, bends ...Bend) (*http.Response, error) {
	ready, err := p.PrepareLaunch(ctx, client, user, link, bends...)
	if err != nil {
		return nil, err
	}
	return ready.Post(ctx)
}

// PrepareLaunch walks a launch up to the form with the id_token. LaunchError when the tool stops before.
func (p *Platform) PrepareLaunch(ctx context.Context, client *http.Client, user, link string, bends ...Bend) (*Prepared, error) {
	init, err := p.Initiate(user, link, bends...)
	if err != nil {
		return nil, err
	}
	return p.Prepare(ctx, client, init)
}

// Prepare walks a launch that was initiated already, by Initiate or InitiateDeepLinking, up to the form with the id_token.
func (p *Platform) Prepare(ctx context.Context, client *http.Client, init Initiation) (*Prepared, error) {
	if client == nil {
		client = NewBrowser(AllCookies)
	}
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	w := &walker{p: p, client: &still, dest: "iframe"}
	out := &Prepared{Initiation: init, client: &still, issuer: p.issuer}
	var err error
	if out.Auth, err = w.login(ctx, init); err != nil {
		return nil, fmt.Errorf("log in at %s: %w", init.URL, err)
	}
	out.NewWindow = w.dest == "document"
	if out.Answer, err = w.authorize(ctx, out.Auth); err != nil {
		return nil, fmt.Errorf("authorize: %w", err)
	}
	return out, nil
}

// login begins at the tool's login URL and goes on until the tool asks for authorization.
func (w *walker) login(ctx context.Context, init Initiation) (url.Values, error) {
	r, err := w.initiate(ctx, init)
	for range maxSteps {
		if err != nil {
			return nil, err
		}
		auth, next, stepErr := w.step(ctx, r, init.Form)
		if stepErr != nil || auth != nil {
			return auth, stepErr
		}
		r = next
	}
	return nil, fmt.Errorf("%d steps and no end: %w", maxSteps, ErrNoAuthorization)
}

func (w *walker) initiate(ctx context.Context, init Initiation) (*http.Request, error) {
	if !w.p.profile.InitiateByGET {
		return w.request(ctx, http.MethodPost, init.URL, init.Form)
	}
	return w.request(ctx, http.MethodGet, init.Address(), nil)
}

// step sends one request and finds what comes after it: the authentication request, or another request to the tool.
func (w *walker) step(ctx context.Context, r *http.Request, form url.Values) (url.Values, *http.Request, error) {
	res, err := w.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		return nil, nil, err
	}
	stopped := &LaunchError{URL: r.URL.String(), Status: res.StatusCode, Body: body}
	if next, err := res.Location(); err == nil {
		if w.isAuth(next) {
			return next.Query(), nil, nil
		}
		method, repeated := http.MethodGet, url.Values(nil)
		if res.StatusCode == http.StatusTemporaryRedirect || res.StatusCode == http.StatusPermanentRedirect {
			method, repeated = r.Method, form
		}
		again, err := w.request(ctx, method, next.String(), repeated)
		return nil, again, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, nil, stopped
	}
	return w.press(ctx, body, r.URL, stopped)
}

// press finds the form that goes on: the one to the platform, or the one button that opens a window.
func (w *walker) press(ctx context.Context, body []byte, base *url.URL, stopped *LaunchError) (url.Values, *http.Request, error) {
	forms, err := Forms(body, base)
	if err != nil {
		return nil, nil, errors.Join(stopped, err)
	}
	for _, f := range forms {
		if w.isAuth(f.Action) {
			for name, values := range f.Action.Query() {
				f.Fields[name] = append(f.Fields[name], values...)
			}
			return f.Fields, nil, nil
		}
	}
	for _, f := range forms {
		if f.Target != "_blank" {
			continue
		}
		w.dest = "document"
		if jar, ok := w.client.Jar.(*Jar); ok {
			jar.openWindow()
		}
		if len(f.Buttons) == 1 {
			maps.Copy(f.Fields, f.Buttons)
		}
		r, err := w.request(ctx, f.Method, f.Action.String(), f.Fields)
		return nil, r, err
	}
	return nil, nil, stopped
}

func (w *walker) isAuth(u *url.URL) bool {
	plain := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return plain.String() == w.p.authURL()
}

// authorize asks the platform: over the network when it listens, else directly.
func (w *walker) authorize(ctx context.Context, q url.Values) (Initiation, error) {
	if w.p.server == nil {
		return w.p.Authorize(q, "")
	}
	r, err := w.request(ctx, http.MethodGet, w.p.authURL()+"?"+q.Encode(), nil)
	if err != nil {
		return Initiation{}, err
	}
	res, err := w.client.Do(r)
	if err != nil {
		return Initiation{}, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return Initiation{}, err
	}
	forms, err := Forms(body, r.URL)
	if err != nil || res.StatusCode != http.StatusOK || len(forms) != 1 {
		return Initiation{}, errors.Join(&LaunchError{w.p.authURL(), res.StatusCode, body}, err)
	}
	return Initiation{URL: forms[0].Action.String(), Form: forms[0].Fields}, nil
}

// request makes a navigation as a browser sends it. A body goes only with POST.
func (w *walker) request(ctx context.Context, method, address string, form url.Values) (*http.Request, error) {
	return navigation(ctx, method, address, form, w.p.issuer, w.dest)
}

func navigation(ctx context.Context, method, address string, form url.Values, origin, dest string) (*http.Request, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if len(form) > 0 {
		if u, err := url.Parse(address); err == nil && u.RawQuery == "" {
			address += "?" + form.Encode()
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", origin)
	}
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	r.Header.Set("Accept-Language", "en-US,en;q=0.9")
	r.Header.Set("Referer", origin+"/")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", dest)
	r.Header.Set("User-Agent", "ltitest (a browser without scripts)")
	return r, nil
}

// Send posts the form to the tool and answers its first response, following nothing. It can be called again, to see what the
// tool makes of a form posted twice.
func (l *Prepared) Send(ctx context.Context) (*http.Response, error) {
	dest := "iframe"
	if l.NewWindow {
		dest = "document"
	}
	r, err := navigation(ctx, http.MethodPost, l.Answer.URL, l.Answer.Form, l.issuer, dest)
	if err != nil {
		return nil, fmt.Errorf("post the id_token: %w", err)
	}
	res, err := l.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("post the id_token: %w", err)
	}
	return res, nil
}

// Post is Send, and then follows the tool's redirects by GET. The caller closes the body.
func (l *Prepared) Post(ctx context.Context) (*http.Response, error) {
	res, err := l.Send(ctx)
	for range maxSteps {
		if err != nil {
			return nil, err
		}
		next, noneErr := res.Location()
		if noneErr != nil {
			return res, nil
		}
		res.Body.Close()
		r, reqErr := navigation(ctx, http.MethodGet, next.String(), nil, l.issuer, "iframe")
		if reqErr != nil {
			return nil, reqErr
		}
		res, err = l.client.Do(r)
	}
	return res, err
}

// ReadBody reads and closes the body of a response, at most 4 MiB.
func ReadBody(res *http.Response) ([]byte, error) {
	defer res.Body.Close()
	var b bytes.Buffer
	_, err := io.Copy(&b, io.LimitReader(res.Body, 4<<20))
	return b.Bytes(), err
}
