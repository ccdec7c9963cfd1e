package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// prolongEvery is how often a session is prolonged at most, so that reading does not write.
const prolongEvery = 5 * time.Minute

// right is what a page asks of its session.
type right int

const (
	anyone  right = iota // any launch
	reader               // anyone, and who runs Cairn
	doer                 // someone whose doings are recorded: a known person, not a preview
	lead                 // leads the course
	author               // leads the course, and may save: a known person, not a preview
	witness              // leads the course, and may see the records of its learners: a known person, not a preview
)

// inside serves an action under /s/{s}: it finds the session of the token, checks its browser and its right, and prolongs it.
func (s *site) inside(need right, a action) http.Handler {
	return s.open(func(v *visit) (answer, error) {
		if err := s.admit(v); err != nil {
			return answer{}, err
		}
		if err := allowed(v.session, need); err != nil {
			return answer{}, err
		}
		return a(v)
	})
}

// admit loads the session into the visit. Until it has passed every check the visit has none, so that an error page says
// nothing about it.
func (s *site) admit(v *visit) error {
	token, now := v.param("s"), s.Now()
	found, err := s.Sessions.Session(v.Context(), hashSecret(token), now)
	if errors.Is(err, ErrNotFound) || err == nil && !now.Before(found.ExpiresAt) {
		return refuse(http.StatusUnauthorized, "session-expired", "expired")
	}
	if err != nil {
		return fmt.Errorf("find the session: %w", err)
	}
	if found.Browser != "" && !sameSecret(found.Browser, hashSecret(v.cookie)) {
		return refuse(http.StatusUnauthorized, "session-browser", "browser")
	}
	reg := Registration{}
	if !found.Operator {
		reg, err = s.Registrations.PageRegistration(v.Context(), found.Registration)
	}
	if errors.Is(err, ErrNotFound) {
		return refuse(http.StatusUnauthorized, "session-registration", "expired")
	}
	if err != nil {
		return fmt.Errorf("find the session's registration: %w", err)
	}
	v.session, v.token, v.origins, v.locale = &found, token, frameOrigins(reg), s.localeFor(found.Locale)
	v.admin = found.Operator || reg.AdminPage && administers(found.Roles)
	return s.prolong(v, now)
}

func (s *site) prolong(v *visit, now time.Time) error {
	until := now.Add(s.SessionLife)
	if last := v.session.CreatedAt.Add(SessionLimit); until.After(last) {
		until = last
	}
	if until.Sub(v.session.ExpiresAt) < prolongEvery {
		return nil
	}
	if err := s.Sessions.Prolong(v.Context(), v.session.Hash, until); err != nil {
		return fmt.Errorf("prolong the session: %w", err)
	}
	v.session.ExpiresAt = until
	return nil
}

// ending is what the script tells of a session's end before it comes (pages.md 5).
type ending struct {
	Seconds int  // until then
	Last    bool // no request prolongs it any more
	Near    bool // told by the page itself
}

func (s *site) ending(session *Session) ending {
	left, until := session.CreatedAt.Add(SessionLimit).Sub(session.ExpiresAt), session.ExpiresAt.Sub(s.Now())
	return ending{int(until.Seconds()), left < prolongEvery, until <= 2*time.Minute}
}

func allowed(session *Session, need right) error {
	switch {
	case session.Operator && need != reader:
		return refuse(http.StatusForbidden, "operator-in-course", "coursepage")
	case need == anyone, need == reader, need == doer && keeps(session):
		return nil
	case need == doer && showsPreview(session):
		return refuse(http.StatusForbidden, "preview", "preview")
	case need == doer:
		return refuse(http.StatusForbidden, "person-unknown", "unknown")
	case !session.Lead:
		return refuse(http.StatusForbidden, "not-lead", "forbidden")
	case need == witness && session.Account == "":
		return refuse(http.StatusForbidden, "witness-unknown", "witness")
	case need == witness && !session.Recorded:
		return refuse(http.StatusForbidden, "preview", "witnesspreview")
	case need == author && session.Account == "":
		return refuse(http.StatusForbidden, "author-unknown", "nameless")
	case need == author && !session.Recorded:
		return refuse(http.StatusForbidden, "preview", "preview")
	}
	return nil
}

// newSecret answers 256 random bits as text for addresses and cookies.
func (s *site) newSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.Rand, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// hashSecret is how tokens and cookie values are kept: the values themselves are random, so a plain hash hides them.
func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// crockford has no letters that are mistaken for digits when read out.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// requestID answers a short code such as "7F3K-22": it only has to be found again in the log of about that time.
func (s *site) requestID() string {
	b := make([]byte, 6)
	if _, err := io.ReadFull(s.Rand, b); err != nil {
		return "0000-00"
	}
	for i := range b {
		b[i] = crockford[b[i]%32]
	}
	return string(b[:4]) + "-" + string(b[4:])
}
