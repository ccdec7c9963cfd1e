package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
)

// mostName bounds the names of keys and forwards, in characters.
const mostName = 100

type keyKeep struct {
	code string
	keep time.Duration
}

// How long an old secret may hold when a key is renewed, by what the form sends.
var keyKeeps = []keyKeep{{"none", 0}, {"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}}

type newKeyBody struct {
	Post    string
	Name    textField
	Scopes  []option
	Sites   []option
	Wrong   string // what is wrong with the scopes
	BadSite string
}

// newKey answers the form that makes a key.
func (s *site) newKey(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	p, err := s.newKeyPage(v, "", nil, "", &fieldErrors{})
	return answer{page: p}, err
}

func (s *site) newKeyPage(v *visit, name string, scopes []string, site string, wrong *fieldErrors) (*page, error) {
	sites, err := s.Admin.Sites.LearningSites(v.Context())
	if err != nil {
		return nil, fmt.Errorf("list the learning sites: %w", err)
	}
	b := newKeyBody{Post: v.to("admin/access/key"), Wrong: wrong.Of("scope-0"), BadSite: wrong.Of("site"), Sites: []option{{"", v.say("access.key.everyone"), site == ""}},
		Name: textField{ID: "name", Label: v.say("access.name"), Hint: v.say("access.key.namehint"), Value: name, Error: wrong.Of("name")}}
	for _, scope := range s.Admin.Access.Scopes() {
		b.Scopes = append(b.Scopes, option{scope, v.keyScope(scope), slices.Contains(scopes, scope)})
	}
	for _, l := range sites {
		b.Sites = append(b.Sites, option{l.ID, l.Issuer, l.ID == site})
	}
	p := s.adminPage(v, "adminkeynew", v.say("access.key.new"), "access", crumb{v.say("access.title"), v.to("admin/access")})
	p.Body = b
	return p, nil
}

// addKey makes a key and shows its secret, this once: it is kept nowhere, so that the answer to the form is the only page that has it.
func (s *site) addKey(v *visit) (answer, error) {
	name, scopes, site, wrong := strings.TrimSpace(v.PostForm.Get("name")), v.PostForm["scope"], v.PostForm.Get("site"), &fieldErrors{}
	v.checkName(name, wrong)
	known := s.Admin.Access.Scopes()
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(one string) bool { return !slices.Contains(known, one) }) {
		wrong.add("scope-0", v.say("access.key.noscope"))
	}
	if len(wrong.list) == 0 {
		id, secret, err := s.Admin.Access.AddKey(v.Context(), name, scopes, site)
		if err == nil {
			return s.showSecret(v, id, secret, ""), nil
		}
		if !errors.Is(err, ErrNotFound) {
			return answer{}, fmt.Errorf("make a key: %w", err)
		}
		wrong.add("site", v.say("access.key.badsite"))
	}
	p, err := s.newKeyPage(v, name, scopes, site, wrong)
	if err != nil {
		return answer{}, err
	}
	return adminRefused(p, wrong)
}

func (v *visit) checkName(name string, wrong *fieldErrors) {
	if name == "" || len([]rune(name)) > mostName || strings.ContainsFunc(name, unicode.IsControl) {
		wrong.add("name", v.say("access.badname", "n", mostName))
	}
}

type secretBody struct{ Key, Secret, Until, Back string }

func (s *site) showSecret(v *visit, id, secret, until string) answer {
	p := s.adminPage(v, "adminsecret", v.say("access.secret"), "access", crumb{v.say("access.title"), v.to("admin/access")})
	p.Body = secretBody{id, secret, until, v.to("admin/access")}
	return answer{page: p}
}

type keyBody struct {
	Key                                  Key
	Scopes, Used, People, Activity, Pace string
	Renewing                             string
	Renew, End                           string // addresses of forms; "" for a key that was ended
	Keeps                                []option
}

func (s *site) findKey(v *visit) (Key, error) {
	all, err := s.Admin.Access.Keys(v.Context())
	if err != nil {
		return Key{}, fmt.Errorf("list the keys: %w", err)
	}
	i := slices.IndexFunc(all, func(k Key) bool { return k.ID == v.param("id") })
	if i < 0 {
		return Key{}, ErrNotFound
	}
	return all[i], nil
}

// key answers the page of one key: what it may do, and the forms that renew and end it.
func (s *site) key(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	k, err := s.findKey(v)
	if err != nil {
		return answer{}, err
	}
	b := keyBody{Key: k, Scopes: v.keyScopes(k.Scopes), Used: v.keyUse(k), People: v.say("access.key.everyone"), Activity: k.Activity}
	if k.HomePage != "" {
		b.People = v.say("access.key.peopleof", "site", k.HomePage)
	}
	if k.PerMinute > 0 {
		b.Pace = v.say("access.key.pace", "n", k.PerMinute)
	}
	if !k.Renewing.IsZero() {
		b.Renewing = v.say("access.key.renewing", "when", v.dateTime(k.Renewing))
	}
	if k.Ended.IsZero() {
		b.Renew, b.End = v.to("admin/access/keys/"+k.ID+"/renew"), v.to("admin/access/keys/"+k.ID+"/end")
	}
	for _, keep := range keyKeeps {
		b.Keeps = append(b.Keeps, option{keep.code, v.say("access.keep." + keep.code), keep.code == "day"})
	}
	p := s.adminPage(v, "adminkey", k.Name, "access", crumb{v.say("access.title"), v.to("admin/access")})
	p.Body = b
	return answer{page: p}, nil
}

// renewKey gives a key another secret and shows it, this once.
func (s *site) renewKey(v *visit) (answer, error) {
	i := slices.IndexFunc(keyKeeps, func(one keyKeep) bool { return one.code == v.PostForm.Get("keep") })
	if i < 0 {
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	secret, err := s.Admin.Access.RenewKey(v.Context(), v.param("id"), keyKeeps[i].keep)
	if err != nil {
		return answer{}, fmt.Errorf("renew a key: %w", err)
	}
	until := v.say("access.secret.oldended")
	if keyKeeps[i].keep > 0 {
		until = v.say("access.key.renewing", "when", v.dateTime(s.Now().Add(keyKeeps[i].keep)))
	}
	return s.showSecret(v, v.param("id"), secret, until), nil
}

// endKey ends a key.
func (s *site) endKey(v *visit) (answer, error) {
	if err := s.Admin.Access.EndKey(v.Context(), v.param("id")); err != nil {
		return answer{}, fmt.Errorf("end a key: %w", err)
	}
	return v.done("admin/access?ended=1"), nil
}
