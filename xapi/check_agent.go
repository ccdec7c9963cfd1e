package xapi

import "strings"

// agentKinds says which of Agent and Group may stand in a place.
type agentKinds uint8

const (
	anyAgent agentKinds = iota
	onlyAgent
	onlyGroup
)

// agentParts is what was found in an Agent or Group.
type agentParts struct {
	group   bool
	member  int32
	members int
	key     string // of the identifier; "" without one
}

var agentNames = []string{"objectType", "name", "mbox", "mbox_sha1sum", "openid", "account", "member"}

// agent checks an Agent or Group (Data 2.4.2) and notes it and its members under the role.
func (c *checker) agent(i int32, r Role, allowed agentKinds) error {
	a, err := c.agentParts(i, allowed)
	if err != nil {
		return err
	}
	if r == RoleActor && a.group && !c.sub {
		c.byGroup = true
	}
	if a.key != "" {
		c.term(r, a.key)
	}
	if a.member == 0 {
		return nil
	}
	c.mark(a.member, markUnordered)
	for k := a.member + 1; k < c.nodes[a.member].next; k = c.nodes[k].next {
		if err := c.agent(k, r, onlyAgent); err != nil {
			return err
		}
	}
	return nil
}

// agentParts reads the properties and checks that they go together.
func (c *checker) agentParts(i int32, allowed agentKinds) (a agentParts, err error) {
	if err = c.object(i); err != nil {
		return a, err
	}
	c.mark(i, markAgent)
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if err = c.agentProperty(k, &a); err != nil {
			return a, err
		}
	}
	switch {
	case a.group && allowed == onlyAgent:
		return a, c.fail(i, ruleMember, "a Group cannot stand here, only an Agent")
	case !a.group && allowed == onlyGroup:
		return a, c.fail(i, ruleTeam, "this must be a Group")
	case !a.group && a.member != 0:
		return a, c.fail(a.member, ruleUnknown, "only a Group has members")
	case !a.group && a.key == "":
		return a, c.fail(i, ruleIFIMissing, "an Agent has an mbox, an mbox_sha1sum, an openid or an account")
	case a.key == "" && a.members == 0:
		return a, c.fail(i, ruleGroupMembers, "a Group without an identifier lists its members")
	}
	return a, nil
}

func (c *checker) agentProperty(k int32, a *agentParts) (err error) {
	key := ""
	switch c.name(k) {
	case "objectType":
		if err = c.string(k); err == nil && c.text(k) != "Agent" && c.text(k) != "Group" {
			err = c.fail(k, ruleAgentType, "the objectType is Agent or Group")
		}
		a.group = err == nil && c.text(k) == "Group"
	case "name":
		err = c.string(k)
	case "mbox":
		c.mark(k, markMbox)
		key, err = c.format(k, isMbox, ruleMbox, "mailto: and an e-mail address")
		key = keyMbox + normalMbox(key)
	case "mbox_sha1sum":
		c.mark(k, markFold)
		key, err = c.format(k, isSHA1, ruleMboxSHA1, "40 hexadecimal digits")
		key = keySHA1 + strings.ToLower(key)
	case "openid":
		key, err = c.iri(k)
		key = keyOpenID + key
	case "account":
		key, err = c.account(k)
	case "member":
		a.member = k
		a.members, err = c.count(k)
	default:
		err = c.unknown(k, agentNames...)
	}
	if err == nil && key != "" {
		if a.key != "" {
			return c.fail(k, ruleIFISeveral, "there is more than one of mbox, mbox_sha1sum, openid and account")
		}
		a.key = key
	}
	return err
}

// account checks Data 2.4.2.4 and answers the key.
func (c *checker) account(i int32) (key string, err error) {
	if err = c.object(i); err != nil {
		return "", err
	}
	home, name, named := "", "", false
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "homePage":
			home, err = c.iri(k)
		case "name":
			if err = c.string(k); err == nil {
				name, named = c.text(k), true
			}
		default:
			err = c.unknown(k, "homePage", "name")
		}
		if err != nil {
			return "", err
		}
	}
	switch {
	case home == "":
		return "", c.fail(i, ruleHomePage, "the account has no homePage")
	case !named || name == "":
		return "", c.fail(i, ruleAccountName, "the account has no name")
	}
	return accountKey(home, name), nil
}

// authority checks the authority a client sent, which is replaced: an Agent, or a Group of exactly two without an identifier
// (Data 2.4.9). It is no part of the comparison and never found by.
func (c *checker) authority(i int32) error {
	terms := c.terms
	defer func() { c.terms = terms }()
	if err := c.agent(i, RoleAuthority, anyAgent); err != nil {
		return err
	}
	a, err := c.agentParts(i, anyAgent)
	if err == nil && a.group && (a.key != "" || a.members != 2) {
		return c.fail(i, ruleAuthority, "an authority that is a Group has no identifier and two members")
	}
	return err
}

// count answers how many elements an array has.
func (c *checker) count(i int32) (n int, err error) {
	if err = c.array(i); err != nil {
		return 0, err
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		n++
	}
	return n, nil
}
