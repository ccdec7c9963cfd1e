package web

import (
	"cmp"
	"strings"

	"cairn/mapping"
)

// recordCSV answers /me/record.csv: one row an item of evidence, in the words of the page, with days as ISO 8601 writes them.
func (s *site) recordCSV(v *visit) (answer, error) {
	q, err := v.query("at")
	if err != nil {
		return answer{}, err
	}
	m, err := s.readRecord(v, q)
	if err != nil {
		return answer{}, err
	}
	rows := [][]string{{
		v.say("csv.framework"), v.say("csv.version"), v.say("csv.code"), v.say("csv.capability"), v.say("csv.level"), v.say("csv.status"),
		v.say("csv.activity"), v.say("csv.address"), v.say("csv.date"), v.say("csv.score"), v.say("csv.counts"),
		v.say("tracks.rating"), v.say("tracks.endorsement"),
	}}
	for _, n := range m.nodes() {
		if m.listed(n.Node) {
			rows = append(rows, v.evidenceRows(m, n, m.of(n.ID))...)
		}
	}
	return csvFile("record", rows)
}

// evidenceRows is one capability: what counted first, then what did not, with its reason.
func (v *visit) evidenceRows(m *myRecord, n keptNode, state mapping.Progress) (rows [][]string) {
	head := []string{m.cat.Title, cmp.Or(n.version, m.cat.Version), n.Code, n.Title, v.levelName(m.cat, n.Level), v.chipWords(state)}
	rating := cmp.Or(m.tracks.ratings[n.ID], v.say("csv.none"))
	endorsed := cmp.Or(strings.Join(m.tracks.endorsed[n.ID], "; "), v.say("csv.none"))
	add := func(f mapping.Finding, counts string) {
		score := v.say("csv.none")
		if f.Score != nil {
			score = v.milli(*f.Score)
		}
		rows = append(rows, append(head[:len(head):len(head)], activityName(f.Activity), f.Activity.IRI, f.At.In(v.zone).Format(isoDate), score, counts, rating, endorsed))
	}
	x := m.told[n.ID]
	for _, f := range x.Counted {
		add(f, v.say("csv.yes"))
	}
	for _, f := range x.NotCounted {
		add(f, v.reasonWords(f))
	}
	if len(rows) == 0 { // said or seen, and nothing was done
		none := v.say("csv.none")
		rows = append(rows, append(head, none, none, none, none, none, rating, endorsed))
	}
	return rows
}
