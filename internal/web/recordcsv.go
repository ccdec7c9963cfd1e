package web

import (
	"cmp"
	"strings"

	"cairn/mapping"
)

// recordCSV answers /me/record.csv: the whole explanation of every capability, one row an item of evidence and one where there is none, in
// the words of the page, with days as ISO 8601 writes them.
func (s *site) recordCSV(v *visit) (answer, error) {
	q, err := v.query("at")
	if err != nil {
		return answer{}, err
	}
	m, err := s.readRecord(v, q)
	if err != nil {
		return answer{}, err
	}
	return s.recordFile(v, m)
}

// personCSV answers /course/people/{learner}/record.csv: the same for those who lead the course, as they may read it.
func (s *site) personCSV(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	r, _, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	m, err := s.recordNow(v, &myRecord{record: r})
	if err != nil {
		return answer{}, err
	}
	return s.recordFile(v, m)
}

// recordFile writes a record as a table.
func (s *site) recordFile(v *visit, m *myRecord) (answer, error) {
	rating := v.say("tracks.rating")
	if m.name != "" {
		rating = v.say("tracks.theirs")
	}
	rows := [][]string{{
		v.say("csv.framework"), v.say("csv.version"), v.say("csv.code"), v.say("csv.capability"), v.say("csv.level"), v.say("csv.status"),
		v.say("csv.activity"), v.say("csv.address"), v.say("csv.date"), v.say("csv.score"), v.say("csv.counts"),
		rating, v.say("tracks.endorsement"),
		v.say("csv.reason"), v.say("csv.rule"), v.say("csv.missing"), v.say("csv.next"), v.say("csv.ends"), v.say("csv.later"),
	}}
	if err := s.tellRest(v, m); err != nil {
		return answer{}, err
	}
	for _, n := range m.nodes() {
		rows = append(rows, v.evidenceRows(m, n, m.of(n.ID))...)
	}
	return csvFile("record", rows)
}

// tellRest explains what a record of now has nothing of either: what its rule asks for. A record of another day tells of what counted then.
func (s *site) tellRest(v *visit, m *myRecord) error {
	if m.learner == "" || !m.at.IsZero() {
		return nil
	}
	var rest []string
	for _, n := range m.nodes() {
		if _, told := m.told[n.ID]; !told {
			rest = append(rest, n.ID)
		}
	}
	return s.tellMore(v, m, rest)
}

// standCells is what is the same for every row of a capability: its rule, what is still needed, what would count, and what time changes.
func (v *visit) standCells(m *myRecord, x mapping.Explanation, told bool) []string {
	if !told {
		none := v.say("csv.none")
		return []string{none, none, none, none, none}
	}
	var next []string
	for _, a := range x.Next {
		if m.name == "" || a.Scope.Contains(v.session.Course.Scope()) {
			next = append(next, activityName(a))
		}
	}
	ends := ""
	if !x.Expires.IsZero() {
		ends = x.Expires.In(v.zone).Format(isoDate)
	}
	cells := []string{strings.Join(v.ruleWords(x.Rule), " "), strings.Join(m.tell.needed(x), " "), strings.Join(next, "; "), ends, strings.Join(v.laterWords(x), " ")}
	for i := range cells {
		cells[i] = cmp.Or(cells[i], v.say("csv.none"))
	}
	return cells
}

// evidenceRows is one capability: what counted first, then what did not, with its reason.
func (v *visit) evidenceRows(m *myRecord, n keptNode, state mapping.Progress) (rows [][]string) {
	head := []string{m.cat.Title, cmp.Or(n.version, m.cat.Version), n.Code, n.Title, v.levelName(m.cat, n.Level), v.chipWords(state)}
	rating := cmp.Or(m.tracks.ratings[n.ID], v.say("csv.none"))
	endorsed := cmp.Or(strings.Join(endorsementsIn(v.say, v.locale, m.tracks, n.ID), "; "), v.say("csv.none"))
	x, told := m.told[n.ID]
	stand := v.standCells(m, x, told)
	add := func(f mapping.Finding, counts string) {
		score := v.say("csv.none")
		if f.Score != nil {
			score = v.milli(*f.Score)
		}
		name, address, reason := activityName(f.Activity), f.Activity.IRI, cmp.Or(string(f.Reason), v.say("csv.none"))
		if m.tell.hides(f.Statement) {
			name, address, score, reason = v.say("review.fromelsewhere"), v.say("csv.none"), v.say("csv.none"), v.say("csv.none")
		}
		row := append(head[:len(head):len(head)], name, address, f.At.In(v.zone).Format(isoDate), score, counts, rating, endorsed)
		rows = append(rows, append(append(row, reason), stand...))
	}
	for _, f := range x.Counted {
		add(f, v.say("csv.yes"))
	}
	for _, f := range x.NotCounted {
		add(f, m.tell.reason(f))
	}
	if len(rows) == 0 { // nothing was done; something may be said or seen
		none := v.say("csv.none")
		rows = append(rows, append(append(head, none, none, none, none, none, rating, endorsed, none), stand...))
	}
	return rows
}
