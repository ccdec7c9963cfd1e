package web

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func english() locale {
	return (&site{tongues: tongues, Config: Config{Zone: time.UTC, Now: func() time.Time { return time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC) }}}).localeFor("en")
}

func points(n int) *int { return &n }

func one(name string) mapping.PartOf {
	return mapping.PartOf{Activity: &mapping.ActivityRef{IRI: "https://lms.example/" + name, Name: name}, Aligned: true}
}

func TestRuleInWords(t *testing.T) {
	worth := func(name string, n int, required bool) mapping.PartOf {
		p := one(name)
		p.Points, p.Required = n, required
		return p
	}
	done, gone := one("Quiz"), one("Film")
	done.Done, gone.Aligned = true, false
	tests := map[string]struct {
		rule mapping.RuleOf
		want string
	}{
		"nothing tagged": {mapping.RuleOf{Kind: mapping.RuleAny}, "No activity is tagged with this yet."},
		"any":            {mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 3}, "Finish any one of 3 activities."},
		"any of one":     {mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 1}, "Finish the one activity that is tagged."},
		"all":            {mapping.RuleOf{Kind: mapping.RuleAll, Need: 4, OutOf: 4}, "Finish all 4 activities."},
		"some with a score": {mapping.RuleOf{Kind: mapping.RuleN, Need: 3, OutOf: 6, Scored: 2, MinMilli: points(700)},
			"Finish any 3 of 6 activities. 2 of them ask for a score of 70 or more out of 100."},
		"scores that differ": {mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 2, Scored: 2}, "Finish any one of 2 activities. Some of them ask for a score."},
		"time spent": {mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 2, Timed: 2, MinDuration: mapping.Duration(90 * time.Minute)},
			"Finish any one of 2 activities. Spend 1 hour and 30 minutes or more on each."},
		"points": {mapping.RuleOf{Kind: mapping.RulePoints, Need: 50, OutOf: 70, Scored: 2, MinMilli: points(600), Parts: []mapping.PartOf{worth("Quiz", 30, true), worth("Film", 1, false)}},
			"Collect 50 of 70 points. Quiz, 30 points, which must be among them. Film, 1 point. 2 of them ask for a score of 60 or more out of 100."},
		"groups": {mapping.RuleOf{Kind: mapping.RuleGroups, Need: 2, OutOf: 4, Parts: []mapping.PartOf{
			{All: []mapping.PartOf{done, {Any: []mapping.PartOf{gone, one("Talk")}}}}, one("Exam")}},
			"Finish one of these 2 groups: Group 1: All 2 of these: Quiz, which has counted; (Any one of these 2: Film, which is not tagged now; Talk). Group 2: Exam."},
		"lasting": {mapping.RuleOf{Kind: mapping.RuleN, Need: 2, OutOf: 2, Validity: mapping.Period{Years: 1, Months: 6}, Spacing: mapping.Period{Weeks: 1}},
			"Finish any 2 of 2 activities. Between two activities that count lies at least this time: 1 week. Evidence counts for 1 year and 6 months."},
		"endorsed, latest": {mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 2, Endorsed: true, Pick: mapping.PickLatest},
			"Finish any one of 2 activities. When an activity is done again, its latest result decides. An endorsement is needed too, by somebody who has seen it at work."},
		"most common": {mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 2, Pick: mapping.PickMostCommon},
			"Finish any one of 2 activities. When an activity is done again, what most of its results show decides."},
		"default of the course": {mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 2, Framework: "f", Scope: mapping.Scope{Kind: mapping.ScopeCourse}},
			"Finish any one of 2 activities. It is the usual rule of this framework in the course."},
		"locked": {mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 2, Locked: true, Framework: "f", Scope: mapping.Scope{Kind: mapping.ScopeInstance}},
			"Finish any one of 2 activities. This rule is the same everywhere. Courses cannot change it."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			want := tt.want
			if name != "nothing tagged" {
				want += " Finished means completed or passed, and not failed."
			}
			if diff := cmp.Diff(want, strings.Join(english().ruleWords(tt.rule), " ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Where a rule was set, nobody knows how many activities will be tagged.
func TestRuleAsItWasSetInWords(t *testing.T) {
	tests := map[string]struct {
		rule mapping.Rule
		want string
	}{
		"taken away": {mapping.Rule{}, "No rule of its own. The wider one holds."},
		"n of":       {mapping.Rule{Kind: mapping.RuleN, N: 3, Validity: mapping.Period{Days: 90}}, "Finish any 3 different activities. Evidence counts for 90 days."},
		"all":        {mapping.Rule{Kind: mapping.RuleAll}, "Finish every activity that is tagged."},
		"floor":      {mapping.Rule{Kind: mapping.RuleAny, Locked: true, MinMilli: points(700)}, "Finish any one activity that is tagged. Score 70 or more out of 100. This rule is the same everywhere."},
		"points": {mapping.Rule{Kind: mapping.RulePoints, N: 10, Parts: []mapping.Part{{Activity: "https://lms.example/quiz", Points: 10, Required: true}}},
			"Collect 10 points. The quiz, 10 points, which must be among them."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(english().plainRule(tt.rule, map[string]string{"https://lms.example/quiz": "The quiz"}), " ")
			if !strings.HasPrefix(got, tt.want) {
				t.Errorf("got %q, want %q first", got, tt.want)
			}
		})
	}
}

// Every reason has words, and the words leave no gap open.
func TestEveryReasonInWords(t *testing.T) {
	spent := mapping.Duration(20 * time.Minute)
	day := time.Date(2027, 3, 4, 10, 0, 0, 0, time.UTC)
	for _, reason := range mapping.Reasons() {
		f := mapping.Finding{Reason: reason, Score: points(640), Needed: points(700), Duration: &spent, NeededDuration: mapping.Duration(30 * time.Minute), Until: day, ByTime: day, At: day}
		for _, words := range []string{english().reasonWords(f), english().notCountedByThem(f)} {
			if words == "" || strings.Contains(words, "{") {
				t.Errorf("%s: %q", reason, words)
			}
		}
	}
	for reason, want := range map[mapping.Reason]string{
		mapping.ReasonTooShort: "Time spent: 20 minutes. It needs 30 minutes.", mapping.ReasonOutsideWindow: "It counted until 4 March 2027.",
		mapping.ReasonNoDuration: "It came without the time spent. It needs 30 minutes.", mapping.ReasonTooSoon: "It came too close to the one of 4 March 2027 that counts.",
	} {
		if got := english().reasonWords(mapping.Finding{Reason: reason, Duration: &spent, NeededDuration: mapping.Duration(30 * time.Minute), Until: day, ByTime: day}); got != want {
			t.Errorf("%s: %q, want %q", reason, got, want)
		}
	}
	if got := english().reasonWords(mapping.Finding{Reason: mapping.ReasonTooSoon}); got != "It came too close to another one that counts." {
		t.Errorf("too soon, after nobody knows what: %q", got)
	}
}

func TestWhatIsStillNeededInWords(t *testing.T) {
	quiz := mapping.ActivityRef{IRI: "q", Name: "Quiz"}
	tests := map[string]struct {
		x    mapping.Explanation
		want []string
	}{
		"nothing":     {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 1}}, []string{"None"}},
		"activities":  {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleN, OutOf: 6}, Missing: 2}, []string{"2 more activities needed"}},
		"points":      {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RulePoints, OutOf: 60}, Missing: 20, MissingActivities: []mapping.ActivityRef{quiz}}, []string{"20 more points", "Quiz, which must be among them"}},
		"group":       {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleGroups, OutOf: 6}, Missing: 1, MissingActivities: []mapping.ActivityRef{quiz}}, []string{"Quiz"}},
		"endorsement": {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 6}, NeedsEndorsement: true}, []string{"An endorsement by somebody who has seen it at work. Ask the people who lead the course."}},
		"too few": {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleN, OutOf: 1}, Missing: 2, Unreachable: 1},
			[]string{"2 more activities needed", "Only 1 activity is tagged, so the rule cannot be completed yet. The people who run the course can add tags."}},
		"too few points": {mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RulePoints, OutOf: 5}, Missing: 5, Unreachable: 1},
			[]string{"5 more points", "All that is tagged is worth 5 points, so the rule cannot be completed yet. The people who run the course can add tags."}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, english().neededWords(tt.x)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Who leads a course is not told to ask who leads the course.
func TestWhatSomebodyElseStillNeeds(t *testing.T) {
	x := mapping.Explanation{Rule: mapping.RuleOf{Kind: mapping.RuleAny, OutOf: 6}, NeedsEndorsement: true}
	if diff := cmp.Diff([]string{"An endorsement by somebody who has seen it at work."}, english().neededByThem(x)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What was lost names its cause first, and the way back only if it is one.
func TestWhatWasLostInWords(t *testing.T) {
	day := time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC)
	quiz := mapping.ActivityRef{IRI: "q", Name: "Quiz"}
	any1 := mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 1}
	lasting := mapping.RuleOf{Kind: mapping.RuleAny, Need: 1, OutOf: 1, Validity: mapping.Period{Years: 1}}
	spaced := mapping.RuleOf{Kind: mapping.RuleN, Need: 2, OutOf: 2, Spacing: mapping.Period{Years: 2}}
	before := []mapping.Finding{{Activity: quiz, At: day}}
	tests := map[string]struct {
		x    mapping.Explanation
		want string
	}{
		"expired":             {mapping.Explanation{State: mapping.Expired, Rule: lasting, Missing: 1, Next: []mapping.ActivityRef{quiz}, NotCounted: before}, "It was valid for 1 year. Do Quiz again to renew it."},
		"expired, not tagged": {mapping.Explanation{State: mapping.Expired, Rule: lasting, Missing: 1}, "It was valid for 1 year."},
		"endorsement ended":   {mapping.Explanation{State: mapping.Expired, Rule: any1, ExpiredAt: day, NeedsEndorsement: true}, "What counted ended on 4 March 2026."},
		"withdrawn":           {mapping.Explanation{State: mapping.Withdrawn, Rule: any1, Missing: 1, Next: []mapping.ActivityRef{quiz}}, "The record was cancelled. Do Quiz to get it back."},
		"two are missing":     {mapping.Explanation{State: mapping.Withdrawn, Rule: mapping.RuleOf{Kind: mapping.RuleN, Need: 2, OutOf: 2}, Missing: 2, Next: []mapping.ActivityRef{quiz}}, "The record was cancelled."},
		"too soon to do it":   {mapping.Explanation{State: mapping.Withdrawn, Rule: spaced, Have: 1, Missing: 1, Counted: before, Next: []mapping.ActivityRef{{IRI: "o", Name: "Other"}}}, "The record was cancelled."},
		"evidenced":           {mapping.Explanation{State: mapping.Evidenced, Rule: any1}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := english().lostWords(tt.x, "The record was cancelled.", english().now()); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLengthsInWords(t *testing.T) {
	for period, want := range map[mapping.Period]string{
		{Years: 1}: "1 year", {Months: 18}: "18 months", {Weeks: 2}: "2 weeks", {Years: 1, Months: 6, Days: 1}: "1 year and 6 months and 1 day", {}: "",
	} {
		if got := english().period(period); got != want {
			t.Errorf("%s: %q, want %q", period, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		30 * time.Minute: "30 minutes", 90 * time.Minute: "1 hour and 30 minutes", 45 * time.Second: "45 seconds", time.Hour + time.Second: "1 hour", 0: "0 seconds",
	} {
		if got := english().spent(mapping.Duration(d)); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestDatesInWords(t *testing.T) {
	from, until := time.Date(2025, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	f := mapping.Finding{Reason: mapping.ReasonOutsideDates, At: time.Date(2024, 5, 1, 9, 0, 0, 0, time.UTC), Activity: mapping.ActivityRef{Name: "Quiz", Dates: mapping.Dates{From: from}}}
	if got := english().reasonWords(f); got != "Finished on 1 May 2024. It must be on 1 May 2025 or later." {
		t.Error(got)
	}
	for want, dates := range map[string]mapping.Dates{"on 31 May 2026 or before": {Until: until}, "from 1 May 2025 to 31 May 2026": {From: from, Until: until}} {
		if got := english().datesWords(dates); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	same := mapping.RuleOf{Kind: mapping.RuleN, Need: 2, OutOf: 3, Dated: 3, Dates: mapping.Dates{From: from}}
	some, mixed := same, same
	some.Dated, mixed.Dates = 1, mapping.Dates{}
	for _, c := range []struct {
		rule mapping.RuleOf
		want string
	}{{same, "Only what was finished on 1 May 2025 or later counts."}, {some, "1 of them counts only if it was finished on 1 May 2025 or later."}, {mixed, "Some of them count only on some dates."}} {
		if got := english().ruleWords(c.rule); !slices.Contains(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
