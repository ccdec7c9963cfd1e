package web

import (
	"net/http"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// differencesBody is what differs between a record as it stood on a day, what today's rules make of it, and the record as it is now.
type differencesBody struct {
	Count string
	Heads []string // of the three
	Rows  []differenceRow
	None  string
	Back  string // address of the record of that day
	Part  string
}

type differenceRow struct {
	Name, Href string
	Lang       string
	Chips      []differenceChip // in the order of the heads
}

type differenceChip struct {
	State mapping.State
	Chip  string
	Head  string // where cells stand below one another
}

// recordDifferences answers /me/record/differences?at=.
func (s *site) recordDifferences(v *visit) (answer, error) {
	q, err := v.query("at")
	if err != nil {
		return answer{}, err
	}
	day, err := time.ParseInLocation(isoDate, q.Get("at"), s.Zone)
	if err != nil || day.After(s.Now()) {
		return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	r.roleFilter = roleFilter{}
	p, err := s.learnerPage(v, "differences", v.say("differences.title"), crumb{v.say("record.title"), v.to("me/record?at=" + q.Get("at"))})
	if err != nil {
		return answer{}, err
	}
	p.Tabs = s.tabs(v, "record")
	p.Body, err = s.differencesOf(v, r, day.AddDate(0, 0, 1).Add(-time.Microsecond))
	return answer{page: p}, err
}

func (s *site) differencesOf(v *visit, r *record, at time.Time) (differencesBody, error) {
	day := at.In(s.Zone).Format(isoDate)
	b := differencesBody{Heads: []string{v.say("differences.then", "date", v.date(at)), v.say("differences.today"), v.say("differences.now")}, Part: v.partText(r.cat),
		Back: v.to("me/record?at=" + day), None: v.say("differences.none")}
	then, _, err := s.statesOn(v.Context(), v.session, r.learner, pipeline.AsOf{At: at})
	if err != nil {
		return b, err
	}
	today, _, err := s.statesOn(v.Context(), v.session, r.learner, pipeline.AsOf{At: at, RulesOfToday: true})
	if err != nil {
		return b, err
	}
	whole := myRecord{record: r, kept: s.replaced(r)}
	for _, n := range whole.nodes() {
		three := []mapping.Progress{orNotStarted(then[n.ID]), orNotStarted(today[n.ID]), r.of(n.ID)}
		if same(three[0], three[1]) && same(three[1], three[2]) {
			continue
		}
		row := differenceRow{Name: n.Title, Lang: v.foreign(), Href: v.to("me/capability/" + n.ID + "?at=" + day)}
		for i, one := range three {
			row.Chips = append(row.Chips, differenceChip{one.State, v.chipWords(one), b.Heads[i]})
		}
		b.Rows = append(b.Rows, row)
	}
	b.Count = v.say("list.count", "n", len(b.Rows))
	return b, nil
}

// orNotStarted is the state of what nothing is known of, too.
func orNotStarted(p mapping.Progress) mapping.Progress {
	if p.State == "" {
		p.State = mapping.NotStarted
	}
	return p
}

// same says whether two states read the same, but for their dates.
func same(a, b mapping.Progress) bool {
	return a.State == b.State && (a.State != mapping.InProgress || a.Have == b.Have && a.Need == b.Need)
}
