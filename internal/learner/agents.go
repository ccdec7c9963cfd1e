package learner

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"cairn/xapi"
)

// ErrIdentityMode says that a rule's mode is none of the known ones (settled question 2).
var ErrIdentityMode = errors.New("learner: the identity mode is none of user_id, username, person_sourcedid, mailto")

// ErrMailboxHomePage says that a rule for mailboxes was given a home page, which mailboxes do not have.
var ErrMailboxHomePage = errors.New("learner: the identity mode mailto takes no home page")

// Check answers ErrIdentityMode or ErrMailboxHomePage for a rule that cannot be switched on. The zero rule passes: it stands
// for the default, see Normal.
func (r IdentityRule) Check() error {
	switch r.Mode {
	case "", ByUserID, ByUsername, BySourced:
		return nil
	case ByMailbox:
		if r.HomePage != "" {
			return ErrMailboxHomePage
		}
		return nil
	}
	return fmt.Errorf("%w: %q", ErrIdentityMode, r.Mode)
}

// Normal answers the rule with the default mode filled in.
func (r IdentityRule) Normal() IdentityRule {
	if r.Mode == "" {
		r.Mode = ByUserID
	}
	return r
}

// Exclusive says that an agent of the rule is linked only while exactly one account of the registration proves it: an e-mail
// address says less about who somebody is than a name the platform gives out (settled question 2).
func (r IdentityRule) Exclusive() bool { return r.Mode == ByMailbox }

// Agents answers the keys (xapi.Agent.Key) of the agents that the claims prove under the rule; none when the claim that the mode
// asks for was not told. It is one agent; a mailbox told with capitals is also found in lower case, as senders differ in that.
// With an exclusive rule the caller still has to see that no other account proves the same Mailbox.
func Agents(rule IdentityRule, c Claims) []string {
	switch rule.Normal().Mode {
	case ByUserID:
		return accountAgent(rule, c, c.Subject)
	case ByUsername:
		return accountAgent(rule, c, c.Username)
	case BySourced:
		return accountAgent(rule, c, c.SourcedID)
	case ByMailbox:
		return mailboxAgents(c.Email)
	}
	return nil
}

// Actor answers the agent that stands for the person in statements of our own about what they did: one whose records the rule
// gives to them, or, when the claim that the mode asks for was not told, the account of issuer and subject.
func Actor(rule IdentityRule, c Claims) xapi.Agent {
	home, name := cmp.Or(rule.HomePage, c.Issuer), c.Subject
	switch rule.Normal().Mode {
	case ByUsername:
		name = c.Username
	case BySourced:
		name = c.SourcedID
	case ByMailbox:
		if box := Mailbox(c.Email); box != "" {
			return xapi.Agent{ObjectType: "Agent", Mbox: "mailto:" + box}
		}
		name = ""
	}
	if !isName(name) {
		home, name = c.Issuer, c.Subject
	}
	return xapi.AccountAgent(home, name)
}

// accountAgent makes the key of an agent known by an account.
func accountAgent(rule IdentityRule, c Claims, name string) []string {
	home := cmp.Or(rule.HomePage, c.Issuer)
	if strings.TrimSuffix(home, "/") == "" || !isName(name) {
		return nil
	}
	return []string{xapi.Agent{Account: &xapi.Account{HomePage: home, Name: name}}.Key()}
}

func mailboxAgents(email string) []string {
	box := Mailbox(email)
	if box == "" {
		return nil
	}
	told, lower := xapi.Agent{Mbox: "mailto:" + strings.TrimSpace(email)}.Key(), xapi.Agent{Mbox: "mailto:" + box}.Key()
	if told == lower {
		return []string{lower}
	}
	return []string{told, lower}
}

// maxName is how long a name of an account may be, as long as LTI lets sub be (Core 5.3.6.1).
const maxName = 255

// isName keeps out what no platform gives out as a name.
func isName(name string) bool {
	return name != "" && len(name) <= 4*maxName && utf8.RuneCountInString(name) <= maxName && !strings.ContainsFunc(name, unicode.IsControl)
}

// Mailbox answers the address in the form in which addresses are compared: lower case, no blanks around it. It answers ""
// for what is not an address.
func Mailbox(email string) string {
	box := strings.ToLower(strings.TrimSpace(email))
	local, domain, found := strings.Cut(box, "@")
	if !found || local == "" || domain == "" || !isName(box) || strings.ContainsAny(box, " |<>") || strings.Contains(domain, "@") {
		return ""
	}
	return box
}
