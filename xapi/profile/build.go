package profile

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// space is the UUID that the ids of emitted statements and award registrations are made in (settled question 10). It never
// changes, or a replay would send everything again.
var space = uuid.MustParse("0b9f2a3e-5d0c-4a57-9b43-6f1f6f3a7c15")

// Account is the learner as an Agent: issuer and subject of the launch. No name is sent, and no address, but where records about
// placed activities have to go by one.
type Account struct {
	Mbox     string // mailto: IRI, in place of the account; "" for nearly all
	HomePage string // the issuer
	Name     string // the subject
}

// Named is an activity with its name in English.
type Named struct{ IRI, Name string }

// Params is everything an emitted statement is made of. The same Params make the same bytes.
type Params struct {
	Base         string // IRI base, without a trailing slash
	Learner      string // id of the learner; in the ids only
	Actor        Account
	Capability   Named
	CapabilityID string
	Framework    Named
	Level        int       // of the capability; 0 when it has none
	TopLevel     int       // the highest level of the framework
	Ordinal      int       // of the transition in the learner's history of the capability; of the rating or the endorsement
	Award        int       // ordinal of the transition that achieved: what is said of one award shares it
	Percent      int       // 0 to 100; progressed
	At           time.Time // event time of the evidence
	Trigger      string    // id of the statement that caused it; "" when an edit did
	Evidence     []string  // ids of the statements that count; achieved
	Expires      time.Time // when it ends by time alone, zero for never; achieved, conferred
	Reason       string    // why it was lost; forfeited, expired, revoked
}

// ID is the id of the statement of a kind about a transition: UUIDv5 of learner, capability, kind and ordinal.
func (p Params) ID(k Kind) string {
	return derived(p.Learner, p.CapabilityID, string(k), strconv.Itoa(p.Ordinal))
}

// Registration is the context.registration of an award: a fresh one for each learner, capability and award.
func (p Params) Registration() string {
	return derived(p.Learner, p.CapabilityID, "award", strconv.Itoa(p.Award))
}

// EndorsementRegistration is the context.registration of an endorsement: what conferred and what revoked it share one.
func (p Params) EndorsementRegistration() string {
	return derived(p.Learner, p.CapabilityID, "endorsement", strconv.Itoa(p.Ordinal))
}

func derived(parts ...string) string {
	return uuid.NewSHA1(space, []byte(strings.Join(parts, "\n"))).String()
}

// Progressed says that the percent changed. It has no score, success or completion: readers take a low or missing one for failure.
func Progressed(p Params) []byte {
	s := p.statement(KindProgressed, VerbProgressed)
	s.Result = &result{Extensions: map[string]any{ExtensionProgress: p.Percent}}
	return s.bytes()
}

// Achieved says that the capability became evidenced. A level stands as the score, on a scale from 0 (no level) to the highest,
// so that no reader takes the lowest level for nothing.
func Achieved(p Params) []byte {
	s := p.statement(KindAchieved, VerbAchieved)
	yes := true
	s.Result = &result{Success: &yes}
	if p.Level > 0 {
		s.Result.Score = &score{Raw: p.Level, Max: max(p.TopLevel, p.Level)}
	}
	s.Context.Extensions = map[string]any{ExtensionEvidence: append([]string{}, p.Evidence...)}
	p.expires(&s)
	p.award(&s)
	return s.bytes()
}

// Expired says that the capability is no longer evidenced because what counted has ended by time. Success is false.
func Expired(p Params) []byte {
	s := p.statement(KindExpired, VerbExpired)
	no := false
	s.Result = &result{Success: &no, Extensions: map[string]any{ReasonIRI(p.Base): p.Reason}}
	p.award(&s)
	return s.bytes()
}

// Forfeited says that the capability is no longer evidenced, and why.
func Forfeited(p Params) []byte {
	s := p.statement(KindForfeited, VerbForfeited)
	s.Result = &result{Extensions: map[string]any{ReasonIRI(p.Base): p.Reason}}
	p.award(&s)
	return s.bytes()
}

// statement is what all kinds have.
func (p Params) statement(k Kind, verb string) statement {
	s := statement{
		ID:        p.ID(k),
		Actor:     p.Actor.agent(),
		Verb:      named{ID: verb, Display: english(string(k))},
		Object:    activityOf(p.Capability, TypeCompetency),
		Timestamp: timestamp(p.At),
	}
	s.Context.Activities.Grouping = []activity{activityOf(p.Framework, TypeFramework)}
	s.Context.Activities.Category = []activity{activityOf(Named{IRI: VersionIRI(p.Base)}, TypeProfile)}
	if p.Trigger != "" {
		s.Context.Statement = &reference{ObjectType: "StatementRef", ID: p.Trigger}
	}
	return s
}

// award adds what ADL's Learner Competency profile asks of the statements that fit its templates, with the award's registration.
func (p Params) award(s *statement) { p.adl(s, p.Registration()) }

func (p Params) adl(s *statement, registration string) {
	s.Context.Registration = registration
	s.Context.Activities.Category = append(s.Context.Activities.Category, activityOf(Named{IRI: ADLVersion}, ADLType))
}

// expires tells when it ends by time alone.
func (p Params) expires(s *statement) {
	if p.Expires.IsZero() {
		return
	}
	if s.Context.Extensions == nil {
		s.Context.Extensions = map[string]any{}
	}
	s.Context.Extensions[ExtensionExpires] = timestamp(p.Expires)
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func activityOf(n Named, kind string) activity {
	a := activity{ObjectType: "Activity", ID: n.IRI, Definition: definition{Type: kind}}
	if n.Name != "" {
		a.Definition.Name = english(n.Name)
	}
	return a
}

// english is a language map; bytes that are no text are replaced, so that a statement can always be written.
func english(s string) map[string]string {
	return map[string]string{"en": strings.ToValidUTF8(s, "\ufffd")}
}

func (s statement) bytes() []byte {
	b, err := marshal(s)
	if err != nil {
		panic(fmt.Sprintf("profile: a statement of plain text and numbers cannot be written: %v", err)) // no input leads here
	}
	return b
}
