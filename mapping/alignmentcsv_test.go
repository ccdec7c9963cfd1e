package mapping_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

// codes of the capabilities in the tables: c is called 6.1, d by its id.
var intoCourse2 = mapping.AlignmentImport{
	Scope: course2, ID: "cs",
	Capability: func(name string) (string, bool) {
		id, ok := map[string]string{"6.1": "c", "c": "c", "d": "d"}[name]
		return id, ok
	},
	Own: func(iri string) bool { return strings.HasPrefix(iri, "https://cairn.example/capability/") },
}

func called(id string) string {
	if id == "c" {
		return "6.1"
	}
	return id
}

func TestAlignmentsAreReadFromATable(t *testing.T) {
	got, err := mapping.ReadAlignments("tags.csv", []byte("capability,activity,min_score,verbs,selector,min_duration,kind,placed\n"+
		"6.1,"+quiz+",70.5,passed "+scored+",exact,PT1H30M,recorded,yes\n"+
		"d,"+page+",,,,,any,no\n"), intoCourse2)
	if err != nil {
		t.Fatal(err)
	}
	want := []mapping.Alignment{
		{Capability: "c", Scope: course2, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: quiz}, Placed: true, Criterion: mapping.Criterion{
			Verbs: []string{mapping.VerbPassed, scored}, MinMilli: ptr(705), MinDuration: mapping.Duration(90 * time.Minute), NoSelf: true}},
		{Capability: "d", Scope: course2, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: page}},
	}
	for i := range got {
		if want[i].ID = got[i].ID; got[i].ID == "" || got[0].ID == got[1].ID {
			t.Errorf("row %d has id %q", i, got[i].ID)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTablesOfAlignmentsAreRefusedRowByRow(t *testing.T) {
	const head = "activity,selector,capability,verbs,min_score,min_duration,kind,placed\n"
	for name, c := range map[string]struct {
		table string
		where string
	}{
		"no column for the capability": {"activity\n" + quiz + "\n", "row 1"},
		"an unknown column":            {"activity,capability,colour\n" + quiz + ",6.1,red\n", "row 1"},
		"an unknown capability":        {head + quiz + ",,7.9,,,,,\n", `row 2, column "capability"`},
		"no activity":                  {head + ",,6.1,,,,,\n", `row 2, column "activity"`},
		"an unknown selector":          {head + quiz + ",like,6.1,,,,,\n", `row 2, column "activity"`},
		"a verb that is no IRI":        {head + quiz + ",,6.1,done,,,,\n", `row 2, column "verbs"`},
		"a score over 100":             {head + quiz + ",,6.1,,100.1,,,\n", `row 2, column "min_score"`},
		"a score with two decimals":    {head + quiz + ",,6.1,,70.25,,,\n", `row 2, column "min_score"`},
		"a negative score":             {head + quiz + ",,6.1,,-1,,,\n", `row 2, column "min_score"`},
		"a time that is no duration":   {head + quiz + ",,6.1,,,30,,\n", `row 2, column "min_duration"`},
		"an unknown kind":              {head + quiz + ",,6.1,,,,some,\n", `row 2, column "kind"`},
		"an unclear placing":           {head + quiz + ",,6.1,,,,,maybe\n", `row 2, column "placed"`},
		"a capability as activity":     {head + "https://cairn.example/capability/c,,6.1,,,,,\n", `row 2, column "activity"`},
		"the same twice":               {head + quiz + ",,6.1,,,,,\n" + quiz + ",under,c,,,,any,no\n", "row 3"},
		"too many rows":                {head + strings.Repeat(quiz+",,6.1,,,,,\n", 5001), "file"},
	} {
		got, err := mapping.ReadAlignments("tags.csv", []byte(c.table), intoCourse2)
		var refused *mapping.ImportError
		if !errors.As(err, &refused) || refused.Problems[0].Where != c.where {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	linked := intoCourse2
	linked.Refused = func(all []mapping.Selector) (map[mapping.Selector]error, error) {
		out := map[mapping.Selector]error{}
		for _, s := range all {
			if s.Kind == mapping.SelectLink && s.IRI != page {
				out[s] = mapping.ErrNotALink
			}
		}
		return out, nil
	}
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+page+",link,6.1,,,,,\n"), linked); err != nil {
		t.Errorf("a link that was placed: %v", err)
	}
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+quiz+",link,6.1,,,,,\n"), linked); err == nil || !strings.Contains(err.Error(), `row 2, column "activity"`) {
		t.Errorf("a link that was not placed: %v", err)
	}
	linked.Refused = func([]mapping.Selector) (map[mapping.Selector]error, error) { return nil, errors.New("away") }
	var refused *mapping.ImportError
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+page+",,6.1,,,,,\n"), linked); err == nil || errors.As(err, &refused) {
		t.Errorf("nobody knows what may be aligned: %v", err)
	}
	retired := intoCourse2
	retired.Retired = func(id string) bool { return id == "d" }
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+page+",,6.1,,,,,\n"+page+",,d,,,,,\n"), retired); err == nil || !strings.Contains(err.Error(), `row 3, column "capability"`) {
		t.Errorf("only in retired versions: %v", err)
	}
	elsewhere := intoCourse2
	elsewhere.Scope = instance
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+quiz+",,6.1,,,,,yes\n"), elsewhere); err == nil || !strings.Contains(err.Error(), `row 2, column "placed"`) {
		t.Errorf("placed outside a course: %v", err)
	}
	if _, err := mapping.ReadAlignments("tags.csv", []byte(head+quiz+",link,6.1,,,,,\n"), elsewhere); err == nil || !strings.Contains(err.Error(), `row 2, column "selector"`) {
		t.Errorf("a link outside a course: %v", err)
	}
}

func TestExportedAlignmentsImportAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []mapping.Alignment
		for i := range rapid.IntRange(0, 6).Draw(t, "tags") {
			a := mapping.Alignment{
				ID: fmt.Sprint(i), Capability: rapid.SampledFrom([]string{"c", "d"}).Draw(t, "capability"), Scope: course2,
				Selector: mapping.Selector{Kind: rapid.SampledFrom(mapping.SelectorKinds()).Draw(t, "kind"),
					IRI: rapid.SampledFrom(append(someActivities, "https://lms.example/a,b?'c'", "mailto:-x@example.org")).Draw(t, "activity")},
				Placed: rapid.Bool().Draw(t, "placed"),
			}
			a.Criterion.Verbs = rapid.SampledFrom([][]string{nil, {mapping.VerbPassed}, {scored, mapping.VerbCompleted}}).Draw(t, "verbs")
			if rapid.Bool().Draw(t, "scored") {
				a.Criterion.MinMilli = ptr(rapid.IntRange(0, 1000).Draw(t, "least"))
			}
			a.Criterion.MinDuration = mapping.Duration(time.Duration(rapid.IntRange(0, 9999).Draw(t, "seconds")) * time.Second)
			a.Criterion.NoSelf = rapid.Bool().Draw(t, "recorded")
			if !slices.ContainsFunc(all, a.Twin) {
				all = append(all, a)
			}
		}
		var table, again bytes.Buffer
		if err := mapping.WriteAlignments(&table, all, called); err != nil {
			t.Fatal(err)
		}
		read, err := mapping.ReadAlignments("tags.csv", table.Bytes(), intoCourse2)
		if err != nil {
			t.Fatalf("%v\n%s", err, table.String())
		}
		if edits, there := mapping.NewAlignments(read, all); len(edits) != 0 || there != len(all) {
			t.Fatalf("%d edits, %d of %d there:\n%s", len(edits), there, len(all), table.String())
		}
		if err := mapping.WriteAlignments(&again, read, called); err != nil || again.String() != table.String() {
			t.Fatalf("exported again:\n%s\nwas:\n%s", again.String(), table.String())
		}
	})
}

func TestATableTakesThePlaceOfOtherCriteria(t *testing.T) {
	active := tags(tag("here", course2, quiz), tag("kept", course2, page))
	edits, there := mapping.NewAlignments(tags(atLeast(tag("new", course2, quiz), 700), tag("same", course2, page)), active)
	if there != 1 || len(edits) != 2 || edits[0].Remove != "here" || edits[1].Add == nil || edits[1].Add.ID != "new" {
		t.Errorf("%+v, %d there", edits, there)
	}
	edits, there = mapping.NewAlignments(tags(tag("same", course2, quiz), atLeast(tag("new", course2, quiz), 700), atLeast(tag("newer", course2, quiz), 800)), active)
	if there != 1 || len(edits) != 2 || edits[0].Add == nil || edits[1].Add == nil {
		t.Errorf("two criteria beside the one that is there: %+v, %d there", edits, there)
	}
}

func FuzzReadAlignments(f *testing.F) {
	f.Add([]byte("activity,capability\nhttps://a.example/1,6.1\n"))
	f.Add([]byte("capability;activity\n6.1;https://a.example/1\n"))
	f.Add([]byte("activity,selector,capability,verbs,min_score,min_duration,kind,placed\nhttps://a.example/1,prefix,d,passed,70.5,PT1H,recorded,yes\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, err := mapping.ReadAlignments("tags.csv", data, intoCourse2)
		var refused *mapping.ImportError
		if err != nil {
			if !errors.As(err, &refused) || read != nil {
				t.Fatalf("refused without saying where, or read in part: %v %v", read, err)
			}
			return
		}
		if len(read) == 0 {
			return
		}
		edits, _ := mapping.NewAlignments(read, nil)
		known := mapping.Known{Capability: func(id string) bool { return id == "c" || id == "d" }, Alignment: func(string) (mapping.Alignment, bool) { return mapping.Alignment{}, false }}
		if err := (mapping.Changeset{ID: "cs", Scope: course2, Edits: edits}).Validate(known); err != nil {
			t.Fatalf("read and then refused: %v", err)
		}
		var table bytes.Buffer
		if err := mapping.WriteAlignments(&table, read, called); err != nil {
			t.Fatal(err)
		}
		again, err := mapping.ReadAlignments("tags.csv", table.Bytes(), intoCourse2)
		if edits, there := mapping.NewAlignments(again, read); err != nil || len(edits) != 0 || there != len(read) {
			t.Fatalf("written and read again: %v, %d edits\n%s", err, len(edits), table.String())
		}
	})
}
