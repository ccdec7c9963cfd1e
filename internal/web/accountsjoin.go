package web

import (
	"fmt"
	"net/http"
	"net/url"

	"cairn/mapping"
)

// joinBody says what joining or parting will do, before it is done.
type joinBody struct {
	Other   string // what the operator calls the other account's learning site
	Mine    accountCounts
	Theirs  accountCounts
	Does    []string // sentences
	Post    string
	Name    string // of the hidden field
	Value   string
	Cancel  string
	Parting bool
}

// accountCounts is what an account brings.
type accountCounts struct{ Evidenced, InProgress, Ratings, Endorsements int }

// countsOf counts what a learner has.
func (s *site) countsOf(v *visit, learner string) (out accountCounts, err error) {
	states, err := s.Records.Progress(v.Context(), learner)
	if err != nil {
		return out, fmt.Errorf("count what an account has: %w", err)
	}
	for _, p := range states {
		switch p.On(s.Now(), s.Notice) {
		case mapping.Evidenced, mapping.Expiring:
			out.Evidenced++
		case mapping.InProgress:
			out.InProgress++
		}
	}
	ratings, err := s.Tracks.Ratings(v.Context(), learner)
	if err != nil {
		return out, fmt.Errorf("count the ratings of an account: %w", err)
	}
	given, err := s.Tracks.Endorsements(v.Context(), learner)
	if err != nil {
		return out, fmt.Errorf("count the endorsements of an account: %w", err)
	}
	out.Ratings = len(ratings)
	for _, e := range given {
		if e.Stands(s.Now()) {
			out.Endorsements++
		}
	}
	return out, nil
}

// tryJoinCode answers a code that was typed with what joining would do. It spends nothing.
func (s *site) tryJoinCode(v *visit) (answer, error) {
	code := typedCode(v.PostForm.Get("code"))
	other, err := s.Accounts.TryJoinCode(v.Context(), hashSecret(code), v.session.Account)
	if out, ok, fault := s.refusedCode(v, err); ok {
		return out, fault
	}
	if err != nil {
		return answer{}, fmt.Errorf("try a code that joins accounts: %w", err)
	}
	b := joinBody{Other: other.Site, Post: v.to("me/accounts/join"), Name: "code", Value: code, Cancel: v.to("me/accounts")}
	if b.Mine, err = s.countsOf(v, v.session.Learner); err != nil {
		return answer{}, err
	}
	if b.Theirs, err = s.countsOf(v, other.Learner); err != nil {
		return answer{}, err
	}
	for _, one := range []string{"evidence", "leads", "scores", "choices", "undo"} {
		b.Does = append(b.Does, v.say("accounts.does."+one))
	}
	return answer{page: s.joinPage(v, v.say("accounts.check"), b)}, nil
}

func (s *site) joinPage(v *visit, title string, b joinBody) *page {
	return &page{file: "accountsjoin", Title: title, Tabs: s.tabs(v, ""), Crumbs: []crumb{{v.say("accounts.title"), v.to("me/accounts")}},
		Foot: []string{v.say("start.foot")}, Body: b}
}

// joinAccounts spends the code and joins.
func (s *site) joinAccounts(v *visit) (answer, error) {
	pos, err := s.Accounts.JoinByCode(v.Context(), hashSecret(typedCode(v.PostForm.Get("code"))), v.session.Account)
	if out, ok, fault := s.refusedCode(v, err); ok {
		return out, fault
	}
	if err != nil {
		return answer{}, fmt.Errorf("join accounts: %w", err)
	}
	s.Log.Info("accounts were joined", "request", v.id, "position", pos)
	return s.accountsMoved(v, "joined", pos), nil
}

func (s *site) accountsMoved(v *visit, done string, pos int64) answer {
	q := url.Values{done: {"1"}}
	if s.late(v, pos) {
		q.Set("late", "1")
	}
	return v.done(addressOf("me/accounts", q))
}

// partAccount first says what parting will do, then does it.
func (s *site) partAccount(v *visit) (answer, error) {
	mine, err := s.Accounts.Accounts(v.Context(), v.session.Learner)
	if err != nil {
		return answer{}, fmt.Errorf("read the accounts of a learner: %w", err)
	}
	for _, a := range mine {
		code := accountCode(v.session.Learner, a.ID)
		if len(mine) < 2 || code != v.PostForm.Get("account") {
			continue
		}
		if v.PostForm.Get("sure") != "1" {
			b := joinBody{Other: a.Site, Post: v.to("me/accounts/part"), Name: "account", Value: code, Cancel: v.to("me/accounts"), Parting: true}
			for _, one := range []string{"evidence", "tracks", "scores", "again"} {
				b.Does = append(b.Does, v.say("accounts.parts."+one))
			}
			return answer{page: s.joinPage(v, v.say("accounts.partcheck", "site", a.Site), b)}, nil
		}
		pos, err := s.Accounts.PartAccount(v.Context(), v.session.Learner, a.ID, v.session.Account)
		if err != nil {
			return answer{}, fmt.Errorf("part an account: %w", err)
		}
		s.Log.Info("an account was parted", "request", v.id, "position", pos)
		return s.accountsMoved(v, "parted", pos), nil
	}
	return answer{}, refuse(http.StatusNotFound, "account-unknown", "gone")
}
