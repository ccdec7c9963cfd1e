package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// How codes that join accounts are made: letters and digits that are not taken for one another, good for a short time.
const (
	joinLetters  = "BCDFGHJKLMNPQRSTVWXZ23456789"
	joinLength   = 8
	joinCodeLife = 10 * time.Minute
)

// accountRoutes is for people with several accounts: each is proved by opening Cairn from it.
func (s *site) accountRoutes(get, post mounter) {
	get("/me/accounts", anyone, s.accounts)
	post("/me/accounts/code", doer, s.showJoinCode)
	post("/me/accounts/try", doer, s.tryJoinCode)
	post("/me/accounts/join", doer, s.joinAccounts)
	post("/me/accounts/part", doer, s.partAccount)
}

type accountsBody struct {
	Rows    []accountRow
	Saves   bool // somebody is known who can join accounts
	Refused string
	Show    string // addresses of forms
	Try     string
	Part    string
	Code    textField
}

// accountRow is one account of the reader. Code names it in forms; "" where it cannot be parted.
type accountRow struct{ Name, Hint, Code string }

// accountCode is how a form names an account, for its own learner only: ids are not shown.
func accountCode(learner, account string) string {
	return hashSecret("account\x00" + learner + "\x00" + account)[:16]
}

// accounts answers /me/accounts: which accounts are the reader's, and how to join or part them.
func (s *site) accounts(v *visit) (answer, error) {
	q, err := v.query("joined", "parted", "late")
	if err != nil {
		return answer{}, err
	}
	p, _, err := s.accountsPage(v)
	if err != nil {
		return answer{}, err
	}
	for _, done := range []string{"joined", "parted"} {
		if q.Has(done) {
			p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("accounts.done." + done)}, Link: &crumb{v.say("overview.title"), v.to("me")}}
			if q.Has("late") {
				p.Notice.Text = append(p.Notice.Text, v.say("tags.late"))
			}
		}
	}
	return answer{page: p}, nil
}

func (s *site) accountsPage(v *visit) (*page, *accountsBody, error) {
	p := &page{file: "accounts", Title: v.say("accounts.title"), Notice: standing(v), Tabs: s.tabs(v, ""), Crumbs: []crumb{{v.say("record.title"), v.to("me/record")}},
		Foot: []string{v.say("start.foot")}}
	b := &accountsBody{Saves: keeps(v.session), Show: v.to("me/accounts/code"), Try: v.to("me/accounts/try"), Part: v.to("me/accounts/part"),
		Code: textField{ID: "code", Label: v.say("accounts.code"), Hint: v.say("accounts.codehint")}}
	p.Body = b
	if !b.Saves {
		b.Refused = v.say("accounts.unknown")
		if showsPreview(v.session) {
			b.Refused = v.say("accounts.preview")
		}
		return p, b, nil
	}
	mine, err := s.Accounts.Accounts(v.Context(), v.session.Learner)
	if err != nil {
		return nil, nil, fmt.Errorf("read the accounts of a learner: %w", err)
	}
	for _, a := range mine {
		row := accountRow{Name: a.Site, Hint: v.say("accounts.first")}
		if !a.Since.IsZero() {
			row.Hint = v.say("accounts.since", "date", v.date(a.Since))
		}
		if a.ID == v.session.Account {
			row.Hint += " " + v.say("accounts.this")
		}
		if len(mine) > 1 {
			row.Code = accountCode(v.session.Learner, a.ID)
		}
		b.Rows = append(b.Rows, row)
	}
	return p, b, nil
}

type joinCodeBody struct{ Code, Until, Back string }

// showJoinCode makes a code and shows it, this once; one that was shown before holds no more.
func (s *site) showJoinCode(v *visit) (answer, error) {
	code, err := s.newJoinCode()
	if err != nil {
		return answer{}, err
	}
	until := s.Now().Add(joinCodeLife)
	if err := s.Accounts.KeepJoinCode(v.Context(), hashSecret(code), v.session.Account, until); err != nil {
		return answer{}, fmt.Errorf("keep a code that joins accounts: %w", err)
	}
	p := &page{file: "accountscode", Title: v.say("accounts.yourcode"), Tabs: s.tabs(v, ""), Crumbs: []crumb{{v.say("accounts.title"), v.to("me/accounts")}},
		Foot: []string{v.say("start.foot")}}
	half := joinLength / 2
	p.Body = joinCodeBody{code[:half] + "-" + code[half:], v.say("accounts.until", "time", v.dateTime(until)), v.to("me/accounts")}
	return answer{page: p}, nil
}

// newJoinCode draws each letter evenly: bytes past the last whole round of letters are thrown away.
func (s *site) newJoinCode() (string, error) {
	var out strings.Builder
	one := make([]byte, 1)
	for out.Len() < joinLength {
		if _, err := io.ReadFull(s.Rand, one); err != nil {
			return "", fmt.Errorf("read random bytes: %w", err)
		}
		if int(one[0]) < 256-256%len(joinLetters) {
			out.WriteByte(joinLetters[int(one[0])%len(joinLetters)])
		}
	}
	return out.String(), nil
}

// typedCode reads a code as people type it.
func typedCode(text string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(text)))
}

// refusedCode says on the page what was wrong with a code. ok is false for other errors.
func (s *site) refusedCode(v *visit, err error) (out answer, ok bool, fault error) {
	words := ""
	switch {
	case errors.Is(err, ErrNotFound):
		words = v.say("accounts.badcode")
	case errors.Is(err, ErrOwnCode):
		words = v.say("accounts.owncode")
	case errors.Is(err, ErrSamePerson):
		words = v.say("accounts.same")
	case errors.Is(err, ErrManyTries):
		words = v.say("accounts.tries")
	case errors.Is(err, ErrEndorsedSelf):
		words = v.say("accounts.endorsed")
	default:
		return answer{}, false, nil
	}
	p, b, fault := s.accountsPage(v)
	if fault != nil {
		return answer{}, true, fault
	}
	wrong := &fieldErrors{}
	wrong.add("code", words)
	b.Code.Error = wrong.Of("code")
	p.Problem, p.Errors = true, wrong.list
	return answer{status: http.StatusUnprocessableEntity, page: p}, true, nil
}
