package profile_test

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/xapi"
	"cairn/xapi/profile"
)

var update = flag.Bool("update", false, "write the golden files")

const base = "https://cairn.example"

func params() profile.Params {
	return profile.Params{
		Base:         base,
		Learner:      "learner-1",
		Actor:        profile.Account{HomePage: "https://lms.example", Name: "4"},
		Capability:   profile.Named{IRI: base + "/capability/c1", Name: "6.1 Machine learning, level 2"},
		CapabilityID: "c1",
		Framework:    profile.Named{IRI: base + "/framework/f1", Name: "A framework"},
		Level:        2,
		TopLevel:     4,
		Ordinal:      3,
		Award:        3,
		Percent:      66,
		At:           time.Date(2026, 5, 3, 9, 30, 0, 500_000_000, time.FixedZone("", 3600)),
		Trigger:      "11111111-1111-4111-8111-111111111111",
		Evidence:     []string{"11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"},
		Reason:       "void",
	}
}

type sample struct {
	name      string
	kind      profile.Kind
	statement []byte
	adl       string // ADL template it fits
}

// samples is every statement that can be emitted: each kind, with and without what may be missing.
func samples() []sample {
	const adl = "https://w3id.org/xapi/learnercompetency/templates/"
	full, bare := params(), params()
	bareword := placed()
	bareword.Course, bareword.Capabilities, bareword.Spent, bareword.SelfConfirmed = profile.Named{}, nil, 0, true
	bare.Level, bare.TopLevel, bare.Trigger, bare.Evidence = 0, 0, "", nil
	bare.Capability.Name, bare.Framework.Name, bare.Percent, bare.Reason = "", "", 0, "tag"
	ending := params()
	ending.Expires = time.Date(2027, 5, 3, 8, 30, 0, 0, time.UTC)
	expired := ending
	expired.Reason = "expiry"
	given, taken := endorsement(), endorsement()
	given.Expires, taken.Trigger, taken.Reason = ending.Expires, given.ID(profile.KindConferred), "endorsement_withdrawn"
	endless := endorsement()
	about := params().Actor
	return []sample{
		{"progressed", profile.KindProgressed, profile.Progressed(full), ""},
		{"progressed-bare", profile.KindProgressed, profile.Progressed(bare), ""},
		{"achieved", profile.KindAchieved, profile.Achieved(full), adl + "achievedcompetency"},
		{"forfeited", profile.KindForfeited, profile.Forfeited(full), adl + "forfeitedcompetency"},
		{"forfeited-bare", profile.KindForfeited, profile.Forfeited(bare), adl + "forfeitedcompetency"},
		{"achieved-ending", profile.KindAchieved, profile.Achieved(ending), adl + "achievedcompetency"},
		{"expired", profile.KindExpired, profile.Expired(expired), adl + "expiredcompetency"},
		{"asserted", profile.KindAsserted, profile.CompanionAsserted.Statement(ending), ""},
		{"achieved-adl", profile.KindAchievedADL, profile.CompanionAchieved.Statement(ending), ""},
		{"rated", profile.KindRated, profile.Rated(full, "with_help", "on_own"), ""},
		{"rated-cleared", profile.KindRated, profile.Rated(bare, "", ""), ""},
		{"conferred", profile.KindConferred, profile.Conferred(given, about), adl + "grantedcompetency"},
		{"conferred-endless", profile.KindConferred, profile.Conferred(endless, about), adl + "grantedcompetency"},
		{"revoked", profile.KindRevoked, profile.Revoked(taken, about), adl + "revokedcompetency"},
		{"launched", profile.KindLaunched, profile.Launched(placed()), ""},
		{"opened", profile.KindOpened, profile.Opened(placed()), ""},
		{"completed", profile.KindCompleted, profile.Completed(placed()), ""},
		{"completed-self-confirmed", profile.KindCompleted, profile.Completed(bareword), ""},
	}
}

// endorsement is an assessor's, the learner's second.
func endorsement() profile.Params {
	p := params()
	p.Actor, p.Ordinal = profile.Account{HomePage: "https://lms.example", Name: "71"}, 2
	return p
}

// placed is a statement about an activity placed in a course.
func placed() profile.Placed {
	return profile.Placed{
		Base: base, ActivityID: "a1", Account: "account-1", Actor: profile.Account{HomePage: "https://lms.example", Name: "4"},
		Activity: profile.Named{IRI: profile.ActivityIRI(base, "a1"), Name: "Intro to AI in care"},
		Course:   profile.Named{IRI: "https://lms.example/course/view.php?id=2", Name: "Digital safety"},
		Capabilities: []profile.Named{
			{IRI: base + "/capability/c1", Name: "6.1 Machine learning, level 1"}, {IRI: base + "/capability/c2", Name: "6 AI, level 1"},
		},
		At: time.Date(2026, 5, 3, 9, 30, 0, 0, time.UTC), Spent: 10 * time.Minute,
	}
}

// A press that is repeated is the same statement, and launches are told apart.
func TestIDsOfPlacedActivities(t *testing.T) {
	a, b := placed(), placed()
	b.At, b.Spent, b.Capabilities = b.At.Add(time.Hour), 0, nil
	if a.ID(profile.KindCompleted) != b.ID(profile.KindCompleted) {
		t.Error("finishing twice has two ids")
	}
	b.Occasion = "another launch"
	for name, differs := range map[string]bool{
		"occasion": a.ID(profile.KindLaunched) != b.ID(profile.KindLaunched), "kind": a.ID(profile.KindOpened) != a.ID(profile.KindCompleted),
	} {
		if !differs {
			t.Errorf("the %s does not tell statements apart", name)
		}
	}
	if !profile.IsSelfConfirmed(profile.SelfConfirmedIRI("https://other.example")) || profile.IsSelfConfirmed(profile.VersionIRI(base)) {
		t.Error("self-confirmed is not told from the rest")
	}
}

func TestEmittedStatementsAreTheGoldenOnes(t *testing.T) {
	for _, s := range samples() {
		golden(t, s.name+".json", s.statement)
	}
	golden(t, "profile.jsonld", profile.Document(base))
}

// golden compares bytes with a file, which holds them indented.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	var pretty json.RawMessage = got
	b, err := json.MarshalIndent(pretty, "", "  ")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(b)+"\n"); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", name, diff)
	}
}

func TestEveryEmittedStatementFitsItsTemplate(t *testing.T) {
	templates, err := profile.ParseTemplates(profile.Document(base))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples() {
		got, err := profile.Check(templates, s.statement)
		if want := profile.TemplateIRI(base, s.kind); err != nil || got != want {
			t.Errorf("%s fits %q (%v), want %q", s.name, got, err, want)
		}
	}
}

func TestAwardsFitADLsLearnerCompetencyTemplatesAndProgressClaimsNone(t *testing.T) {
	doc, err := os.ReadFile("testdata/adl-learner-competency.json")
	if err != nil {
		t.Fatal(err)
	}
	templates, err := profile.ParseTemplates(doc)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples() {
		got, err := profile.Check(templates, s.statement)
		if s.adl == "" {
			if !errors.Is(err, profile.ErrNoTemplate) {
				t.Errorf("%s: %v, want ErrNoTemplate", s.name, err)
			}
			continue
		}
		if err != nil || got != s.adl {
			t.Errorf("%s fits %q (%v), want %q", s.name, got, err, s.adl)
		}
	}
}

func TestEmittedStatementsAreValidXAPI(t *testing.T) {
	for _, s := range samples() {
		if err := xapi.Check(s.statement, xapi.V1); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

func TestCheckFindsWhatBreaksATemplate(t *testing.T) {
	templates := profile.Templates(base)
	for name, c := range map[string]struct {
		old, new string
		rule     string // location named, or "" for ErrNoTemplate
	}{
		"a score on progress":      {`"result":{`, `"result":{"score":{"raw":1},`, "$.result.score"},
		"a success on progress":    {`"result":{`, `"result":{"success":false,`, "$.result.success"},
		"no progress":              {profile.ExtensionProgress, "https://other.example/x", "$.result.extensions"},
		"a name of the actor":      {`"actor":{`, `"actor":{"name":"Kim",`, "$.actor.name"},
		"no timestamp":             {`"timestamp"`, `"stored"`, "$.timestamp"},
		"another profile version":  {profile.VersionIRI(base), base + "/profile/v9", "category[*].id"},
		"no type of object":        {`"objectType":"Activity","id":"` + base + `/capability`, `"id":"` + base + `/capability`, "$.object.objectType"},
		"another verb":             {profile.VerbProgressed, "http://adlnet.gov/expapi/verbs/completed", ""},
		"another type of grouping": {profile.TypeFramework, "https://other.example/type", ""},
		"another type of object":   {profile.TypeCompetency + `",`, "https://other.example/type\",", ""},
		"no category of profiles":  {profile.TypeProfile, "https://other.example/type", ""},
	} {
		statement := string(profile.Progressed(params()))
		if !strings.Contains(statement, c.old) {
			t.Fatalf("%s: nothing to replace", name)
		}
		_, err := profile.Check(templates, []byte(strings.Replace(statement, c.old, c.new, 1)))
		switch {
		case c.rule == "" && !errors.Is(err, profile.ErrNoTemplate):
			t.Errorf("%s: %v, want ErrNoTemplate", name, err)
		case c.rule != "" && (!errors.Is(err, profile.ErrRule) || !strings.Contains(err.Error(), c.rule)):
			t.Errorf("%s: %v, want ErrRule at %s", name, err, c.rule)
		}
	}
}

func TestIDsFollowFromLearnerCapabilityKindAndOrdinal(t *testing.T) { // settled question 10
	p := params()
	if got, want := p.ID(profile.KindAchieved), "4c0d09e3-0924-5e31-9dbb-c562f1d755b8"; got != want {
		t.Errorf("the id of a transition moved: %s, want %s", got, want)
	}
	same := p
	same.Percent, same.At, same.Trigger = 1, time.Time{}, ""
	if p.ID(profile.KindAchieved) != same.ID(profile.KindAchieved) {
		t.Error("the id depends on more than learner, capability, kind and ordinal")
	}
	seen := map[string]bool{}
	for _, change := range []func(*profile.Params){
		func(*profile.Params) {}, func(p *profile.Params) { p.Learner = "learner-2" },
		func(p *profile.Params) { p.CapabilityID = "c2" }, func(p *profile.Params) { p.Ordinal++ },
	} {
		p := params()
		change(&p)
		for _, k := range []profile.Kind{
			profile.KindProgressed, profile.KindAchieved, profile.KindForfeited, profile.KindExpired, profile.KindRated, profile.KindConferred,
			profile.KindRevoked, profile.KindAsserted, profile.KindAchievedADL,
		} {
			if seen[p.ID(k)] {
				t.Errorf("two statements have the id %s", p.ID(k))
			}
			seen[p.ID(k)] = true
		}
	}
}

func TestAnAwardAndItsLossShareARegistrationAndTheNextAwardHasAnother(t *testing.T) {
	won, lost, again := params(), params(), params()
	lost.Ordinal, again.Ordinal, again.Award = 4, 5, 5
	if won.Registration() != lost.Registration() || won.Registration() == again.Registration() {
		t.Errorf("registrations %s, %s, %s", won.Registration(), lost.Registration(), again.Registration())
	}
}

func TestAnEndorsementAndItsEndShareARegistrationThatNoAwardHas(t *testing.T) {
	first, second := endorsement(), endorsement()
	second.Ordinal++
	if first.EndorsementRegistration() == second.EndorsementRegistration() || first.EndorsementRegistration() == first.Registration() {
		t.Error("endorsements and awards are not told apart by registration")
	}
}

func TestEachVerbHasOneTemplate(t *testing.T) { // settled question 16
	seen := map[string]string{}
	for _, template := range profile.Templates(base) {
		if other, twice := seen[template.Verb]; twice {
			t.Errorf("%s and %s are both about %s", other, template.ID, template.Verb)
		}
		seen[template.Verb] = template.ID
	}
}

func TestAnyTextMakesAStatement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := params()
		p.Capability.Name = string(rapid.SliceOf(rapid.Byte()).Draw(t, "name"))
		p.Actor.Name = string(rapid.SliceOf(rapid.Byte()).Draw(t, "subject"))
		for _, build := range []func(profile.Params) []byte{profile.Progressed, profile.Achieved, profile.Forfeited} {
			b := build(p)
			if !json.Valid(b) || string(b) != string(build(p)) {
				t.Fatalf("not deterministic JSON: %q", b)
			}
		}
	})
}

func TestCheckRefusesWhatItCannotRead(t *testing.T) {
	if _, err := profile.Check(profile.Templates(base), []byte(`{`)); err == nil {
		t.Error("a broken statement was read")
	}
	if _, err := profile.ParseTemplates([]byte(`[`)); err == nil {
		t.Error("a broken profile was read")
	}
	for _, location := range []string{"id", "$.", "$[0]", "$['a", "$..a"} {
		t1 := []profile.Template{{Rules: []profile.Rule{{Location: location, Presence: profile.Included}}}}
		if _, err := profile.Check(t1, []byte(`{}`)); !errors.Is(err, profile.ErrLocation) {
			t.Errorf("%s: %v, want ErrLocation", location, err)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, s := range samples() {
		f.Add(profile.Document(base), s.statement)
	}
	f.Fuzz(func(t *testing.T, doc, statement []byte) {
		templates, err := profile.ParseTemplates(doc)
		if err == nil {
			_, _ = profile.Check(templates, statement)
		}
	})
}
