package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Operators admits those who run Cairn.
type Operators interface {
	// EnterOperator spends the code of a link and keeps the session, or does neither. ErrNotFound when the code was spent, holds no
	// more, or was never made.
	EnterOperator(ctx context.Context, code string, session Session) error
}

// operatorDoor is what a link from the command line opens. Opening it spends nothing: programs that look at links do so too.
func (s *site) operatorDoor(v *visit) (answer, error) {
	v.origins = []string{}
	q, err := v.query("code")
	if err != nil {
		return answer{}, err
	}
	return answer{page: &page{file: "adminenter", Title: v.say("admin.enter"), Body: q.Get("code")}}, nil
}

// enterOperator spends the code and leads to the administration, under a session bound to this browser.
func (s *site) enterOperator(v *visit) (answer, error) {
	v.origins = []string{}
	if !s.sameOrigin(v.Request) {
		return answer{}, refuse(http.StatusForbidden, "cross-site-form", "foreign")
	}
	form, err := readForm(v.Request, maxForm)
	if err != nil {
		return answer{}, err
	}
	token, err := s.newSecret()
	if err != nil {
		return answer{}, err
	}
	out := answer{location: v.up() + "s/" + token + "/admin#c"}
	if out.cookie, err = s.newCookie(); err != nil {
		return answer{}, err
	}
	if v.cookie != "" { // other tabs of this browser go by it
		out.cookie.Value = v.cookie
	}
	now := s.Now()
	err = s.Admin.Operators.EnterOperator(v.Context(), form.Get("code"), Session{
		Hash: hashSecret(token), Browser: hashSecret(out.cookie.Value), Operator: true, Locale: v.lang(), CreatedAt: now, ExpiresAt: now.Add(s.SessionLife),
	})
	if errors.Is(err, ErrNotFound) {
		return answer{}, refuse(http.StatusForbidden, "operator-link", "operatorlink")
	}
	if err != nil {
		return answer{}, fmt.Errorf("enter the administration: %w", err)
	}
	s.Log.Info("who runs Cairn entered the administration", "request", v.id)
	return out, nil
}
