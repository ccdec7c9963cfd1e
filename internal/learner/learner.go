// Package learner says who a person is: accounts (issuer + subject) that belong to a learner, and the xAPI agents that are
// linked to them by a rule of the registration.
package learner

import "time"

// IdentityMode is which claim of a launch names the agent of a person's statements (settled question 2).
type IdentityMode string

// The modes. Exactly one is active in a registration.
const (
	ByUserID   IdentityMode = "user_id"          // account {homePage: issuer, name: sub}; the default
	ByUsername IdentityMode = "username"         // account {homePage, name: the platform's user name}
	BySourced  IdentityMode = "person_sourcedid" // account {homePage, name: lis.person_sourcedid}
	ByMailbox  IdentityMode = "mailto"           // mbox, when exactly one account of the registration has the address
)

// IdentityRule is the mode with the home page its account names live under ("" means the issuer).
type IdentityRule struct {
	Mode     IdentityMode `json:"mode"`
	HomePage string       `json:"home_page,omitzero"`
}

// Claims is what one launch proved about a person. Everything but Issuer and Subject may be empty.
type Claims struct {
	Registration string // id
	Issuer       string
	Subject      string
	Name         string
	Email        string
	Username     string
	SourcedID    string
}

// Account is one LMS account. Progress belongs to the learner, who may have several.
type Account struct {
	ID           string
	Learner      string
	Registration string
	Issuer       string
	Subject      string
	Name         string // last told; "" when the LMS does not share it
	CreatedAt    time.Time
}

// Link is the body of the log events that join an agent's records to a learner, or part them again.
type Link struct {
	Learner      string `json:"learner"`
	Account      string `json:"account"`
	Registration string `json:"registration"`
	Issuer       string `json:"issuer"`  // of the account: outgoing statements name the learner by issuer and subject
	Subject      string `json:"subject"` // of the account
	Agent        string `json:"agent"`   // key, xapi.Agent.Key
	// Move is the id of the Move that the event is a part of, "" for none: what it does to states is looked at there.
	Move string `json:"move,omitzero"`
}

// Move is the body of the log events that join the accounts of two learners, or part them again (settled question 1). The links of the
// accounts go over in the events just before it. Learners who were erased are "".
type Move struct {
	ID       string    `json:"id"`
	From     string    `json:"from"`     // learner
	Into     string    `json:"into"`     // learner
	Homes    []string  `json:"homes"`    // the learners that the accounts began with: what was said of these goes over too
	Accounts []string  `json:"accounts"` // ids
	Author   string    `json:"author"`   // account, or who runs Cairn
	Reason   string    `json:"reason,omitzero"`
	At       time.Time `json:"at"`
}
