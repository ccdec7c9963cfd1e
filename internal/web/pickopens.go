package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Where an activity opens. They stand in addresses of ours.
const (
	openInFrame  = "frame" // on its page, in a frame, where there is room for one
	openInWindow = "window"
)

// typedDay is three fields of a day.
func typedDay(q url.Values, prefix string) (out [3]string) {
	for i, name := range []string{"day", "month", "year"} {
		out[i] = strings.TrimSpace(q.Get(prefix + name))
	}
	return out
}

// opens is the first moment of the day that was typed; zero where none was. It is false for what is no day.
func (a answers) opens(zone *time.Location) (time.Time, bool) {
	if a.Opens == ([3]string{}) {
		return time.Time{}, true
	}
	return readDay(a.Opens, zone)
}

// closes is the first moment after the last day that was typed.
func (a answers) closes(zone *time.Location) (time.Time, bool) {
	if a.Closes == ([3]string{}) {
		return time.Time{}, true
	}
	day, ok := readDay(a.Closes, zone)
	return day.AddDate(0, 0, 1), ok
}

// placedDays is an activity of these answers, as far as days go.
func (a answers) placedDays(zone *time.Location) (p PlacedActivity) {
	p.Opens, _ = a.opens(zone)
	p.Closes, _ = a.closes(zone)
	return p
}

// openDays says when an activity opens and closes.
func (l locale) openDays(a PlacedActivity) (says []string) {
	if !a.Opens.IsZero() {
		says = append(says, l.say("activity.opens", "date", l.date(a.Opens)))
	}
	last := l.date(a.Closes.Add(-time.Second))
	switch {
	case a.Closes.IsZero():
	case l.now().Before(a.Closes):
		says = append(says, l.say("activity.closes", "date", last))
	default:
		says = append(says, l.say("activity.closed", "date", last))
	}
	return says
}

// opensIn is where an activity will open, and says so. A page that refuses to be framed, or does not answer, opens in a window.
func (s *site) opensIn(v *visit, a answers) (in, says string) {
	if a.In == openInWindow {
		return openInWindow, v.say("pick.in.window")
	}
	headers, err := s.AskSource(v.Context(), a.Address)
	switch {
	case err != nil:
		return openInWindow, v.say("pick.in.silent")
	case !s.mayFrame(a.Address, headers):
		return openInWindow, v.say("pick.in.refused")
	}
	return openInFrame, v.say("pick.in.frame")
}

// mayFrame says whether a page with these headers lets our pages show it in a frame: X-Frame-Options (RFC 7034) holds where no
// policy has frame-ancestors (Content Security Policy 3, 6.4.2). What comes by plain http is no part of a page that came by https.
func (s *site) mayFrame(address string, headers http.Header) bool {
	origin := originOf(address)
	if origin == "" || origin == s.origin || strings.HasPrefix(s.origin, "https:") && !strings.HasPrefix(origin, "https:") {
		return false
	}
	ruled := false
	for _, policy := range headers.Values("Content-Security-Policy") {
		for _, one := range strings.Split(policy, ",") {
			ancestors, said := frameAncestors(one)
			if said && !slices.ContainsFunc(ancestors, s.takesAll) {
				return false
			}
			ruled = ruled || said
		}
	}
	return ruled || headers.Get("X-Frame-Options") == ""
}

// frameAncestors answers the sources of the directive of a policy.
func frameAncestors(policy string) (sources []string, said bool) {
	for _, directive := range strings.Split(policy, ";") {
		words := strings.Fields(strings.ToLower(directive))
		if len(words) > 0 && words[0] == "frame-ancestors" {
			return words[1:], true
		}
	}
	return nil, false
}

// takesAll says whether a source of a policy takes every site. One that takes us alone does not help: the learning site, in whose frame
// our page is, must be taken too.
func (s *site) takesAll(source string) bool {
	return source == "*" || source == "https:" && strings.HasPrefix(s.origin, "https:")
}
