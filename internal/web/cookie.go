package web

import "net/http"

// cookieName is bound to this host and path by its prefix, so that no neighbouring host can plant one.
const cookieName = "__Host-cairn"

// browserCookie answers the value the browser sent, "" when it sent none that we could have made.
func browserCookie(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil || len(c.Value) != 43 {
		return ""
	}
	return c.Value
}

// newCookie makes the random value that a browser is known by. It says nothing about the person, and goes when the browser
// closes. Browsers take a Secure cookie from http://localhost too.
func (s *site) newCookie() (*http.Cookie, error) {
	value, err := s.newSecret()
	if err != nil {
		return nil, err
	}
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/",
		HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
	}, nil
}
