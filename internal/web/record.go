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
	Rest     string // how many have nothing
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
	r.roleFilter = roleFilter{} // what is taken along is whole
	m := &myRecord{record: r}
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
	b := v.recordBody(m, q)
	b.Head = v.say("record.head", "date", v.date(s.Now()), "upto", p.Foot[0])
	if b.Elsewhen {
		b.Head = v.say("record.headon", "date", v.date(m.at))
		p.Notice = &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("record.on", "date", v.date(m.at))},
			Link: &crumb{v.say("record.differences"), v.to("me/record/differences?at=" + m.at.In(s.Zone).Format(isoDate))}, Also: &crumb{v.say("record.now"), v.to("me/record")}}
	}
	if b.Print, err = s.printForm(v, "me/record"); err != nil {
		return answer{}, err
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
	b := v.recordBody(m, nil)
	b.Date, b.Error = typed, v.say("record.baddate")
	p.Problem, p.Errors, p.Body = true, []fieldError{{b.Error, "day"}}, b
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

func (v *visit) recordBody(m *myRecord, q url.Values) recordBody {
	b := recordBody{
		Name: v.session.Name, Version: v.say("record.version", "framework", m.cat.Title, "version", m.cat.Version), Part: v.partText(m.cat),
		To: v.to("me/record"), CSV: v.to(addressOf("me/record.csv", q)), Elsewhen: !m.at.IsZero(),
	}
	if keeps(v.session) {
		b.Accounts = v.to("me/accounts")
	}
	if b.Elsewhen {
		day := m.at.In(v.zone)
		b.Date = [3]string{strconv.Itoa(day.Day()), strconv.Itoa(int(day.Month())), strconv.Itoa(day.Year())}
	}
	none := 0
	for _, n := range m.nodes() {
		p := m.of(n.ID)
		if p.State == mapping.NotStarted {
			none++
		}
		if !m.listed(n.Node) {
			continue
		}
		row := recordRow{Name: n.Title, Lang: v.foreign(), Href: v.to("me/capability/" + n.ID), State: p.State, Chip: v.chipWords(p), Rating: m.tracks.ratings[n.ID], Endorsed: endorsementsIn(v.sayHTML, v.locale, m.tracks, n.ID)}
		for _, f := range m.told[n.ID].Counted {
			row.Evidence = append(row.Evidence, v.countedWords(f))
		}
		if n.version != "" {
			row.Kept = v.say("replaced.version", "version", n.version)
		}
		b.Rows = append(b.Rows, row)
	}
	b.Rest = v.say("count.not_started", "n", none)
	return b
}
