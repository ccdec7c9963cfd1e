package web

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Windows admits pages of a session to a window of their own. A browser keeps the cookie of a frame for that frame's site alone, so
// the window has none: it brings a code that only the page in the frame was given.
type Windows interface {
	// OpenWindow spends a code, which may be forgotten from expires on, and keeps the window's session. ErrNotFound when the code was
	// spent before.
	OpenWindow(ctx context.Context, code string, expires time.Time, window Session) error
}

// windowPages are what may be opened in a window of its own.
var windowPages = []string{"me/record"}

// printForm is what a page in a frame offers; nil for a page that has a window already.
func (s *site) printForm(v *visit, page string) (*printForm, error) {
	if !v.session.InFrame {
		return nil, nil
	}
	nonce, err := s.newSecret()
	if err != nil {
		return nil, err
	}
	until := strconv.FormatInt(s.Now().Add(s.SessionLife).Unix(), 10)
	return &printForm{To: v.root() + "window#c", Code: nonce + "." + until + "." + windowMark(v.session, nonce, until), Page: page}, nil
}

// windowMark proves that a code was made here for a session. Its key is kept with the session and is in no address.
func windowMark(session *Session, nonce, until string) string {
	m := hmac.New(sha256.New, []byte("window "+session.Browser))
	m.Write([]byte(session.Hash + " " + nonce + " " + until))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

// ownWindow answers /window: it spends the code and leads to the page, under a session of the window's own.
func (s *site) ownWindow(v *visit) (answer, error) {
	if !s.sameOrigin(v.Request) {
		return answer{}, refuse(http.StatusForbidden, "cross-site-form", "foreign")
	}
	form, err := readForm(v.Request, maxForm)
	if err != nil {
		return answer{}, err
	}
	found, err := s.Sessions.Session(v.Context(), hashSecret(v.param("s")), s.Now())
	if errors.Is(err, ErrNotFound) {
		return answer{}, refuse(http.StatusUnauthorized, "session-expired", "expired")
	}
	if err != nil {
		return answer{}, fmt.Errorf("find the session of a window: %w", err)
	}
	v.locale = s.localeFor(found.Locale)
	code, page := form.Get("code"), form.Get("page")
	expires, good := s.readWindowCode(&found, code)
	if !good || !slices.Contains(windowPages, page) {
		return answer{}, refuse(http.StatusForbidden, "window-code", "onewindow")
	}
	return s.openWindow(v, found, code, expires, page)
}

// readWindowCode says whether a code was made for the session and still holds.
func (s *site) readWindowCode(session *Session, code string) (expires time.Time, good bool) {
	parts := strings.Split(code, ".")
	if len(parts) != 3 || !sameSecret(parts[2], windowMark(session, parts[0], parts[1])) {
		return expires, false
	}
	seconds, err := strconv.ParseInt(parts[1], 10, 64)
	expires = time.Unix(seconds, 0)
	return expires, err == nil && s.Now().Before(expires)
}

// openWindow makes the window's session. It lives no longer than the launch allows.
func (s *site) openWindow(v *visit, session Session, code string, expires time.Time, page string) (answer, error) {
	token, err := s.newSecret()
	if err != nil {
		return answer{}, err
	}
	out := answer{location: v.up() + "s/" + token + "/" + page + "#c"}
	browser := v.cookie
	if browser == "" {
		if out.cookie, err = s.newCookie(); err != nil {
			return answer{}, err
		}
		browser = out.cookie.Value
	}
	session.Hash, session.Browser, session.InFrame = hashSecret(token), hashSecret(browser), false
	session.ExpiresAt = s.Now().Add(s.SessionLife)
	if last := session.CreatedAt.Add(SessionLimit); session.ExpiresAt.After(last) {
		session.ExpiresAt = last
	}
	err = s.Windows.OpenWindow(v.Context(), hashSecret(code), expires, session)
	if errors.Is(err, ErrNotFound) {
		return answer{}, refuse(http.StatusForbidden, "window-code", "onewindow")
	}
	if err != nil {
		return answer{}, fmt.Errorf("open a window: %w", err)
	}
	return out, nil
}
