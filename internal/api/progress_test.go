package api_test

import (
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestProgressSaysWhereALearnerStands(t *testing.T) {
	w := newWorld(t)
	var list struct {
		Counts map[string]int
		At     time.Time
		Items  []struct {
			Capability, Code, State    string
			Percent, Have, Need, Level int
			Since                      time.Time
		}
	}
	w.get("/learners/"+w.ann+"/progress", &list)
	if diff := cmp.Diff(map[string]int{"evidenced": 1, "not_started": 2}, list.Counts); diff != "" || len(list.Items) != 3 || !list.At.Equal(w.d.Clock.Now()) {
		t.Errorf("%s %+v", diff, list)
	}
	if one := list.Items[0]; one.Capability != first || one.State != "evidenced" || one.Percent != 100 || one.Have != 1 || one.Need != 1 || one.Since.IsZero() {
		t.Errorf("%+v", one)
	}
	if w.get("/learners/"+w.ann+"/progress?state=evidenced", &list); len(list.Items) != 1 || list.Counts["not_started"] != 2 {
		t.Errorf("%+v", list)
	}
	if w.get("/learners/"+w.bob+"/progress", &list); list.Counts["not_started"] != 3 {
		t.Errorf("%+v", list)
	}
}

// TestProgressAsksForWhatTheExplanationAsksFor also where nothing counted yet, now and on a date.
func TestProgressAsksForWhatTheExplanationAsksFor(t *testing.T) {
	w := newWorld(t)
	w.change("", adds(third, page)+","+adds(third, quiz)+`,{"rule":{"capability":"`+third+`","rule":{"kind":"n_of","n":2}}}`)
	for _, date := range []string{"", "?as_of=" + w.d.Clock.Now().Add(time.Second).Format(time.RFC3339) + "&rules_of_today=true"} {
		var list struct {
			Items []struct {
				Capability string
				Need       int
			}
		}
		w.get("/learners/"+w.bob+"/progress"+date, &list)
		asked := 0
		for _, one := range list.Items {
			var x mapping.Explanation
			if w.get("/learners/"+w.bob+"/capabilities/"+one.Capability+date, &x); one.Need != x.Have+x.Missing || one.Need == 0 {
				t.Errorf("%s%s: %d, explained as %d", one.Capability, date, one.Need, x.Have+x.Missing)
			}
			asked += one.Need
		}
		if asked != 4 {
			t.Errorf("%d are asked for in all: %+v", asked, list)
		}
	}
}

// TestExplanationsAsATable hold what the explanation holds, also of capabilities without evidence, and no formula.
func TestExplanationsAsATable(t *testing.T) {
	w := newWorld(t)
	g := w.do(asked{path: "/learners/" + w.ann + "/explanations.csv", key: w.root()})
	rows, err := csv.NewReader(strings.NewReader(g.body)).ReadAll()
	if err != nil || g.status != 200 || !strings.HasPrefix(g.header.Get("Content-Type"), "text/csv") {
		t.Fatal(g, err)
	}
	seen := map[string]int{}
	for _, row := range rows[1:] {
		var x mapping.Explanation
		w.get("/learners/"+w.ann+"/capabilities/"+row[0], &x)
		if row[2] != string(x.State) || row[5] != strconv.Itoa(x.Rule.Need) || row[7] != strconv.Itoa(x.Missing) {
			t.Errorf("%q, explained as %+v", row, x)
		}
		if i := seen[row[0]]; i < len(x.Counted) && (row[8] != x.Counted[i].Activity.IRI || row[10] != x.Counted[i].Statement || row[14] != "true") {
			t.Errorf("%q, counted is %+v", row, x.Counted)
		}
		seen[row[0]]++
	}
	if len(seen) != 3 {
		t.Errorf("%v", seen)
	}
	if g := w.do(asked{path: "/learners/" + unknown + "/explanations.csv", key: w.root()}); g.status != 404 {
		t.Error(g)
	}
}

// TestExplanationsAsATableOfADate hold what the explanation of that date holds, by both clocks.
func TestExplanationsAsATableOfADate(t *testing.T) {
	w := newWorld(t)
	before := w.d.Clock.Now().AddDate(-1, 0, 0).Format(time.RFC3339)
	after := w.d.Clock.Now().Add(time.Minute).Format(time.RFC3339)
	for query, want := range map[string]string{
		"as_of=" + before: "not_started", "known_at=" + before: "not_started", "known_at=" + before + "&rules_of_today=true": "not_started",
		"as_of=" + after: "evidenced", "known_at=" + after: "evidenced",
	} {
		g := w.do(asked{path: "/learners/" + w.ann + "/explanations.csv?" + query, key: w.root()})
		rows, err := csv.NewReader(strings.NewReader(g.body)).ReadAll()
		if err != nil || g.status != 200 || len(rows) < 4 {
			t.Fatal(query, g, err)
		}
		for _, row := range rows[1:] {
			var x mapping.Explanation
			w.get("/learners/"+w.ann+"/capabilities/"+row[0]+"?"+query, &x)
			if row[2] != string(x.State) || row[5] != strconv.Itoa(x.Rule.Need) || row[0] == first && row[2] != want {
				t.Errorf("%s: %q, explained as %+v", query, row, x)
			}
		}
	}
	for _, query := range []string{"as_of=" + after + "&known_at=" + after, "rules_of_today=true"} {
		if g := w.do(asked{path: "/learners/" + w.ann + "/explanations.csv?" + query, key: w.root()}); g.status != 400 {
			t.Error(query, g)
		}
	}
}

// TestAnAnswerIsMadeAgainFromItsBasis: the version of the framework, the alignments and the rules that an answer rested on are kept with
// it, and whatever is done since, it is made again (mapping.md, evidence 8).
func TestAnAnswerIsMadeAgainFromItsBasis(t *testing.T) {
	w := newWorld(t)
	type answered struct {
		At    time.Time
		Basis struct {
			Framework, Version string
			Pos                int64
		}
	}
	was, on := map[string]string{}, map[string]string{}
	w.does(here, "4", mapping.VerbPassed, page, `"score":{"raw":9,"min":0,"max":10}`) // stored, and not folded yet
	for _, capability := range []string{first, second, third} {
		path := "/learners/" + w.ann + "/capabilities/" + capability
		var x answered
		was[path] = w.get(path, &x).body
		if x.Basis.Framework != "fw" || x.Basis.Version != "1" || x.Basis.Pos == 0 || x.At.IsZero() {
			t.Fatalf("%+v", x)
		}
		on[path] = "?known_at=" + x.At.Format(time.RFC3339Nano) + "&pos=" + strconv.FormatInt(x.Basis.Pos, 10)
	}
	table := "/learners/" + w.ann + "/explanations.csv"
	was[table] = w.do(asked{path: table, key: w.root()}).body
	on[table] = on["/learners/"+w.ann+"/capabilities/"+first]
	w.d.Clock.Move(48 * time.Hour)
	w.does(here, "4", mapping.VerbUncompleted, quiz, "")
	w.settle()
	newer := framework()
	newer.Version, newer.Items[1].Title = "2", "First, in other words"
	if _, err := w.s.PublishFramework(context.Background(), newer, "https://cairn.example"); err != nil {
		t.Fatal(err)
	}
	if g := w.change("", adds(third, page)+`,{"rule":{"capability":"`+first+`","rule":{"kind":"all","validity":"P1D"}}}`); g.status != 201 {
		t.Fatal(g)
	}
	for path, before := range was {
		if now := w.do(asked{path: path, key: w.root()}).body; now == before {
			t.Errorf("%s: nothing was done since", path)
		}
		if again := w.do(asked{path: path + on[path], key: w.root()}); again.body != before {
			t.Errorf("%s%s\n%s\nwas\n%s", path, on[path], again.body, before)
		}
	}
	for _, query := range []string{"?pos=3", "?pos=3&as_of=2026-01-01T00:00:00Z", "?pos=0&known_at=2026-01-01T00:00:00Z"} {
		if g := w.do(asked{path: table + query, key: w.root()}); g.status != 400 {
			t.Error(query, g)
		}
	}
}
