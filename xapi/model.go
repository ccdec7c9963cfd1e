package xapi

import (
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Statement is one statement (Data 2.4). A zero property is absent. Extensions are kept as raw JSON.
type Statement struct {
	ID          string       `json:"id,omitzero"` // UUID
	Actor       Agent        `json:"actor"`
	Verb        Verb         `json:"verb"`
	Object      Object       `json:"object"`
	Result      *Result      `json:"result,omitzero"`
	Context     *Context     `json:"context,omitzero"`
	Timestamp   time.Time    `json:"timestamp,omitzero"`
	Stored      time.Time    `json:"stored,omitzero"`
	Authority   *Agent       `json:"authority,omitzero"`
	Version     string       `json:"version,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Agent is an Agent or a Group (Data 2.4.2): a Group when ObjectType is "Group". It has one identifier at most: Mbox,
// MboxSHA1Sum, OpenID or Account.
type Agent struct {
	ObjectType  string   `json:"objectType,omitzero"`
	Name        string   `json:"name,omitzero"`
	Mbox        string   `json:"mbox,omitzero"`
	MboxSHA1Sum string   `json:"mbox_sha1sum,omitzero"`
	OpenID      string   `json:"openid,omitzero"`
	Account     *Account `json:"account,omitzero"`
	Member      []Agent  `json:"member,omitempty"`
}

// IsGroup says whether it is a Group.
func (a Agent) IsGroup() bool { return a.ObjectType == "Group" }

// Account is an account on some system (Data 2.4.2.4).
type Account struct {
	HomePage string `json:"homePage"`
	Name     string `json:"name"`
}

// LanguageMap is a text in languages, by RFC 5646 tag (Data 4.2).
type LanguageMap map[string]string

// Extensions are values of any shape by IRI (Data 4.1).
type Extensions map[string]jsontext.Value

// Verb is what was done (Data 2.4.3).
type Verb struct {
	ID      string      `json:"id"`
	Display LanguageMap `json:"display,omitempty"`
}

// Object is what it was done to (Data 2.4.4): exactly one of the fields is set.
type Object struct {
	Activity     *Activity
	Agent        *Agent // or Group
	StatementRef *StatementRef
	SubStatement *SubStatement
}

// Activity is an activity with what is said about it (Data 2.4.4.1).
type Activity struct {
	ObjectType string              `json:"objectType,omitzero"`
	ID         string              `json:"id"`
	Definition *ActivityDefinition `json:"definition,omitzero"`
}

// StatementRef names another statement (Data 2.4.4.3).
type StatementRef struct {
	ID string `json:"id"`
}

// SubStatement is a statement about something that did not happen, as object of another (Data 2.4.4.3).
type SubStatement struct {
	Actor       Agent        `json:"actor"`
	Verb        Verb         `json:"verb"`
	Object      Object       `json:"object"`
	Result      *Result      `json:"result,omitzero"`
	Context     *Context     `json:"context,omitzero"`
	Timestamp   time.Time    `json:"timestamp,omitzero"`
	Attachments []Attachment `json:"attachments,omitempty"`
}

// Result is how it went (Data 2.4.5). Duration is ISO 8601, see ParseDuration.
type Result struct {
	Score      *Score     `json:"score,omitzero"`
	Success    *bool      `json:"success,omitzero"`
	Completion *bool      `json:"completion,omitzero"`
	Response   string     `json:"response,omitzero"`
	Duration   string     `json:"duration,omitzero"`
	Extensions Extensions `json:"extensions,omitempty"`
}

// Context is what surrounded it (Data 2.4.6).
type Context struct {
	Registration      string             `json:"registration,omitzero"` // UUID
	Instructor        *Agent             `json:"instructor,omitzero"`
	Team              *Agent             `json:"team,omitzero"` // a Group
	ContextActivities *ContextActivities `json:"contextActivities,omitzero"`
	ContextAgents     []ContextAgent     `json:"contextAgents,omitempty"` // xAPI 2.0
	ContextGroups     []ContextGroup     `json:"contextGroups,omitempty"` // xAPI 2.0
	Revision          string             `json:"revision,omitzero"`
	Platform          string             `json:"platform,omitzero"`
	Language          string             `json:"language,omitzero"` // RFC 5646
	Statement         *StatementRef      `json:"statement,omitzero"`
	Extensions        Extensions         `json:"extensions,omitempty"`
}

// ContextActivities are the activities around the object (Data 2.4.6.2).
type ContextActivities struct {
	Parent   Activities `json:"parent,omitempty"`
	Grouping Activities `json:"grouping,omitempty"`
	Category Activities `json:"category,omitempty"`
	Other    Activities `json:"other,omitempty"`
}

// Activities is a list that may be sent as a single activity.
type Activities []Activity

// ContextAgent is an agent with its part in the event (xAPI 2.0, 4.2.2.5).
type ContextAgent struct {
	ObjectType    string   `json:"objectType"` // contextAgent
	Agent         Agent    `json:"agent"`
	RelevantTypes []string `json:"relevantTypes,omitempty"`
}

// ContextGroup is a group with its part in the event (xAPI 2.0, 4.2.2.5).
type ContextGroup struct {
	ObjectType    string   `json:"objectType"` // contextGroup
	Group         Agent    `json:"group"`
	RelevantTypes []string `json:"relevantTypes,omitempty"`
}

// Attachment describes data that belongs to a statement (Data 2.4.11).
type Attachment struct {
	UsageType   string      `json:"usageType"`
	Display     LanguageMap `json:"display"`
	Description LanguageMap `json:"description,omitempty"`
	ContentType string      `json:"contentType"`
	Length      int64       `json:"length"` // octets
	SHA2        string      `json:"sha2"`
	FileURL     string      `json:"fileUrl,omitzero"`
	Data        []byte      `json:"-"` // what came along; nil when nothing did. Whoever sets it has checked it against SHA2
}

// ActivityDefinition is what is said about an activity (Data 2.4.4.1).
type ActivityDefinition struct {
	Name                    LanguageMap `json:"name,omitempty"`
	Description             LanguageMap `json:"description,omitempty"`
	Type                    string      `json:"type,omitzero"`
	MoreInfo                string      `json:"moreInfo,omitzero"`
	InteractionType         string      `json:"interactionType,omitzero"`
	CorrectResponsesPattern []string    `json:"correctResponsesPattern,omitzero"`
	Choices                 []Component `json:"choices,omitempty"`
	Scale                   []Component `json:"scale,omitempty"`
	Source                  []Component `json:"source,omitempty"`
	Target                  []Component `json:"target,omitempty"`
	Steps                   []Component `json:"steps,omitempty"`
	Extensions              Extensions  `json:"extensions,omitempty"`
}

// Component is one choice, step or the like of an interaction.
type Component struct {
	ID          string      `json:"id"`
	Description LanguageMap `json:"description,omitempty"`
}
