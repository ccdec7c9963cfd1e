package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// recordBody is L8: what a learner takes along.
type recordBody struct {
	Name     string // "" when the learning site does not share it
	Head     string // date, and up to when
	Version  string // of the framework
	Part     string
	Rows     []recordRow
	Rest     template.HTML // how many of how many have not begun
	Every    string        // that every role is counted, where the learner chose some; "" where none
	CSV      string
	Accounts string     // where accounts are joined; "" where nobody is known
	Print    *printForm // opens the record in a window of its own; nil in one
	To       string     // where the form for another date goes
	Date     [3]string
	Error    string
	Elsewhen bool // it is of another date than today
}

// recordRow is one capability with its tracks, each a column of its own.
type recordRow struct {
	Name, Href string
	Lang       string
	State      mapping.State
	Chip       string
	Evidence   []string
	Rating     string
	Endorsed   []template.HTML
	Kept       string // from which version, when this one has it no more
}

// printForm is what opens a page in a window of its own.
type printForm struct{ To, Code, Page string }

// myRecord is a learner's record on a day.
type myRecord struct {
	*record
	wider  bool      // than the roles that the learner chose
	at     time.Time // zero: now
	told   map[string]mapping.Explanation
	kept   []keptNode // replaced since, with something in the record
	tracks otherTracks
	tell   teller
}

// readRecord reads the session's own record, now or on the day that the address names.
func (s *site) readRecord(v *visit, q url.Values) (*myRecord, error) {
	r, err := s.record(v)
	if err != nil {
		return nil, err
	}
	m := &myRecord{record: r, wider: len(r.roles) > 0}
	r.roleFilter = roleFilter{} // what is taken along is whole
	if text := q.Get("at"); text != "" {
		day, err := time.ParseInLocation(isoDate, text, s.Zone)
		if err != nil || day.After(s.Now()) {
			return nil, refuse(http.StatusBadRequest, "query-value", "nopage")
		}
		m.at = day.AddDate(0, 0, 1).Add(-time.Microsecond) // the whole day
		if err := s.recordOn(v.Context(), v.session, m); err != nil {
			return nil, err
		}
		m.kept, m.tell = s.replaced(r), s.tellerOf(v, r)
		return m, s.addTracks(v, m)
	}
	m.kept = s.replaced(r)
	return s.recordNow(v, m)
}

// recordNow explains what has begun in a record as it stands.
func (s *site) recordNow(v *visit, m *myRecord) (*myRecord, error) {
	var has []string
	for _, n := range m.nodes() {
		if m.of(n.ID).State != mapping.NotStarted {
			has = append(has, n.ID)
		}
	}
	return m, errors.Join(s.tellMore(v, m, has), s.addTracks(v, m))
}

// tellMore explains some capabilities of a record as it stands.
func (s *site) tellMore(v *visit, m *myRecord, capabilities []string) error {
	cases, err := s.Records.Cases(v.Context(), m.learner, capabilities)
	if err != nil {
		return fmt.Errorf("read what the states rest on: %w", err)
	}
	all := slices.Collect(maps.Values(cases))
	told, err := s.explainCases(v.Context(), v.session, cases)
	if err != nil {
		return err
	}
	more := s.tellerOf(v, m.record, all...)
	if m.told == nil {
		m.told, m.tell = told, more
		return nil
	}
	maps.Copy(m.told, told)
	maps.Copy(m.tell.here, more.here)
	maps.Copy(m.tell.known, more.known)
	return nil
}

// nodes answers what the record is about: what is tracked, with the version it is kept from where that is an older one.
func (m *myRecord) nodes() []keptNode {
	var out []keptNode
	for _, n := range m.tracked("") {
		out = append(out, keptNode{Node: n})
	}
	return append(out, m.kept...)
}

// recordOn replaces the states of a record by those that today's rules give what was known on its day.
func (s *site) recordOn(ctx context.Context, session *Session, m *myRecord) (err error) {
	m.states, m.told, err = s.statesOn(ctx, session, m.learner, pipeline.AsOf{At: m.at, RulesOfToday: true})
	return err
}

// statesOn answers how a learner's states stood at a time, with why.
func (s *site) statesOn(ctx context.Context, session *Session, learner string, q pipeline.AsOf) (states map[string]mapping.Progress, told map[string]mapping.Explanation, err error) {
	states, told = map[string]mapping.Progress{}, map[string]mapping.Explanation{}
	if learner == "" {
		return states, told, nil
	}
	cases, err := s.Records.AllAsOf(ctx, learner, q)
	if err != nil {
		return nil, nil, fmt.Errorf("read a record of another day: %w", err)
	}
	of := map[string]mapping.Case{}
	for _, c := range cases {
		of[c.Capability] = c
	}
	if told, err = s.explainCases(ctx, session, of); err != nil {
		return nil, nil, err
	}
	for id, x := range told {
		states[id] = mapping.Progress{Capability: id, State: x.State, Have: x.Have, Need: x.Have + x.Missing, Since: x.DecidedAt, Expires: x.Expires}
	}
	return states, told, nil
}

// myRecord answers /me/record.
func (s *site) myRecord(v *visit) (answer, error) {
	q, err := v.query("at", "day", "month", "year")
	if err != nil {
		return answer{}, err
	}
	p, err := s.learnerPage(v, "record", v.say("record.title"))
	if err != nil {
		return answer{}, err
	}
	p.Tabs = s.tabs(v, "record")
	if q.Has("day") || q.Has("month") || q.Has("year") {
		return s.recordOnDay(v, p, q)
	}
	m, err := s.readRecord(v, q)
	if err != nil {
		return answer{}, err
	}
	b, err := s.recordBody(v, p, m, q)
	if err != nil {
		return answer{}, err
	}
	if b.Elsewhen {
		p.Notice = &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("record.on", "date", v.date(m.at))},
			Link: &crumb{v.say("record.differences"), v.to("me/record/differences?at=" + m.at.In(s.Zone).Format(isoDate))}, Also: &crumb{v.say("record.now"), v.to("me/record")}}
	}
	p.Body = b
	return answer{page: p}, nil
}

// recordOnDay turns the day that was typed into an address, or says what is wrong with it.
func (s *site) recordOnDay(v *visit, p *page, q url.Values) (answer, error) {
	typed := [3]string{q.Get("day"), q.Get("month"), q.Get("year")}
	day, ok := readDay(typed, s.Zone)
	if ok && !day.After(s.Now()) {
		return answer{location: v.to("me/record?at=" + day.Format(isoDate))}, nil
	}
	m, err := s.readRecord(v, nil)
	if err != nil {
		return answer{}, err
	}
	b, err := s.recordBody(v, p, m, nil)
	if err != nil {
		return answer{}, err
	}
	b.Date, b.Error = typed, v.say("record.baddate")
	p.Problem, p.Errors, p.Body = true, []fieldError{{b.Error, "day"}}, b
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// recordBody is the record with its first lines, and the way into a window where it is printed.
func (s *site) recordBody(v *visit, p *page, m *myRecord, q url.Values) (b recordBody, err error) {
	b = recordBody{
		Head: v.say("record.head", "date", v.date(s.Now()), "upto", p.Foot[0]), Rest: m.restWords(v),
		Name: v.session.Name, Version: v.say("record.version", "framework", m.cat.Title, "version", m.cat.Version), Part: v.partText(m.cat),
		To: v.to("me/record"), CSV: v.to(addressOf("me/record.csv", q)), Elsewhen: !m.at.IsZero(),
	}
	if keeps(v.session) {
		b.Accounts = v.to("me/accounts")
	}
	if b.Elsewhen {
		day := m.at.In(v.zone)
		b.Head, b.Date = v.say("record.headon", "date", v.date(m.at)), [3]string{strconv.Itoa(day.Day()), strconv.Itoa(int(day.Month())), strconv.Itoa(day.Year())}
	}
	if m.wider {
		b.Every = v.say("record.everyrole")
	}
	b.Rows = v.recordRows(m)
	b.Print, err = s.printForm(v, "me/record")
	return b, err
}

// recordRows are the capabilities that something stands in the record of.
func (v *visit) recordRows(m *myRecord) (rows []recordRow) {
	for _, n := range m.nodes() {
		if !m.listed(n.Node) {
			continue
		}
		p := m.of(n.ID)
		row := recordRow{Name: n.Title, Lang: v.foreign(), Href: v.to("me/capability/" + n.ID), State: p.State, Chip: v.chipWords(p), Rating: m.tracks.ratings[n.ID], Endorsed: endorsementsIn(v.sayHTML, v.locale, m.tracks, n.ID)}
		for _, f := range m.told[n.ID].Counted {
			row.Evidence = append(row.Evidence, v.countedWords(f))
		}
		if n.version != "" {
			row.Kept = v.say("replaced.version", "version", n.version)
		}
		rows = append(rows, row)
	}
	return rows
}

// restWords says how many of all that is tracked have not begun, for every role. Each number leads to its list; there is none of another
// day.
func (m *myRecord) restWords(v *visit) template.HTML {
	t := m.tally(m.tracked(""))
	if !m.at.IsZero() {
		return v.sayHTML("record.rest", "n", t.NotStarted, "of", t.Tracked)
	}
	var role []string
	if m.wider {
		role = []string{"role", allRoles}
	}
	return v.sayHTML("record.rest", "n", v.num(t.NotStarted, m.href(v, "/list", append(role, "state", string(mapping.NotStarted))...)), "of", v.num(t.Tracked, m.href(v, "/list", role...)))
}
