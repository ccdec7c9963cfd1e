package profile

import (
	"fmt"
	"strings"
)

// document is an xAPI Profile in JSON-LD, as far as Cairn writes and reads it.
type document struct {
	Context    string            `json:"@context"`
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	ConformsTo string            `json:"conformsTo"`
	PrefLabel  map[string]string `json:"prefLabel"`
	Definition map[string]string `json:"definition"`
	Author     author            `json:"author"`
	Versions   []version         `json:"versions"`
	Concepts   []concept         `json:"concepts,omitzero"`
	Templates  []Template        `json:"templates"`
	Patterns   []pattern         `json:"patterns,omitzero"`
}

type author struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type version struct {
	ID        string `json:"id"`
	Generated string `json:"generatedAtTime"`
}

type concept struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	InScheme   string            `json:"inScheme"`
	PrefLabel  map[string]string `json:"prefLabel,omitzero"`
	Definition map[string]string `json:"definition,omitzero"`
	Verbs      []string          `json:"recommendedVerbs,omitzero"`
	Schema     string            `json:"inlineSchema,omitzero"`
	Activity   *conceptActivity  `json:"activityDefinition,omitzero"`
}

// conceptActivity is the definition of an activity that a profile fixes (xAPI Profiles, 7.4).
type conceptActivity struct {
	Context     string            `json:"@context"`
	Type        string            `json:"type"`
	Name        map[string]string `json:"name"`
	Description map[string]string `json:"description"`
}

type pattern struct {
	ID         string            `json:"id"`
	Type       string            `json:"type"`
	InScheme   string            `json:"inScheme"`
	PrefLabel  map[string]string `json:"prefLabel"`
	Definition map[string]string `json:"definition"`
	Primary    bool              `json:"primary"`
	Sequence   []string          `json:"sequence,omitzero"`
	Alternates []string          `json:"alternates,omitzero"`
	Optional   string            `json:"optional,omitzero"`
}

// generated is when this version of the profile was made. A change of concepts, templates or patterns is a new version.
const generated = "2026-11-23T00:00:00Z"

// Document is the profile of the instance with this IRI base, as JSON-LD (application/ld+json).
func Document(base string) []byte {
	scheme := VersionIRI(base)
	b, err := marshal(document{
		Context:    "https://w3id.org/xapi/profiles/context",
		ID:         IRI(base),
		Type:       "Profile",
		ConformsTo: "https://w3id.org/xapi/profiles#1.0",
		PrefLabel:  english("Cairn"),
		Definition: english("What Cairn tells about the progress of learners in the capabilities of a framework."),
		Author:     author{Type: "Organization", Name: "Cairn"},
		Versions:   []version{{ID: scheme, Generated: generated}},
		Concepts:   []concept{reasonConcept(base, scheme), ratingConcept(base, scheme), selfConfirmedConcept(base, scheme)},
		Templates:  Templates(base),
		Patterns:   patterns(base, scheme),
	})
	if err != nil {
		panic(fmt.Sprintf("profile: the document of plain text cannot be written: %v", err)) // no input leads here
	}
	return b
}

// reasons is why a capability is no longer evidenced, each in words.
var reasons = []struct{ code, means string }{
	{"statement", "another record"}, {"void", "a record was cancelled"}, {"taken_back", "an activity was marked as not complete"},
	{"tag", "activities or rules were changed"}, {"link", "records were joined to the learner"}, {"unlink", "records were parted from the learner"},
	{"joined", "an account was joined with another learner's"}, {"parted", "an account was parted from another one"},
	{"expiry", "what counted has ended by time"}, {"endorsed", "an endorsement was given"}, {"endorsement_withdrawn", "an endorsement was withdrawn"},
	{"framework", "a version of the framework came into use"},
}

// Reasons answers the values of the extension at ReasonIRI.
func Reasons() []string {
	out := make([]string, len(reasons))
	for i, r := range reasons {
		out[i] = r.code
	}
	return out
}

func reasonConcept(base, scheme string) concept {
	words := make([]string, len(reasons))
	for i, r := range reasons {
		words[i] = r.code + " (" + r.means + ")"
	}
	return concept{
		ID: ReasonIRI(base), Type: "ResultExtension", InScheme: scheme,
		PrefLabel:  english("reason"),
		Definition: english("Why a capability is no longer evidenced: " + strings.Join(words, ", ") + "."),
		Verbs:      []string{VerbForfeited, VerbExpired, VerbRevoked},
		Schema:     `{"type":"string","enum":["` + strings.Join(Reasons(), `","`) + `"]}`,
	}
}

// patterns says what follows what within one registration: an award and perhaps its loss, an endorsement and perhaps its end.
// Statements without a registration are in no pattern.
func patterns(base, scheme string) []pattern {
	at := func(name string) string { return IRI(base) + "/patterns/" + name }
	part := func(name, about string) pattern {
		return pattern{ID: at(name), Type: "Pattern", InScheme: scheme, PrefLabel: english(name), Definition: english(about)}
	}
	award := part("award", "A capability becomes evidenced, and may be lost once.")
	award.Primary, award.Sequence = true, []string{TemplateIRI(base, KindAchieved), at("perhaps-loss")}
	perhaps := part("perhaps-loss", "The capability is lost, or is not.")
	perhaps.Optional = at("loss")
	loss := part("loss", "The capability is lost: by time, or for another reason.")
	loss.Alternates = []string{TemplateIRI(base, KindForfeited), TemplateIRI(base, KindExpired)}
	endorsement := part("endorsement", "An assessor endorses a learner, and the endorsement may be withdrawn once.")
	endorsement.Primary, endorsement.Sequence = true, []string{TemplateIRI(base, KindConferred), at("perhaps-revoked")}
	revoked := part("perhaps-revoked", "The endorsement is withdrawn, or is not.")
	revoked.Optional = TemplateIRI(base, KindRevoked)
	return []pattern{award, perhaps, loss, endorsement, revoked}
}
