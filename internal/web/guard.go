package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// maxForm bounds the body of a form of ours, in bytes: the largest sends a few hundred ids.
const maxForm = 64 << 10

// guarded lets a POST through that was sent by a page of this session. Three things must hold:
//   - the address names the session: its token is random and not in any link or Referer;
//   - the browser says that the request comes from our own origin: Sec-Fetch-Site, where it is sent, else Origin. A browser
//     under our own no-referrer policy writes "Origin: null", which says nothing either way, so that is let pass;
//   - the form holds the session's form token, which only our page could write into it.
func (s *site) guarded(a action) action {
	return func(v *visit) (answer, error) {
		if !s.sameOrigin(v.Request) {
			return answer{}, refuse(http.StatusForbidden, "cross-site-form", "foreign")
		}
		form, err := readForm(v.Request, maxForm)
		if err != nil {
			return answer{}, err
		}
		if !sameSecret(form.Get("form"), formToken(v.token)) {
			return answer{}, refuse(http.StatusForbidden, "form-token", "foreign")
		}
		return a(v)
	}
}

func (s *site) sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "null" || origin == s.origin
}

// formToken is made from the session's token and does not give it away, so nothing needs to be kept.
func formToken(token string) string {
	m := hmac.New(sha256.New, []byte(token))
	m.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// readForm answers the fields of a posted form of at most limit bytes; those of the address are not among them.
func readForm(r *http.Request, limit int64) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, refuse(http.StatusUnsupportedMediaType, "form-type", "badform")
	}
	r.Body = http.MaxBytesReader(nil, r.Body, limit)
	if err := r.ParseForm(); err != nil {
		p := asProblem(err)
		if p.status >= 500 {
			p = refuse(http.StatusBadRequest, "form-encoding", "badform").because(fmt.Errorf("read the form: %w", err))
		}
		return nil, p
	}
	return r.PostForm, nil
}

// query answers the parameters of the address; one that the page does not know is refused, so that none is silently ignored.
func (v *visit) query(known ...string) (url.Values, error) {
	q, err := url.ParseQuery(v.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "query-encoding", "nopage").because(err)
	}
next:
	for name := range q {
		for _, k := range known {
			if name == k {
				continue next
			}
		}
		return nil, refuse(http.StatusBadRequest, "query-unknown", "nopage")
	}
	return q, nil
}
