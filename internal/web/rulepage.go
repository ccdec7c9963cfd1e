package web

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// ruleBody is A3: first what one activity must show, then what the capability needs.
type ruleBody struct {
	Form       ruleForm
	Tag        template.HTML // what the tag is about, "" on the page of the rule alone
	Own        string        // the kinds of record that the tag asks for, where the form has none of these
	Capability template.HTML
	Activities []ruleActivity
	Groups     []groupFields
	Shape      string
	Kinds      []option
	Units      []option
	Picks      []option
	// PickExamples works each way of choosing among records on an example of its own.
	PickExamples []string
	Dated        bool // days are given
	Words        []string
	Example      *ruleExample
	Locked       bool
	Here         string // the page itself
	Cancel       string
	MayNot       string
	Errors       *fieldErrors
}

// ruleActivity is an activity that is tagged with the capability.
type ruleActivity struct {
	Code, IRI, Name string
}

// groupFields are the fields of a group: its parts, each with the activities that may stand in it.
type groupFields struct {
	Number int
	At     int
	Parts  []partFields
}

// ruleEdit is a criterion, a rule, or both, on their way to or from the form.
type ruleEdit struct {
	tags       *courseTags
	draft      *draft
	capability mapping.Node
	activity   *CourseActivity // nil on the page of the rule alone
	activities []ruleActivity
	criterion  mapping.Criterion // in the draft, else as saved
	rule       mapping.Rule
	saved      mapping.Rule // the course's own, the zero Rule for none
	locked     bool
}

// ruleOf answers /course/tags/{tag}/rule and /course/capability/{id}/rule.
func (s *site) ruleOf(v *visit) (answer, error) {
	e, err := s.ruleEdit(v)
	if err != nil {
		return answer{}, err
	}
	f, q := v.formOf(e.criterion, e.rule, e.code), v.URL.Query()
	if q.Has("kind") {
		f = readRuleForm(q)
	}
	p, err := s.rulePage(v, e, f, &fieldErrors{})
	return answer{page: p}, err
}

// saveRule puts the form into the author's draft.
func (s *site) saveRule(v *visit) (answer, error) {
	e, err := s.ruleEdit(v)
	if err != nil {
		return answer{}, err
	}
	f, wrong := readRuleForm(v.PostForm), &fieldErrors{}
	if err := s.put(v, e, f, wrong); err != nil {
		return answer{}, err
	}
	if len(wrong.list) > 0 {
		p, err := s.rulePage(v, e, f, wrong)
		if err != nil {
			return answer{}, err
		}
		p.Problem, p.Errors = true, wrong.list
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	if err := s.keepDraft(v, e.draft); err != nil {
		return answer{}, err
	}
	return answer{location: v.to("course/draft")}, nil
}

// ruleEdit finds what the address names: a tag by capability and activity, or a capability.
func (s *site) ruleEdit(v *visit) (*ruleEdit, error) {
	gone := refuse(http.StatusNotFound, "tag-unknown", "gone")
	id, code := v.param("id"), ""
	if tag := v.param("tag"); tag != "" {
		id, code, _ = strings.Cut(tag, ".")
	}
	e, cat := &ruleEdit{}, s.catalog(v.session)
	var ok bool
	if e.capability, ok = cat.Capability(id); !ok {
		return nil, gone
	}
	var err error
	if e.tags, err = s.courseTags(v.Context(), v.session.Course); err != nil {
		return nil, err
	}
	if e.draft, err = s.draftOf(v.Context(), v.session, e.tags); err != nil {
		return nil, err
	}
	if code != "" {
		a, ok := e.tags.find(code)
		if !ok || !e.draft.ticked(a.key(), id) {
			return nil, gone
		}
		e.activity, e.criterion = &a, e.draft.of(a.key(), id)[0].Criterion
	}
	c, err := s.Records.Case(v.Context(), "", id)
	if err != nil {
		return nil, fmt.Errorf("read a rule: %w", err)
	}
	e.readRules(c.Rules)
	e.readActivities()
	return e, nil
}

// ownRule answers the rule of a capability in a scope itself, and whether a wider one may not be changed there.
func ownRule(rules []mapping.ScopedRule, scope mapping.Scope, capability string) (own mapping.Rule, locked bool) {
	for _, r := range rules {
		if r.Scope.Same(scope) && r.Capability == capability {
			own = r.Rule
		}
		locked = locked || r.Rule.Locked
	}
	return own, locked
}

// readRules takes the course's own rule, as the draft would have it.
func (e *ruleEdit) readRules(rules []mapping.ScopedRule) {
	e.saved, e.locked = ownRule(rules, e.tags.scope, e.capability.ID)
	e.rule = e.saved
	for _, edit := range e.draft.Edits {
		if edit.Rule != nil && edit.Rule.Capability == e.capability.ID {
			e.rule = edit.Rule.Rule
		}
	}
}

// readActivities lists what the capability would be tagged with, each activity once.
func (e *ruleEdit) readActivities() {
	names := map[string]string{}
	for _, a := range e.tags.activities {
		names[a.IRI] = named(a)
	}
	add := func(a mapping.Alignment) {
		known := func(o ruleActivity) bool { return o.IRI == a.Selector.IRI }
		if a.Capability == e.capability.ID && !slices.ContainsFunc(e.activities, known) {
			e.activities = append(e.activities, ruleActivity{e.code(a.Selector.IRI), a.Selector.IRI, cmp.Or(names[a.Selector.IRI], shortAddress(a.Selector.IRI))})
		}
	}
	for _, a := range e.tags.aligned {
		if !e.draft.removes(a.ID) {
			add(a)
		}
	}
	for _, edit := range e.draft.Edits {
		if edit.Add != nil {
			add(*edit.Add)
		}
	}
}

// code is how the form names an activity.
func (e *ruleEdit) code(iri string) string { return codeOf(iri) }

// put writes the form into the draft that e holds.
func (s *site) put(v *visit, e *ruleEdit, f ruleForm, wrong *fieldErrors) error {
	if e.activity != nil {
		c := f.criterion(v.locale, e.criterion, wrong)
		id, err := s.newID()
		if err != nil {
			return err
		}
		if len(wrong.list) == 0 {
			e.draft.asks(*e.activity, e.capability.ID, id, c)
		}
	}
	if e.locked {
		return nil
	}
	r := f.rule(v.locale, e.activities, wrong)
	if len(wrong.list) == 0 {
		e.draft.setRule(mapping.ScopedRule{Capability: e.capability.ID, Scope: e.tags.scope, Rule: r}, e.saved)
	}
	return nil
}

// rulePage shows the form with its rule in words and a worked example. What the form holds is nowhere kept.
func (s *site) rulePage(v *visit, e *ruleEdit, f ruleForm, wrong *fieldErrors) (*page, error) {
	title := v.say("ruleform.title")
	p, err := s.leadPage(v, "rule", title, "tags", crumb{v.say("grid.crumb"), v.to(addressOf("course/tags", url.Values{"section": {e.capability.Parent}}))})
	if err != nil {
		return nil, err
	}
	b := ruleBody{
		Form: f, Capability: v.inForeign(e.capability.Title), Activities: e.activities, Locked: e.locked, Errors: wrong, MayNot: v.mayNotSave(v.session),
		Here: v.to("course/capability/" + e.capability.ID + "/rule"), Cancel: v.to(addressOf("course/tags", url.Values{"section": {e.capability.Parent}})),
	}
	if e.activity != nil {
		b.Tag = v.sayHTML("grid.label", "activity", named(*e.activity), "capability", b.Capability)
		b.Here = v.to("course/tags/" + e.capability.ID + "." + e.activity.code() + "/rule")
		if f.What == "own" {
			b.Own = v.criterionWords(e.criterion)
		}
	}
	b.choices(v, e)
	b.Dated = f.From != [3]string{} || f.Until != [3]string{} || wrong.Of("fday") != ""
	b.PickExamples = v.pickExamples(f)
	trial, sound := *e, &fieldErrors{}
	d := *e.draft
	d.Edits = slices.Clone(d.Edits)
	trial.draft = &d
	if err := s.put(v, &trial, f, sound); err != nil {
		return nil, err
	}
	if len(sound.list) == 0 {
		if b.Words, b.Example, err = s.worked(v, &trial); err != nil {
			return nil, err
		}
	}
	p.Body = b
	return p, nil
}

// choices fills what can be chosen.
func (b *ruleBody) choices(v *visit, e *ruleEdit) {
	for _, kind := range []mapping.RuleKind{mapping.RuleAny, mapping.RuleN, mapping.RuleAll, mapping.RulePoints, mapping.RuleGroups} {
		b.Kinds = append(b.Kinds, option{string(kind), v.say("ruleform.kind." + string(kind)), b.Form.Kind == string(kind)})
	}
	for _, unit := range units {
		b.Units = append(b.Units, option{unit, v.say("ruleform.unit." + unit), b.Form.Unit == unit})
	}
	for _, pick := range []mapping.Pick{mapping.PickHighest, mapping.PickLatest, mapping.PickMostCommon} {
		b.Picks = append(b.Picks, option{string(pick), v.say("ruleform.pick." + cmp.Or(string(pick), "highest")), b.Form.Pick == string(pick)})
	}
	var shape []string
	for g, group := range b.Form.Groups {
		fields := groupFields{Number: g + 1, At: g}
		for p, set := range group {
			id := "g" + strconv.Itoa(g) + "p" + strconv.Itoa(p)
			part := partFields{ID: id, Legend: v.say("ruleform.part", "group", g+1, "part", p+1), Error: b.Errors.Of(id)}
			b.Form.partButtons(g, p, &part)
			for _, a := range e.activities {
				part.Boxes = append(part.Boxes, option{a.Code, a.Name, set[a.Code]})
			}
			fields.Parts = append(fields.Parts, part)
		}
		b.Groups, shape = append(b.Groups, fields), append(shape, strconv.Itoa(len(group)))
	}
	b.Shape = strings.Join(shape, " ")
}

// asks gives a tag its criterion. What is saved already needs no change.
func (d *draft) asks(a CourseActivity, capability, id string, c mapping.Criterion) {
	var saved []mapping.Alignment
	for _, o := range d.tags.own(a.key()) {
		if o.Capability == capability {
			saved = append(saved, o)
		}
	}
	kind, placed := a.kind(), false
	if has := d.of(a.key(), capability); len(has) > 0 {
		kind, placed = has[0].Selector.Kind, has[0].Placed
	}
	d.untick(a.key(), capability)
	added := a.alignment(id, capability, kind, d.tags.scope)
	added.Criterion, added.Placed = c, placed || added.Placed
	if len(saved) == 1 && saved[0].Twin(added) {
		d.takeOut(mapping.Edit{Remove: saved[0].ID})
		return
	}
	d.Edits = append(d.Edits, mapping.Edit{Add: &added})
}

// setRule sets the course's own rule of a capability. One that is saved already needs no change, and any one activity is what holds
// without a rule.
func (d *draft) setRule(r mapping.ScopedRule, saved mapping.Rule) {
	d.takeOut(mapping.Edit{Rule: &r})
	usual := mapping.Rule{Kind: mapping.RuleAny}
	if r.Rule.Equal(saved) || saved.Kind == "" && r.Rule.Equal(usual) {
		return
	}
	d.Edits = append(d.Edits, mapping.Edit{Rule: &r})
}
