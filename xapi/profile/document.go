package profile

import "fmt"

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
		Concepts:   []concept{reasonConcept(base, scheme), selfConfirmedConcept(base, scheme)},
		Templates:  Templates(base),
		Patterns:   patterns(base, scheme),
	})
	if err != nil {
		panic(fmt.Sprintf("profile: the document of plain text cannot be written: %v", err)) // no input leads here
	}
	return b
}

func reasonConcept(base, scheme string) concept {
	return concept{
		ID: ReasonIRI(base), Type: "ResultExtension", InScheme: scheme,
		PrefLabel: english("reason"),
		Definition: english("Why a capability is no longer evidenced: statement (another record), void (a record was cancelled), " +
			"taken_back (an activity was marked as not complete), tag (activities or rules were changed), link or unlink (records " +
			"were joined to or parted from the learner)."),
		Verbs:  []string{VerbForfeited},
		Schema: `{"type":"string","enum":["statement","void","taken_back","tag","link","unlink"]}`,
	}
}

// patterns says what follows what within one registration: an award, and perhaps its loss. Progressed statements have no
// registration and are in no pattern.
func patterns(base, scheme string) []pattern {
	loss, award := IRI(base)+"/patterns/loss", IRI(base)+"/patterns/award"
	return []pattern{
		{
			ID: award, Type: "Pattern", InScheme: scheme, Primary: true, PrefLabel: english("award"),
			Definition: english("A capability becomes evidenced, and may be lost once."),
			Sequence:   []string{TemplateIRI(base, KindAchieved), loss},
		},
		{
			ID: loss, Type: "Pattern", InScheme: scheme, PrefLabel: english("loss"),
			Definition: english("The capability is lost, or is not."),
			Optional:   TemplateIRI(base, KindForfeited),
		},
	}
}
