package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Administration is what the pages of those who run Cairn read and change (pages.md 3.4).
type Administration struct {
	Operators  Operators
	Sites      LearningSites
	Access     Access
	People     PersonData
	Frameworks FrameworkVersions
	Identities Identities
}

// whole says whether no part is missing.
func (a Administration) whole() bool {
	return a.Operators != nil && a.Sites != nil && a.Access != nil && a.People != nil && a.Frameworks != nil && a.Identities != nil
}

// LearningSites tells of the LMSs that are registered.
type LearningSites interface {
	// LearningSites answers all, in the order they came.
	LearningSites(ctx context.Context) ([]LearningSite, error)
}

// LearningSite is a registered LMS.
type LearningSite struct {
	ID       string // of its registration
	Issuer   string
	ClientID string
	Disabled bool
	Launched time.Time // when somebody last opened Cairn there, as far as the launch log goes back; zero: not known
}

// operating lets those through who run Cairn.
func operating(a action) action {
	return func(v *visit) (answer, error) {
		if !v.session.Operator {
			return answer{}, refuse(http.StatusForbidden, "not-operator", "operator")
		}
		return a(v)
	}
}

// adminPage begins a page of the administration.
func (s *site) adminPage(v *visit, file, title, tab string, crumbs ...crumb) *page {
	foot := v.say("foot.operator")
	if !v.session.Operator {
		foot = v.say("foot.admin")
	}
	return &page{file: file, Title: title, Tabs: s.adminTabs(v, tab), Crumbs: crumbs, Foot: []string{foot}}
}

// adminTabs are the pages of who runs Cairn; those of an LMS's administrator are the ones about their own LMS, and a way back.
func (s *site) adminTabs(v *visit, current string) []tab {
	one := func(key, path string) tab {
		return tab{Name: v.say("admin.tab." + key), Href: v.to(path), Current: key == current}
	}
	if v.session.Operator {
		return []tab{one("sites", "admin"), one("frameworks", "admin/frameworks"), one("access", "admin/access"), one("people", "admin/people")}
	}
	return []tab{{Name: v.say("admin.tab.back"), Href: v.to(landing(*v.session))}, one("diagnosis", "admin/diagnosis"), one("identity", identityPath(v.session.Registration)), one("frameworks", "admin/frameworks")}
}

// aboutSite answers which registration a page is about: the own one for an LMS's administrator, the one asked for who runs Cairn.
func aboutSite(v *visit, asked string) (string, error) {
	switch {
	case v.session.Operator && asked == "":
		return "", ErrNotFound
	case v.session.Operator, asked == v.session.Registration:
		return asked, nil
	case asked == "":
		return v.session.Registration, nil
	}
	return "", refuse(http.StatusForbidden, "not-operator", "operator")
}

type sitesBody struct{ Rows []siteRow }

type siteRow struct{ Name, Hint, Diagnosis, Identity string }

// learningSites answers /admin: the LMSs that are registered, each with its pages.
func (s *site) learningSites(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	all, err := s.Admin.Sites.LearningSites(v.Context())
	if err != nil {
		return answer{}, fmt.Errorf("list the learning sites: %w", err)
	}
	b := sitesBody{}
	for _, l := range all {
		b.Rows = append(b.Rows, siteRow{Name: l.Issuer, Hint: v.siteHint(l), Diagnosis: v.to("admin/diagnosis?registration=" + url.QueryEscape(l.ID)), Identity: v.to(identityPath(l.ID))})
	}
	p := s.adminPage(v, "adminsites", v.say("admin.sites"), "sites")
	p.Body = b
	return answer{page: p}, nil
}

// siteHint says how an LMS stands, in one line.
func (v *visit) siteHint(l LearningSite) string {
	client := v.say("admin.sites.client", "client", l.ClientID)
	switch {
	case l.Disabled:
		return client + " " + v.say("admin.sites.disabled")
	case l.Launched.IsZero():
		return client + " " + v.say("admin.sites.never")
	}
	return client + " " + v.say("admin.sites.opened", "when", v.dateTime(l.Launched))
}
