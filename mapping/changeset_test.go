package mapping_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func known() mapping.Known {
	return mapping.Known{
		Capability: func(id string) bool { return id == "c" || id == "d" || id == "old" },
		Alignment: func(id string) (mapping.Alignment, bool) {
			switch id {
			case "here", "there":
				return tag(id, course2, quiz), true
			case "elsewhere":
				return tag("elsewhere", course3, quiz), true
			}
			return mapping.Alignment{}, false
		},
		Active: func(iri string) []mapping.Alignment {
			if iri != page {
				return nil
			}
			there := tag("there", course2, page)
			there.Criterion = mapping.Criterion{Verbs: []string{scored, viewed}, MinMilli: ptr(500)}
			return []mapping.Alignment{there}
		},
		Retired: func(id string) bool { return id == "old" },
		Link:    func(iri string) bool { return iri == page },
		Own:     func(iri string) bool { return strings.HasPrefix(iri, "https://cairn.example/capability/") },
	}
}

func adds(change func(*mapping.Alignment)) []mapping.Edit {
	a := tag("new", course2, quiz)
	change(&a)
	return []mapping.Edit{{Add: &a}}
}

func rules2(r mapping.ScopedRule) []mapping.Edit { return []mapping.Edit{{Rule: &r}} }

func TestChangesetsAreRefusedByRule(t *testing.T) {
	good := adds(func(*mapping.Alignment) {})
	for name, c := range map[string]struct {
		edits []mapping.Edit
		want  error
	}{
		"good tag":                {good, nil},
		"good removal":            {[]mapping.Edit{{Remove: "here"}}, nil},
		"good rule":               {rules2(rule(course2, mapping.RuleN, 2)), nil},
		"rule of the wider scope": {rules2(rule(course2, "", 0)), nil},
		"placed in the course":    {adds(func(a *mapping.Alignment) { a.Placed = true }), nil},
		"prefix with a host":      {adds(func(a *mapping.Alignment) { a.Selector = mapping.Selector{Kind: mapping.SelectPrefix, IRI: site} }), nil},
		"an urn":                  {adds(func(a *mapping.Alignment) { a.Selector.IRI = "urn:isbn:3" }), nil},
		"least score and verbs": {adds(func(a *mapping.Alignment) {
			a.Criterion = mapping.Criterion{Verbs: []string{scored}, MinMilli: ptr(1000)}
		}), nil},

		"the same under another id": {adds(func(a *mapping.Alignment) {
			a.Selector.IRI, a.Criterion = page, mapping.Criterion{Verbs: []string{viewed, scored}, MinMilli: ptr(500)}
		}), mapping.ErrAligned},
		"the same, the other removed": {append(adds(func(a *mapping.Alignment) {
			a.Selector.IRI, a.Criterion = page, mapping.Criterion{Verbs: []string{viewed, scored}, MinMilli: ptr(500)}
		}), mapping.Edit{Remove: "there"}), nil},
		"another least score": {adds(func(a *mapping.Alignment) {
			a.Selector.IRI, a.Criterion = page, mapping.Criterion{Verbs: []string{viewed, scored}, MinMilli: ptr(501)}
		}), nil},
		"placed, where one is not": {adds(func(a *mapping.Alignment) {
			a.Selector.IRI, a.Criterion, a.Placed = page, mapping.Criterion{Verbs: []string{viewed, scored}, MinMilli: ptr(500)}, true
		}), nil},

		"a link that was placed":    {adds(func(a *mapping.Alignment) { a.Selector = mapping.Selector{Kind: mapping.SelectLink, IRI: page} }), nil},
		"a link that was not":       {adds(func(a *mapping.Alignment) { a.Selector.Kind = mapping.SelectLink }), mapping.ErrNotALink},
		"only in retired versions":  {adds(func(a *mapping.Alignment) { a.Capability = "old" }), mapping.ErrRetiredCapability},
		"a rule of what is retired": {rules2(mapping.ScopedRule{Capability: "old", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleAny}}), nil},

		"no edits":                     {nil, mapping.ErrNoEdits},
		"too many edits":               {make([]mapping.Edit, 5001), mapping.ErrTooManyEdits},
		"nothing set":                  {[]mapping.Edit{{}}, mapping.ErrOneField},
		"two set":                      {[]mapping.Edit{{Add: good[0].Add, Remove: "here"}}, mapping.ErrOneField},
		"no id":                        {adds(func(a *mapping.Alignment) { a.ID = "" }), mapping.ErrEmptyID},
		"id of another":                {adds(func(a *mapping.Alignment) { a.ID = "here" }), mapping.ErrIDTaken},
		"unknown capability":           {adds(func(a *mapping.Alignment) { a.Capability = "z" }), mapping.ErrUnknownCapability},
		"another course":               {adds(func(a *mapping.Alignment) { a.Scope = course3 }), mapping.ErrOtherScope},
		"a wider scope":                {adds(func(a *mapping.Alignment) { a.Scope = instance }), mapping.ErrOtherScope},
		"unknown selector":             {adds(func(a *mapping.Alignment) { a.Selector.Kind = "regexp" }), mapping.ErrSelectorKind},
		"empty IRI":                    {adds(func(a *mapping.Alignment) { a.Selector.IRI = "" }), mapping.ErrIRIEmpty},
		"relative IRI":                 {adds(func(a *mapping.Alignment) { a.Selector.IRI = "/mod/quiz" }), mapping.ErrIRINotAbsolute},
		"IRI with a space":             {adds(func(a *mapping.Alignment) { a.Selector.IRI = "https://a.example/b c" }), mapping.ErrIRINotAbsolute},
		"IRI of a scheme alone":        {adds(func(a *mapping.Alignment) { a.Selector.IRI = "https:" }), mapping.ErrIRINotAbsolute},
		"IRI without a host":           {adds(func(a *mapping.Alignment) { a.Selector.IRI = "http:///mod" }), mapping.ErrIRINotAbsolute},
		"a capability":                 {adds(func(a *mapping.Alignment) { a.Selector.IRI = "https://cairn.example/capability/c" }), mapping.ErrOwnActivity},
		"score over the top":           {adds(func(a *mapping.Alignment) { a.Criterion.MinMilli = ptr(1001) }), mapping.ErrScoreRange},
		"verb that is no IRI":          {adds(func(a *mapping.Alignment) { a.Criterion.Verbs = []string{"completed"} }), mapping.ErrIRINotAbsolute},
		"unknown alignment":            {[]mapping.Edit{{Remove: "gone"}}, mapping.ErrUnknownAlignment},
		"alignment elsewhere":          {[]mapping.Edit{{Remove: "elsewhere"}}, mapping.ErrOtherScope},
		"removed twice":                {[]mapping.Edit{{Remove: "here"}, {Remove: "here"}}, mapping.ErrTwice},
		"tagged twice":                 {append(adds(func(*mapping.Alignment) {}), adds(func(a *mapping.Alignment) { a.ID = "other" })...), mapping.ErrTwice},
		"unknown rule":                 {rules2(rule(course2, "most", 0)), mapping.ErrRuleKind},
		"n_of none":                    {rules2(rule(course2, mapping.RuleN, 0)), mapping.ErrRuleN},
		"any with a number":            {rules2(rule(course2, mapping.RuleAny, 2)), mapping.ErrRuleN},
		"rule elsewhere":               {rules2(rule(course3, mapping.RuleAny, 0)), mapping.ErrOtherScope},
		"rule of another's capability": {rules2(mapping.ScopedRule{Capability: "z", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleAny}}), mapping.ErrUnknownCapability},
	} {
		cs := mapping.Changeset{ID: "cs", Author: "a", Scope: course2, Edits: c.edits}
		err := cs.Validate(known())
		var refused *mapping.EditError
		if !errors.Is(err, c.want) || err != nil && !errors.As(err, &refused) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestChangesetScopesAreWhole(t *testing.T) {
	for name, s := range map[string]mapping.Scope{
		"none": {}, "unknown": {Kind: "galaxy"}, "course without context": {Kind: mapping.ScopeCourse, Registration: "r1"},
		"registration without id": {Kind: mapping.ScopeRegistration}, "instance with a registration": {Kind: mapping.ScopeInstance, Registration: "r1"},
	} {
		err := mapping.Changeset{ID: "cs", Scope: s, Edits: adds(func(*mapping.Alignment) {})}.Validate(known())
		if !errors.Is(err, mapping.ErrScopeIncomplete) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (mapping.Changeset{}).Validate(known()); !errors.Is(err, mapping.ErrEmptyID) {
		t.Errorf("without id: %v", err)
	}
	placed := adds(func(a *mapping.Alignment) { a.Scope, a.Placed = instance, true })
	if err := (mapping.Changeset{ID: "cs", Scope: instance, Edits: placed}).Validate(known()); !errors.Is(err, mapping.ErrPlacedScope) {
		t.Errorf("placed everywhere: %v", err)
	}
}

func TestUndoReversesEdits(t *testing.T) {
	added, removed := tag("new", course2, page), tag("here", course2, quiz)
	set := rule(course2, mapping.RuleN, 2)
	cs := mapping.Changeset{ID: "cs", Scope: course2, Edits: []mapping.Edit{{Add: &added}, {Remove: "here"}, {Rule: &set}}}
	before := mapping.Before{
		Alignment: known().Alignment,
		Rule:      func(mapping.ScopedRule) (mapping.Rule, bool) { return mapping.Rule{Kind: mapping.RuleAll}, true },
		Stands:    func(mapping.ScopedRule) bool { return true },
	}
	undo, err := cs.Undo(mapping.Changeset{ID: "undo", Author: "b", Reason: "a slip"}, before)
	if err != nil {
		t.Fatal(err)
	}
	if undo.Undoes != "cs" || undo.ID != "undo" || undo.Author != "b" || undo.Scope != course2 || len(undo.Edits) != 3 {
		t.Fatalf("%+v", undo)
	}
	was := rule(course2, mapping.RuleAll, 0)
	again := undo.Edits[1].Add
	if again == nil || again.ID == "here" || again.ID == "" {
		t.Fatalf("an alignment that ended cannot begin again: %+v", again)
	}
	removed.ID = again.ID
	if diff := cmp.Diff([]mapping.Edit{{Rule: &was}, {Add: &removed}, {Remove: "new"}}, undo.Edits); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if second, err := cs.Undo(mapping.Changeset{ID: "undo"}, before); err != nil || second.Edits[1].Add.ID != again.ID {
		t.Error("undo is not deterministic")
	}
	before.Stands = func(r mapping.ScopedRule) bool { return !r.Replaces(set) }
	if rest, err := cs.Undo(mapping.Changeset{ID: "undo"}, before); err != nil || len(rest.Edits) != 2 || rest.Edits[0].Add == nil {
		t.Errorf("a later rule is taken back: %+v %v", rest, err)
	}
	before.Alignment = func(string) (mapping.Alignment, bool) { return mapping.Alignment{}, false }
	if _, err := cs.Undo(mapping.Changeset{ID: "undo"}, before); !errors.Is(err, mapping.ErrUnknownAlignment) {
		t.Errorf("%v, want ErrUnknownAlignment", err)
	}
}
