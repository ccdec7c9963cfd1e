package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"cairn/internal/web"
)

// joinWorld keeps accounts in memory: Amara's, and Ben's, who is the same person.
type joinWorld struct {
	*world
	owners map[string]string // of accounts
	codes  map[string]string // account by hash
	until  map[string]time.Time
	tries  map[string]int
}

func (w *world) accounts() *joinWorld {
	return &joinWorld{world: w, owners: map[string]string{"account-amara": "learner-amara", "account-ben": "learner-ben"}, codes: map[string]string{},
		until: map[string]time.Time{}, tries: map[string]int{}}
}

func (j *joinWorld) Accounts(_ context.Context, learner string) (out []web.OwnAccount, err error) {
	for _, id := range []string{"account-amara", "account-ben"} {
		if j.owners[id] == learner {
			a := web.OwnAccount{ID: id, Learner: learner, Site: map[string]string{"account-amara": "Campus", "account-ben": "Hospital"}[id]}
			if len(out) > 0 {
				a.Since = now.AddDate(0, 0, -3)
			}
			out = append(out, a)
		}
	}
	return out, j.broken
}

func (j *joinWorld) KeepJoinCode(_ context.Context, hash, account string, expires time.Time) error {
	j.codes[hash], j.until[hash] = account, expires
	return j.broken
}

func (j *joinWorld) TryJoinCode(_ context.Context, hash, account string) (web.OwnAccount, error) {
	other, ok := j.codes[hash]
	switch {
	case j.tries[account] >= 3:
		return web.OwnAccount{}, web.ErrManyTries
	case !ok || !j.clock.Before(j.until[hash]):
		j.tries[account]++
		return web.OwnAccount{}, web.ErrNotFound
	case other == account:
		return web.OwnAccount{}, web.ErrOwnCode
	case j.owners[other] == j.owners[account]:
		return web.OwnAccount{}, web.ErrSamePerson
	}
	return web.OwnAccount{ID: other, Learner: j.owners[other], Site: "Hospital"}, nil
}

func (j *joinWorld) JoinByCode(ctx context.Context, hash, account string) (int64, error) {
	other, err := j.TryJoinCode(ctx, hash, account)
	if err != nil {
		return 0, err
	}
	delete(j.codes, hash)
	j.owners[other.ID] = j.owners[account]
	return 7, nil
}

func (j *joinWorld) PartAccount(_ context.Context, learner, account, _ string) (int64, error) {
	if j.owners[account] != learner {
		return 0, web.ErrNotFound
	}
	j.owners[account] = "learner-ben"
	return 8, nil
}

var readonly = regexp.MustCompile(`id="joincode" value="([^"]+)"`)

// shownCode has a code shown in Ben's account.
func shownCode(t *testing.T, w *world) string {
	t.Helper()
	found := readonly.FindStringSubmatch(w.post(t, "ben", "/me/accounts", "/me/accounts/code", url.Values{}).Body.String())
	if found == nil || !regexp.MustCompile(`^[B-Z2-9]{4}-[B-Z2-9]{4}$`).MatchString(found[1]) {
		t.Fatalf("no code is shown: %q", found)
	}
	return found[1]
}

// Settled question 1: a code shown in one launch and typed in the other joins, after a page that says what will happen; and parts again.
func TestAccountsAreJoinedByACodeAndParted(t *testing.T) {
	w := newWorld(t)
	code := shownCode(t, w)
	typed := w.post(t, "amara", "/me/accounts", "/me/accounts/try", url.Values{"code": {" " + strings.ToLower(code)}})
	page := typed.Body.String()
	for _, words := range []string{"Join these accounts?", "Hospital", "Grades on both sites go by the whole record.", "You can part the accounts again"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page before joining does not say %q", words)
		}
	}
	if typed.Code != http.StatusOK || len(w.waited) > 0 {
		t.Errorf("looking joined already: %d", typed.Code)
	}
	joined := w.post(t, "amara", "/me/accounts", "/me/accounts/join", url.Values{"code": {strings.ReplaceAll(code, "-", "")}})
	if joined.Code != http.StatusSeeOther || !strings.Contains(joined.Header().Get("Location"), "me/accounts?joined=1#notice") {
		t.Fatalf("%d to %s", joined.Code, joined.Header().Get("Location"))
	}
	page = w.get("amara", "/me/accounts?joined=1").Body.String()
	if !strings.Contains(page, "The accounts are joined.") || strings.Count(page, "Part it from the others") != 2 || !strings.Contains(page, "Joined on 19 November 2026.") {
		t.Error("the accounts are not listed")
	}
	if strings.Contains(page, "account-ben") || strings.Contains(page, "learner-ben") {
		t.Error("the page holds ids")
	}
	again := w.post(t, "amara", "/me/accounts", "/me/accounts/join", url.Values{"code": {code}})
	if again.Code != http.StatusUnprocessableEntity {
		t.Errorf("the code holds twice: %d", again.Code)
	}
	account := url.Values{"account": {regexp.MustCompile(`name="account" value="([^"]+)"`).FindAllStringSubmatch(page, -1)[1][1]}}
	if sure := w.post(t, "amara", "/me/accounts", "/me/accounts/part", account).Body.String(); !strings.Contains(sure, "Part the account at Hospital?") {
		t.Error("parting does not ask first")
	}
	account.Set("sure", "1")
	if parted := w.post(t, "amara", "/me/accounts", "/me/accounts/part", account); parted.Code != http.StatusSeeOther {
		t.Errorf("parting ended with %d", parted.Code)
	}
	if page = w.get("amara", "/me/accounts").Body.String(); strings.Contains(page, "Hospital") || strings.Contains(page, "Part it") {
		t.Error("the account is still there")
	}
}

// Each refusal says what was wrong and what to do.
func TestJoinCodesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	own := shownCode(t, w)
	try := func(person, code string) string {
		t.Helper()
		r := w.post(t, person, "/me/accounts", "/me/accounts/try", url.Values{"code": {code}})
		if r.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q ended with %d", code, r.Code)
		}
		return r.Body.String()
	}
	if !strings.Contains(try("ben", own), "Type it in the other one.") {
		t.Error("the own code is not told")
	}
	w.clock = now.Add(11 * time.Minute)
	if !strings.Contains(try("amara", own), "its 10 minutes are over") {
		t.Error("a late code is not told")
	}
	for range 2 {
		try("amara", "BCDF2345")
	}
	if !strings.Contains(try("amara", "BCDF2345"), "Wait 10 minutes") {
		t.Error("too many tries are not told")
	}
}

// Anonymous launches and previews have no account that could be joined, and are told so.
func TestWhoIsNotKnownCannotJoinAccounts(t *testing.T) {
	w := newWorld(t)
	for person, words := range map[string]string{"anonymous": "has not told us who you are, so there is no account", "preview": "A test learner has no accounts."} {
		page := w.get(person, "/me/accounts").Body.String()
		if !strings.Contains(page, words) || strings.Contains(page, "Show a code") {
			t.Errorf("%s reads %s", person, page)
		}
	}
}

func accountPictures(*world) []picture {
	return []picture{
		{name: "learner-accounts-one", person: "amara", path: "/me/accounts"},
		{name: "learner-accounts-joined", person: "amara", path: "/me/accounts?joined=1", prepare: func(w *world) {
			w.config.Accounts.(*joinWorld).owners["account-ben"] = "learner-amara"
		}},
		{name: "learner-accounts-code", person: "amara", path: "/me/accounts", do: []step{
			chromedp.Click(chromedp.CSS(`form[action*="accounts/code"] button`)), chromedp.WaitReady(chromedp.CSS("#joincode"))}},
		{name: "learner-accounts-check", person: "amara", path: "/me/accounts", prepare: func(w *world) {
			j := w.config.Accounts.(*joinWorld)
			j.codes[hash("BCDF2345")], j.until[hash("BCDF2345")] = "account-ben", now.Add(time.Minute)
		}, do: []step{chromedp.SendKeys(chromedp.CSS("#code"), "bcdf-2345"), chromedp.Click(chromedp.CSS(`form[action*="accounts/try"] button`)),
			chromedp.WaitReady(chromedp.CSS(`form[action*="accounts/join"]`))}},
		{name: "learner-accounts-preview", person: "preview", path: "/me/accounts", only: only},
	}
}

// M1 and M2 show a person with two accounts in a course once.
func TestPeopleOfACourseShowJoinedAccountsOnce(t *testing.T) {
	w := newWorld(t)
	before := strings.Count(w.get("tove", "/course/people").Body.String(), "/course/people/")
	w.opened = append(w.opened, web.Person{Member: web.Member{Account: "account-amara-2", Learner: "learner-amara"}, Subject: "44", IsLearner: true})
	page := w.get("tove", "/course/people").Body.String()
	if after := strings.Count(page, "/course/people/"); after != before || !strings.Contains(page, "Amara Okafor") {
		t.Errorf("%d links to people, before there were %d", after, before)
	}
}
