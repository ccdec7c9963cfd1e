package xapi

// VerbVoided is the one verb the specification reserves (Data 2.3.2).
const VerbVoided = "http://adlnet.gov/expapi/verbs/voided"

// parts are the places of a statement's properties; 0 is absent (the root of a document is never a property).
type parts struct {
	id, actor, verb, object, result, context      int32
	timestamp, stored, authority, version, attach int32
}

var statementNames = []string{"id", "actor", "verb", "object", "result", "context", "timestamp", "stored", "authority",
	"version", "attachments"}

// parts finds the properties of a statement or SubStatement.
func (c *checker) parts(i int32) (p parts, err error) {
	if c.nodes[i].kind != '{' {
		return p, c.fail(i, ruleNotStatement, "a statement is a JSON object")
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "id":
			p.id = k
		case "actor":
			p.actor = k
		case "verb":
			p.verb = k
		case "object":
			p.object = k
		case "result":
			p.result = k
		case "context":
			p.context = k
		case "timestamp":
			p.timestamp = k
		case "stored":
			p.stored = k
		case "authority":
			p.authority = k
		case "version":
			p.version = k
		case "attachments":
			p.attach = k
		default:
			if c.sub && c.name(k) == "objectType" {
				continue
			}
			return p, c.unknown(k, statementNames...)
		}
	}
	return p, p.complete(c, i)
}

// complete checks that the three properties every statement has are there (Data 2.2).
func (p parts) complete(c *checker, i int32) error {
	switch {
	case p.actor == 0:
		return c.fail(i, ruleActorMissing, "the statement has no actor")
	case p.verb == 0:
		return c.fail(i, ruleVerbMissing, "the statement has no verb")
	case p.object == 0:
		return c.fail(i, ruleObjectMissing, "the statement has no object")
	}
	return nil
}

// statement checks a whole statement (Data 2.4) and answers where its parts are and what its object is.
func (c *checker) statement(i int32) (p parts, o target, err error) {
	if p, err = c.parts(i); err != nil {
		return p, o, err
	}
	if err = c.administration(p); err != nil {
		return p, o, err
	}
	o, err = c.event(p)
	return p, o, err
}

// administration checks what only a whole statement has, and what the store replaces or fills in.
func (c *checker) administration(p parts) error {
	if p.id != 0 {
		if _, err := c.uuid(p.id); err != nil {
			return err
		}
	}
	if p.stored != 0 {
		if err := c.timestamp(p.stored); err != nil {
			return err
		}
	}
	if p.version != 0 {
		if err := c.statementVersion(p.version); err != nil {
			return err
		}
	}
	if p.authority != 0 {
		return c.authority(p.authority)
	}
	return nil
}

func (c *checker) statementVersion(i int32) error {
	if err := c.string(i); err != nil {
		return err
	}
	if v := c.text(i); !c.version.allowsStatement(v) {
		return c.fail(i, ruleVersion, "a statement of version %q is not accepted in a request of xAPI %s", clip(v), c.version)
	}
	return nil
}

// event checks what a statement and a SubStatement have in common.
func (c *checker) event(p parts) (o target, err error) {
	if err = c.agent(p.actor, RoleActor, anyAgent); err != nil {
		return o, err
	}
	verb, err := c.verb(p.verb)
	if err != nil {
		return o, err
	}
	if o, err = c.target(p.object); err != nil {
		return o, err
	}
	if verb == VerbVoided && o.kind != "StatementRef" {
		return o, c.fail(p.object, ruleVoidingObject, "the object of a voiding statement is a StatementRef")
	}
	if p.timestamp != 0 {
		if err = c.timestamp(p.timestamp); err != nil {
			return o, err
		}
	}
	return o, c.details(p, o)
}

// details checks the optional properties of an event.
func (c *checker) details(p parts, o target) error {
	if p.result != 0 {
		if err := c.result(p.result); err != nil {
			return err
		}
	}
	if p.context != 0 {
		if err := c.context(p.context, o.kind == "Activity"); err != nil {
			return err
		}
	}
	if p.attach != 0 {
		return c.attachmentList(p.attach)
	}
	return nil
}

// verb checks Data 2.4.3 and answers the verb's IRI. The display is no part of the statement (Data 2.3.1).
func (c *checker) verb(i int32) (id string, err error) {
	if err = c.object(i); err != nil {
		return "", err
	}
	c.mark(i, markVerb)
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "id":
			id, err = c.iri(k)
		case "display":
			c.mark(k, markSkip)
			err = c.languageMap(k)
		default:
			err = c.unknown(k, "id", "display")
		}
		if err != nil {
			return "", err
		}
	}
	if id == "" {
		return "", c.fail(i, ruleVerbID, "the verb has no id")
	}
	c.term(RoleVerb, id)
	return id, nil
}
