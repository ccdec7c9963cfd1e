package ltitest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
)

// User is one person of the platform.
type User struct {
	Sub       string // the platform's user id, as text
	Username  string
	Given     string
	Family    string
	Email     string
	SourcedID string // id in the student information system; may be empty
	Private   bool   // neither name nor e-mail is ever shared, whatever the tool's setting
	Says      string // what the person stands for, shown in the chooser of the demo
}

// Name is the full name.
func (u User) Name() string { return strings.TrimSpace(u.Given + " " + u.Family) }

// Course is one course; its id is the LTI context id.
type Course struct {
	ID, Title, Label, SourcedID string
}

// Member is a user's place in a course. Roles are full IRIs or short names of context roles.
type Member struct {
	Course, User string
	Roles        []string
	Groups       []string // ids of the course groups the user is in
	Suspended    bool     // a suspended member cannot launch and disappears from the roster
}

// Tool is one tool known to the platform. A tool has one deployment, as in Moodle.
type Tool struct {
	ID            string // "" means "1"; also the type_id of service addresses
	Name          string
	ClientID      string // "" means one made at random
	DeploymentID  string // "" means the ID
	LoginURL      string
	TargetLinkURI string // where a link goes that names no target of its own
	RedirectURIs  []string
	KeySetURL     string   // fetched when an assertion is to be verified
	Keys          jwk.Set  // used in place of KeySetURL when not nil
	Scopes        []string // granted at most; nil means every scope
	Pending       bool     // registered by itself, and not switched on yet: it cannot be launched
	DeepLinking   bool     // course pages offer to add content from it
	Review        bool     // grades lead to its view of submissions
	NoNames       bool     // names and usernames are not shared
	NoEmail       bool     // e-mail is not shared
	Custom        map[string]string
}

// ResourceLink is one placement of a tool in a course.
type ResourceLink struct {
	ID            string // "" means the next number
	Course, Tool  string
	Title         string
	Description   string
	TargetLinkURI string // "" means the tool's
	Custom        map[string]string
	Section       int
	Module        int       // course module id, shared with activities; 0 means the next number
	LineItem      *LineItem // a grade column of its own; nil: none
	VisibleTo     []string  // users the link is restricted to; nil means all members
}

// LineItem is one grade column. Fields that a profile forgets stay empty.
type LineItem struct {
	ID               int // 0 means the next number
	Course, Tool     string
	Link             string // resource link it is bound to; "" when it stands alone
	Label            string
	Maximum          float64
	ResourceID, Tag  string
	Start, End       string // ISO 8601, as sent
	GradesReleased   *bool
	SubmissionReview map[string]any
}

// Activity is a course module that is not an LTI link.
type Activity struct {
	Module       int // course module id; 0 means the next number
	Course       string
	Kind         Kind
	Name         string
	Text         string // shown on its page
	Section      int
	Maximum      float64 // of its grade; 0 means 10 for a quiz and 100 for an assignment
	Pass         float64 // grade to pass; 0: none
	Question     string  // of a quiz; "" means a stock question
	QuestionName string  // "" means "TF1"
}

// Kind is the Moodle module a course activity is made with; it stands in the activity's address.
type Kind string

// The kinds of activity.
const (
	Page       Kind = "page"
	Quiz       Kind = "quiz"
	Assignment Kind = "assign"
	lti        Kind = "lti" // the placement of a tool seen as a module
)

// state is all that the platform knows; guarded by Platform.mu.
type state struct {
	users         []User
	enrolled      []change
	courses       []Course
	members       []Member
	tools         map[string]*Tool
	links         []ResourceLink
	items         []*LineItem
	activities    []Activity
	sections      []section
	grades        map[gradeKey]*Grade
	completed     map[moduleUser]bool
	marks         map[moduleUser]mark
	launches      map[string]launch
	tokens        map[string]accessToken
	assertions    map[string]time.Time
	keys          map[string]jwk.Set
	sessions      map[string]session
	visits        map[string]int
	attempts      int
	picks         map[string]pick
	registrations map[string]*regToken
	picked        []Picked
	nonces        map[string]struct{}
	requests      []Request
	changed       chan struct{} // closed and replaced with each request
	sent          []Sent
	limited       int // calls to refuse
	nextModule    int
	nextItem      int
	nextLink      int
}

type section struct {
	course string
	number int
}

type moduleUser struct {
	module int
	user   string
}

func newState() state {
	return state{
		tools: map[string]*Tool{}, grades: map[gradeKey]*Grade{}, completed: map[moduleUser]bool{}, marks: map[moduleUser]mark{},
		launches: map[string]launch{}, tokens: map[string]accessToken{}, assertions: map[string]time.Time{},
		changed: make(chan struct{}), keys: map[string]jwk.Set{}, sessions: map[string]session{}, visits: map[string]int{},
		picks: map[string]pick{}, registrations: map[string]*regToken{}, nonces: map[string]struct{}{},
		nextModule: 1, nextItem: 1, nextLink: 1,
	}
}

// AddUser adds a person or replaces the one with the same sub.
func (p *Platform) AddUser(u User) User {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.users, func(o User) bool { return o.Sub == u.Sub }); i >= 0 {
		p.users[i] = u
		return u
	}
	p.users = append(p.users, u)
	return u
}

// AddCourse adds a course with its first two sections, or replaces the one with the same id.
func (p *Platform) AddCourse(c Course) Course {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.courses, func(o Course) bool { return o.ID == c.ID }); i >= 0 {
		p.courses[i] = c
		return c
	}
	p.courses = append(p.courses, c)
	p.sections = append(p.sections, section{c.ID, 0}, section{c.ID, 1})
	return c
}

// Enrol puts a user into a course, or replaces that user's place in it. Short role names are made full.
func (p *Platform) Enrol(m Member) {
	m.Roles = slices.Clone(m.Roles)
	for i, r := range m.Roles {
		if !strings.Contains(r, ":") {
			m.Roles[i] = contextRoles + r
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = slices.DeleteFunc(p.members, func(o Member) bool { return o.Course == m.Course && o.User == m.User })
	p.members = append(p.members, m)
	p.enrolled = append(p.enrolled, change{m.Course, m.User})
}

// Unenrol takes a user out of a course; nothing happens when the user is not in it.
func (p *Platform) Unenrol(course, user string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.members = slices.DeleteFunc(p.members, func(o Member) bool { return o.Course == course && o.User == user })
	p.enrolled = append(p.enrolled, change{course, user})
}

// change is one change of a roster; its place in the list is its time.
type change struct{ course, user string }

// AddTool adds a tool or replaces the one with the same id, and answers it with the ids that were filled in.
func (p *Platform) AddTool(t Tool) Tool {
	t.ID = or(t.ID, "1")
	t.DeploymentID = or(t.DeploymentID, t.ID)
	t.ClientID = or(t.ClientID, p.random(8))
	if t.Scopes == nil {
		t.Scopes = allScopes
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.keys, t.ID)
	p.tools[t.ID] = &t
	return t
}

// AddLink places a tool in a course, with its line item when it has one, and answers it with the ids filled in; a link with
// the same id is replaced. It panics when the course or the tool is unknown: seeds are written by hand.
func (p *Platform) AddLink(l ResourceLink) ResourceLink {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.addLink(l)
}

func (p *Platform) addLink(l ResourceLink) ResourceLink {
	l.Tool = or(l.Tool, "1")
	must(p.course(l.Course))
	if p.tools[l.Tool] == nil {
		panic(fmt.Errorf("place link %q: %w", l.Title, ErrUnknownTool))
	}
	l.ID = or(l.ID, strconv.Itoa(p.nextLink))
	if n, err := strconv.Atoi(l.ID); err == nil {
		p.nextLink = max(p.nextLink, n+1)
	}
	l.Module = p.module(l.Module)
	if l.LineItem != nil {
		item := *l.LineItem
		item.Course, item.Tool, item.Link, item.Label = l.Course, l.Tool, l.ID, or(item.Label, l.Title)
		l.LineItem = p.addItem(item)
	}
	p.links = append(slices.DeleteFunc(p.links, func(o ResourceLink) bool { return o.ID == l.ID }), l)
	p.ensureSection(l.Course, l.Section)
	return l
}

// AddActivity adds a course module and answers it with its module id.
func (p *Platform) AddActivity(a Activity) Activity {
	p.mu.Lock()
	defer p.mu.Unlock()
	must(p.course(a.Course))
	a.Module = p.module(a.Module)
	switch a.Kind {
	case Quiz:
		a.Maximum = or(a.Maximum, 10)
		a.Question, a.QuestionName = or(a.Question, "The sun is a star."), or(a.QuestionName, "TF1")
	case Assignment:
		a.Maximum = or(a.Maximum, 100)
	}
	p.activities = append(p.activities, a)
	p.ensureSection(a.Course, a.Section)
	return a
}

// AddLineItem adds a grade column beside those of the links.
func (p *Platform) AddLineItem(i LineItem) LineItem {
	p.mu.Lock()
	defer p.mu.Unlock()
	i.Tool = or(i.Tool, "1")
	return *p.addItem(i)
}

func (p *Platform) addItem(i LineItem) *LineItem {
	i.ID = or(i.ID, p.nextItem)
	p.nextItem = max(p.nextItem, i.ID+1)
	p.items = append(p.items, &i)
	return &i
}

func (p *Platform) module(id int) int {
	id = or(id, p.nextModule)
	p.nextModule = max(p.nextModule, id+1)
	return id
}

func (p *Platform) ensureSection(course string, number int) {
	if s := (section{course, number}); !slices.Contains(p.sections, s) {
		p.sections = append(p.sections, s)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
