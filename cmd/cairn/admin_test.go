package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// operatorBrowser is a browser that entered the administration by a link from the command line.
type operatorBrowser struct {
	*testing.T
	root   string // of the session, with a slash at its end
	cookie *http.Cookie
	client *http.Client
}

// enterAdmin makes a link at the command line and enters by it.
func enterAdmin(t *testing.T, env []string, base string) *operatorBrowser {
	t.Helper()
	var made struct{ URL string }
	succeed(t, env, &made, "admin", "link")
	link, err := url.Parse(made.URL)
	if err != nil || link.Path != "/admin/enter" {
		t.Fatalf("the link is %q", made.URL)
	}
	b := &operatorBrowser{T: t, client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	if door := fetch(t, http.MethodGet, base+link.RequestURI(), nil); door.status != http.StatusOK || !strings.Contains(door.body, "It works once") {
		t.Fatalf("the link opens %d\n%s", door.status, door.body)
	}
	answer := b.send(http.MethodPost, base+"/admin/enter", url.Values{"code": {link.Query().Get("code")}})
	to := answer.Header.Get("Location")
	if answer.StatusCode != http.StatusSeeOther || len(answer.Cookies()) != 1 {
		t.Fatalf("entering answers %d", answer.StatusCode)
	}
	b.cookie, b.root = answer.Cookies()[0], base+strings.TrimSuffix(strings.TrimPrefix(to, ".."), "admin#c")
	if again := b.send(http.MethodPost, base+"/admin/enter", url.Values{"code": {link.Query().Get("code")}}); again.StatusCode != http.StatusForbidden {
		t.Errorf("the link works twice: %d", again.StatusCode)
	}
	return b
}

func (b *operatorBrowser) send(method, address string, form url.Values) *http.Response {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

func TestOperatorEntersByALinkFromTheCommandLine(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	p := serve(t, env)
	b := enterAdmin(t, env, p.base)
	if got := b.send(http.MethodGet, b.root+"admin", nil); got.StatusCode != http.StatusOK {
		t.Errorf("the administration answers %d", got.StatusCode)
	}
	b.cookie = nil
	if got := b.send(http.MethodGet, b.root+"admin", nil); got.StatusCode != http.StatusUnauthorized {
		t.Errorf("without its cookie it answers %d", got.StatusCode)
	}
	if r := command(t, env, "admin", "link", "--expires", (48 * time.Hour).String()); r.code != exitUsage {
		t.Errorf("a link for two days ended with %d", r.code)
	}
}
