package xapi

// target is the object of a statement: what it is, and the id of the statement it refers to.
type target struct {
	kind string // its objectType, Activity when none was sent
	ref  string // of a StatementRef
}

// target checks the object of a statement (Data 2.4.4).
func (c *checker) target(i int32) (o target, err error) {
	if err = c.object(i); err != nil {
		return o, err
	}
	if o.kind, err = c.objectType(i); err != nil {
		return o, err
	}
	switch o.kind {
	case "Activity":
		err = c.activity(i, RoleObject)
	case "Agent", "Group":
		err = c.agent(i, RoleObjectAgent, anyAgent)
	case "StatementRef":
		o.ref, err = c.statementRef(i)
	case "SubStatement":
		err = c.subStatement(i)
	default:
		k := c.member(i, "objectType")
		err = c.fail(k, ruleObjectType, "%q is no kind of object", clip(o.kind))
	}
	return o, err
}

func (c *checker) objectType(i int32) (string, error) {
	k := c.member(i, "objectType")
	if k == 0 {
		return "Activity", nil
	}
	if err := c.string(k); err != nil {
		return "", err
	}
	return c.text(k), nil
}

// member finds a property by name, 0 when it is absent.
func (c *checker) member(i int32, name string) int32 {
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if c.name(k) == name {
			return k
		}
	}
	return 0
}

// statementRef checks a reference (Data 2.4.4.3) and answers the id in lower case.
func (c *checker) statementRef(i int32) (id string, err error) {
	if err = c.object(i); err != nil {
		return "", err
	}
	kind := ""
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "objectType":
			if err = c.string(k); err == nil {
				kind = c.text(k)
			}
		case "id":
			id, err = c.uuid(k)
		default:
			err = c.unknown(k, "objectType", "id")
		}
		if err != nil {
			return "", err
		}
	}
	switch {
	case kind != "StatementRef":
		return "", c.fail(i, ruleRefType, "the objectType of a reference to a statement is StatementRef")
	case id == "":
		return "", c.fail(i, ruleRefID, "the reference has no id")
	}
	return id, nil
}

// subStatement checks Data 2.4.4.3: an event without what only a stored statement has, and never nested.
func (c *checker) subStatement(i int32) error {
	if c.sub {
		return c.fail(i, ruleSubNested, "a SubStatement cannot hold another one")
	}
	c.sub = true
	defer func() { c.sub = false }()
	p, err := c.parts(i)
	if err != nil {
		return err
	}
	for _, k := range []int32{p.id, p.stored, p.version, p.authority} {
		if k != 0 {
			return c.fail(k, ruleSubProperty, "a SubStatement has no %s", c.name(k))
		}
	}
	_, err = c.event(p)
	return err
}

// activity checks Data 2.4.4.1. The definition is no part of the statement (Data 2.3.1).
func (c *checker) activity(i int32, r Role) (err error) {
	if err = c.object(i); err != nil {
		return err
	}
	c.mark(i, markActivity)
	id, definition := "", int32(0)
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "objectType":
			if err = c.string(k); err == nil && c.text(k) != "Activity" {
				err = c.fail(k, ruleObjectType, "the objectType of an activity is Activity")
			}
		case "id":
			id, err = c.iri(k)
		case "definition":
			definition, err = k, c.definition(k)
		default:
			err = c.unknown(k, "objectType", "id", "definition")
		}
		if err != nil {
			return err
		}
	}
	if id == "" {
		return c.fail(i, ruleActivityID, "the activity has no id")
	}
	c.term(r, id)
	if definition != 0 && c.nodes[definition].next > definition+1 {
		c.defined = append(c.defined, defined{id, definition})
	}
	return nil
}
