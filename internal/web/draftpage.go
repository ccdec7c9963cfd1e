package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"cairn/mapping"
)

// draftBody is A4: what an author's changes do. Nothing goes live without it.
type draftBody struct {
	Empty                 bool
	Working               string // how far the work has come, "" when it is done
	Again                 string
	Checked               string
	Totals                []stateCount
	Same                  string
	None                  bool     // nobody's evidence changes
	Heads                 []string // of the numbers of a row
	Rows                  []effectRow
	Hidden                string // why counts are hidden, "" when they are not
	Count                 string
	Changes               []changeLine
	Lose                  string // what has to be seen before it is applied, "" when nobody loses
	Seen                  bool
	Post                  string
	Discard               string
	Back                  string
	After                 int64
	Print                 string
	LosePairs, LosePeople int
	Reason                string
	Errors                map[string]string
	MayNot                string
}

// effectRow is a capability with how many people have evidence now and then.
type effectRow struct {
	Name  string
	Cells []totalsCell
	Who   string
}

// changeLine is one change of the draft. Remove is the value that takes it out.
type changeLine struct{ Mark, Text, Remove string }

// previewWait is how long a page waits for the effect of a draft before it says how far the work has come.
const previewWait = 2 * time.Second

// effect works out what the draft does. id is that of a preview that was begun before, "" begins one.
func (s *site) effect(v *visit, d *draft, id string) (EffectsSoFar, string, error) {
	if e, known := s.Previews.Look(v.Context(), id, previewWait); id != "" && known {
		return e, id, e.Err
	}
	cs, err := s.changeset(v, d, "")
	if err != nil {
		return EffectsSoFar{}, "", err
	}
	id, ok := s.Previews.Start(learnerCode(v.session.Course, v.session.Account), cs)
	if !ok {
		return EffectsSoFar{}, "", nil
	}
	e, _ := s.Previews.Look(v.Context(), id, previewWait)
	return e, id, e.Err
}

// draftPreview answers /course/draft.
func (s *site) draftPreview(v *visit) (answer, error) {
	q, err := v.query("undo", "left", "of", "imported", "there")
	if err != nil {
		return answer{}, err
	}
	d, err := s.ownDraft(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.draftPage(v, d, q.Get("of"))
	if err == nil && q.Has("undo") {
		p.Notice = &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("draft.undoes")}}
		if left := smallNumber(q.Get("left")); left > 0 {
			p.Notice.Text = append(p.Notice.Text, v.say("draft.undoleft", "n", left))
		}
	}
	if err == nil && q.Has("imported") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("import.done", "n", smallNumber(q.Get("imported"))), v.say("import.there", "n", smallNumber(q.Get("there")))}}
	}
	return answer{page: p}, err
}

// ownDraft reads the author's draft over the tags of the course.
func (s *site) ownDraft(v *visit) (*draft, error) {
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return nil, err
	}
	return s.draftOf(v.Context(), v.session, t)
}

// draftPage shows the effect of the draft, or how far the preview with this id has come.
func (s *site) draftPage(v *visit, d *draft, id string) (*page, error) {
	p, err := s.leadPage(v, "draft", v.say("draft.title"), "tags", crumb{v.say("grid.crumb"), v.to("course/tags")})
	if err != nil {
		return nil, err
	}
	b := draftBody{
		Empty: len(d.Edits) == 0, Post: v.to("course/draft"), Discard: v.to("course/draft/discard"), Back: v.to("course/tags"),
		MayNot: v.mayNotSave(v.session), Count: v.say("draft.changes", "n", d.changes()),
	}
	p.Body = &b
	if b.Empty {
		return p, nil
	}
	b.Changes = s.changeLines(v, d)
	e, id, err := s.effect(v, d, id)
	if err != nil {
		return nil, fmt.Errorf("work out what a draft does: %w", err)
	}
	if !e.Done {
		b.Working, b.Again = v.say("state.working", "checked", e.Checked, "of", e.Of), v.to(addressOf("course/draft", url.Values{"of": {id}}))
		return p, nil
	}
	s.fillEffects(v, &b, e.Effects, id)
	return p, nil
}

// fillEffects says what the draft does in numbers.
func (s *site) fillEffects(v *visit, b *draftBody, e Effects, id string) {
	cat := s.catalog(v.session)
	b.After, b.Print, b.LosePairs, b.LosePeople = e.After, e.Fingerprint, e.Pairs.Lose, e.People.Lose
	b.Checked = v.say("draft.checked", "n", e.Checked, "time", v.moment(e.At))
	b.None = e.Pairs == (EffectCount{})
	hidden := s.TotalsOnly && slices.Contains(mapping.Hide(e.Checked, []int{e.People.Gain, e.People.Lose, e.People.Expire, e.Same}, nil, s.smallest()), true)
	if !hidden {
		for _, c := range []struct {
			state mapping.State
			key   string
			n     int
		}{{mapping.Evidenced, "gain", e.People.Gain}, {mapping.Withdrawn, "lose", e.People.Lose}, {mapping.Expiring, "expire", e.People.Expire}} {
			b.Totals = append(b.Totals, stateCount{c.state, v.say("draft.people."+c.key, "n", c.n)})
		}
		b.Same = v.say("draft.same", "n", e.Same)
	}
	if e.People.Lose > 0 {
		b.Lose = v.say("draft.seen", "n", e.People.Lose)
		if hidden {
			b.Lose = v.say("draft.seensome")
		}
	}
	for _, head := range []string{"now", "then", "gain", "lose", "expire"} {
		b.Heads = append(b.Heads, v.say("draft."+head))
	}
	for _, c := range e.Capabilities {
		row := effectRow{Name: v.capabilityTitle(cat, c.Capability)}
		counts := []int{c.Now, c.Then, c.Gain, c.Lose, c.Expire}
		hide := s.TotalsOnly && slices.Contains(mapping.Hide(e.Checked, counts, nil, s.smallest()), true)
		for _, n := range counts {
			cell := totalsCell{Text: strconv.Itoa(n)}
			if hide {
				cell, hidden = totalsCell{v.say("totals.hidden"), true}, true
			}
			row.Cells = append(row.Cells, cell)
		}
		if !s.TotalsOnly && c.EffectCount != (EffectCount{}) {
			row.Who = v.to(addressOf("course/draft/who", url.Values{"capability": {c.Capability}, "of": {id}}))
		}
		b.Rows = append(b.Rows, row)
	}
	if hidden {
		b.Hidden = v.say("totals.why", "n", s.smallest())
	}
}

// changeLines says each change of the draft in words. A tag that is removed and added again asks for something else.
func (s *site) changeLines(v *visit, d *draft) []changeLine {
	cat, names, byIRI := s.catalog(v.session), map[string]string{}, map[string]string{}
	for _, a := range d.tags.activities {
		names[a.key()], byIRI[a.IRI] = named(a), named(a)
	}
	words := func(key string, a mapping.Alignment) string {
		name := names[keyOf(a.Selector)]
		if name == "" {
			name = shortAddress(a.Selector.IRI)
		}
		return v.say(key, "activity", name, "capability", v.capabilityTitle(cat, a.Capability), "asks", v.criterionWords(a.Criterion))
	}
	var out []changeLine
	for i, e := range d.Edits {
		at := strconv.Itoa(i)
		switch {
		case e.Add != nil:
			mark, key := "+", "draft.adds"
			if slices.ContainsFunc(d.tags.own(keyOf(e.Add.Selector)), func(a mapping.Alignment) bool { return a.Capability == e.Add.Capability && d.removes(a.ID) }) {
				mark, key = "~", "draft.asks"
			}
			out = append(out, changeLine{mark, words(key, *e.Add), at})
		case e.Rule != nil:
			out = append(out, changeLine{"~", v.say("draft.rule", "capability", v.capabilityTitle(cat, e.Rule.Capability), "rule", strings.Join(v.plainRule(e.Rule.Rule, byIRI), " ")), at})
		default:
			a, _ := d.saved(e.Remove)
			if !d.ticked(keyOf(a.Selector), a.Capability) {
				out = append(out, changeLine{"−", words("draft.removes", a), at})
			}
		}
	}
	return out
}

// draftProblem shows the draft again with what is wrong.
func (s *site) draftProblem(v *visit, d *draft, status int, words, field string) (answer, error) {
	p, err := s.draftPage(v, d, "")
	if err != nil {
		return answer{}, err
	}
	b := p.Body.(*draftBody)
	b.Errors = map[string]string{field: words}
	b.Reason = v.PostForm.Get("reason")
	if b.Empty || b.Working != "" || b.Lose == "" && field == "seen" {
		field = "c"
	}
	p.Problem, p.Errors = true, []fieldError{{words, field}}
	return answer{status: status, page: p}, nil
}
