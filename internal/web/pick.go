package web

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/lti"
	"cairn/mapping"
)

// Limits of what an author may type or tick while picking. The answers travel in addresses, which servers bound.
const (
	maxPickName    = 200 // characters
	maxPickAddress = 1500
	maxPickTags    = 40
	maxPickMinutes = 600
)

// What can be picked, and the part of a framework that a progress page shows. They stand in addresses of ours.
const (
	pickProgress = "progress"
	pickActivity = "activity"

	showAll  = "all"
	showNode = "domain"
	showRole = "role"
	showEach = "each" // a page for each domain: several items at once
)

// Pick is what a deep linking request asked for, kept with its session.
type Pick struct {
	Deployment string
	Settings   lti.DeepLinkingSettings
}

// answers are an author's answers so far. They go from step to step in addresses and hidden fields, so that nothing is kept before
// the last one.
type answers struct {
	What       string
	Framework  string
	Show       string
	Node       string
	Role       string
	Name       string
	Grade      bool
	Address    string
	Completion Completion
	Minutes    string // as typed
	Records    string
	In         string    // openInFrame or openInWindow
	Opens      [3]string // day, month, year as typed; empty: at once
	Closes     [3]string // the last day; empty: never
	Tags       []string
}

var pickFields = []string{"what", "fw", "show", "node", "role", "name", "grade", "address", "how", "minutes", "records", "in", "oday", "omonth", "oyear", "cday", "cmonth", "cyear", "tag"}

// readAnswers takes fields apart; what is not there has its usual value.
func readAnswers(q url.Values) answers {
	a := answers{
		What: q.Get("what"), Framework: q.Get("fw"), Show: cmp.Or(q.Get("show"), showAll), Node: q.Get("node"), Role: q.Get("role"),
		Name: strings.TrimSpace(q.Get("name")), Grade: q.Get("grade") == "1", Address: strings.TrimSpace(q.Get("address")),
		Completion: Completion(cmp.Or(q.Get("how"), string(CompleteByWord))), Minutes: strings.TrimSpace(q.Get("minutes")),
		Records: strings.TrimSpace(q.Get("records")), In: cmp.Or(q.Get("in"), openInFrame),
		Opens: typedDay(q, "o"), Closes: typedDay(q, "c"),
	}
	for _, id := range q["tag"] {
		if !slices.Contains(a.Tags, id) {
			a.Tags = append(a.Tags, id)
		}
	}
	return a
}

// values is the answers as fields again.
func (a answers) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{
		"what": a.What, "fw": a.Framework, "show": a.Show, "node": a.Node, "role": a.Role, "name": a.Name, "address": a.Address,
		"how": string(a.Completion), "minutes": a.Minutes, "records": a.Records, "in": a.In,
		"oday": a.Opens[0], "omonth": a.Opens[1], "oyear": a.Opens[2], "cday": a.Closes[0], "cmonth": a.Closes[1], "cyear": a.Closes[2],
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if a.Grade {
		q.Set("grade", "1")
	}
	if len(a.Tags) > 0 {
		q["tag"] = a.Tags
	}
	return q
}

// hidden is the answers as hidden fields, but for those that a form asks for itself.
func (a answers) hidden(asked ...string) []option {
	var out []option
	q := a.values()
	for _, name := range pickFields {
		if slices.Contains(asked, name) {
			continue
		}
		for _, value := range q[name] {
			out = append(out, option{Name: name, Value: value})
		}
	}
	return out
}

// least is the minimum time that was typed, 0 when it is none.
func (a answers) least() time.Duration {
	n, err := strconv.Atoi(a.Minutes)
	if err != nil || n < 1 || n > maxPickMinutes {
		return 0
	}
	return time.Duration(n) * time.Minute
}

// catalog is the framework that the answers name, else the usual one.
func (s *site) pickCatalog(a answers) *mapping.Catalog {
	if cat, ok := s.Frameworks.Framework(a.Framework); ok {
		return cat
	}
	return s.Frameworks.Default()
}

// check says what is wrong with the answers of step 2, each with the field to go to.
func (a answers) check(l locale, pick *Pick, cat *mapping.Catalog) []fieldError {
	var out []fieldError
	wrong := func(is bool, field, words string) {
		if is {
			out = append(out, fieldError{words, field})
		}
	}
	wrong(a.Name == "" || strings.ContainsAny(a.Name, "\x00\r\n"), "name", l.say("pick.noname"))
	wrong(utf8.RuneCountInString(a.Name) > maxPickName, "name", l.say("pick.longname", "n", maxPickName))
	if a.What == pickProgress {
		_, isNode := cat.Node(a.Node)
		wrong(a.Show == showNode && !isNode, "node", l.say("pick.nodomain"))
		wrong(a.Show == showRole && !hasArchetype(cat, a.Role), "role", l.say("pick.norole"))
		known := slices.Contains([]string{showAll, showNode, showRole}, a.Show) || a.Show == showEach && pick.Settings.AcceptMultiple
		wrong(!known, "show-all", l.say("pick.noshow"))
		return out
	}
	wrong(webAddress(a.Address) == "" || !isIRI(a.Address) || len(a.Address) > maxPickAddress, "address", l.say("pick.badaddress"))
	wrong(!slices.Contains([]Completion{CompleteByWord, CompleteByTime, CompleteByRecord}, a.Completion), "how-word", l.say("pick.nohow"))
	wrong(a.Completion == CompleteByTime && a.least() == 0, "minutes", l.say("pick.badminutes", "n", maxPickMinutes))
	wrong(a.Completion == CompleteByRecord && a.Records != "" && !isIRI(a.Records), "records", l.say("pick.badrecords"))
	wrong(a.In != openInFrame && a.In != openInWindow, "in-frame", l.say("pick.noin"))
	opens, goodStart := a.opens(l.zone)
	closes, goodEnd := a.closes(l.zone)
	wrong(!goodStart, "oday", l.say("pick.badday"))
	wrong(!goodEnd, "cday", l.say("pick.badday"))
	wrong(goodStart && goodEnd && !opens.IsZero() && !closes.IsZero() && !closes.After(opens), "cday", l.say("pick.badspan"))
	wrong(len(a.Tags) > maxPickTags, "tags", l.say("pick.manytags", "n", maxPickTags))
	wrong(slices.ContainsFunc(a.Tags, func(id string) bool { _, ok := cat.Capability(id); return !ok }), "tags", l.say("pick.badtags"))
	return out
}

func hasArchetype(cat *mapping.Catalog, code string) bool {
	return slices.ContainsFunc(cat.Archetypes, func(a mapping.Archetype) bool { return a.Code == code })
}

// offered says whether the request takes links at all: it is the one kind of content that Cairn gives.
func (p *Pick) offered() bool { return p.Settings.Accepts(lti.ItemResourceLink) }
