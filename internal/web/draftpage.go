package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"cairn/mapping"
)

// draftBody is A4: what an author's changes do. Nothing goes live without it.
type draftBody struct {
	Empty   bool
	Working string // how far the work has come, "" when it is done
	Again   string
	effectTable
	Count                 string
	Changes               []changeLine
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

// changeLine is one change of the draft. Remove is the value that takes it out.
type changeLine struct {
	Mark   string
	Text   template.HTML
	Remove string
}

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
	if b.Changes, err = s.changeLines(v, d); err != nil {
		return nil, err
	}
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
	b.After, b.Print, b.LosePairs, b.LosePeople = e.After, e.Fingerprint, e.Pairs.Lose, e.People.Lose
	b.effectTable = v.effectTable(s.catalog(v.session), e, s.hiding(s.TotalsOnly))
	b.Named = !s.TotalsOnly
	for i, c := range e.Capabilities {
		if b.Named && c.EffectCount != (EffectCount{}) {
			b.Rows[i].Who = v.to(addressOf("course/draft/who", url.Values{"capability": {c.Capability}, "of": {id}}))
		}
	}
}

// changeLines says each change of the draft in words. A tag that is removed and added again asks for something else.
func (s *site) changeLines(v *visit, d *draft) (out []changeLine, err error) {
	names := d.names()
	for i, e := range d.Edits {
		line := changeLine{Remove: strconv.Itoa(i)}
		switch {
		case e.Add != nil:
			line.Mark, line.Text = "+", s.tagWords(v, "draft.adds", *e.Add, names)
			if slices.ContainsFunc(d.tags.own(keyOf(e.Add.Selector)), func(a mapping.Alignment) bool { return a.Capability == e.Add.Capability && d.removes(a.ID) }) {
				line.Mark, line.Text = "~", s.tagWords(v, "draft.asks", *e.Add, names)
			}
		case e.Rule != nil:
			if line.Text, err = s.ruleFromTo(v, d, *e.Rule, names); err != nil {
				return nil, err
			}
			line.Mark = "~"
		default:
			a, _ := d.saved(e.Remove)
			if d.ticked(keyOf(a.Selector), a.Capability) {
				continue
			}
			line.Mark, line.Text = "−", s.tagWords(v, "draft.removes", a, names)
		}
		out = append(out, line)
	}
	return out, nil
}

// names is what the activities of the course are called, by key and by IRI.
func (d *draft) names() map[string]string {
	out := map[string]string{}
	for _, a := range d.tags.activities {
		out[a.key()], out[a.IRI] = named(a), named(a)
	}
	return out
}

func (s *site) tagWords(v *visit, key string, a mapping.Alignment, names map[string]string) template.HTML {
	name := cmp.Or(names[keyOf(a.Selector)], shortAddress(a.Selector.IRI))
	return v.sayHTML(key, "activity", name, "capability", v.capabilityWords(s.catalog(v.session), a.Capability), "asks", v.criterionWords(a.Criterion))
}

// ruleFromTo says what a rule of the course is now and what it would be.
func (s *site) ruleFromTo(v *visit, d *draft, r mapping.ScopedRule, names map[string]string) (template.HTML, error) {
	c, err := s.Records.Case(v.Context(), "", r.Capability)
	if err != nil {
		return "", fmt.Errorf("read a rule: %w", err)
	}
	now, _ := ownRule(c.Rules, d.tags.scope, r.Capability)
	return v.sayHTML("draft.rule", "capability", v.capabilityWords(s.catalog(v.session), r.Capability), "from", v.briefRule(now, names), "to", v.briefRule(r.Rule, names)), nil
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
