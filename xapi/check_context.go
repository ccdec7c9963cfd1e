package xapi

var contextNames = []string{"registration", "instructor", "team", "contextActivities", "revision", "platform", "language",
	"statement", "extensions", "contextAgents", "contextGroups"}

// context checks Data 2.4.6. onActivity says that the object is an Activity: only then a revision or a platform may be there.
func (c *checker) context(i int32, onActivity bool) (err error) {
	if err = c.object(i); err != nil {
		return err
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "registration":
			var id string
			id, err = c.uuid(k)
			c.term(RoleRegistration, id)
		case "instructor":
			err = c.agent(k, RoleInstructor, anyAgent)
		case "team":
			err = c.agent(k, RoleTeam, onlyGroup)
		case "contextActivities":
			err = c.contextActivities(k)
		case "revision":
			err = c.activityOnly(k, onActivity, ruleRevision)
		case "platform":
			err = c.activityOnly(k, onActivity, rulePlatform)
		case "language":
			_, err = c.format(k, isLanguageTag, ruleLanguage, "a language tag of RFC 5646")
		case "statement":
			_, err = c.statementRef(k)
		case "extensions":
			err = c.extensions(k)
		case "contextAgents", "contextGroups":
			err = c.contextPeople(k)
		default:
			err = c.unknown(k, contextNames...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) activityOnly(k int32, onActivity bool, r Rule) error {
	if err := c.string(k); err != nil {
		return err
	}
	if !onActivity {
		return c.fail(k, r, "%s goes with an object that is an Activity", c.name(k))
	}
	return nil
}

// contextActivities checks Data 2.4.6.2: each value is an activity or an array of them, and is given back as an array.
func (c *checker) contextActivities(i int32) error {
	if err := c.object(i); err != nil {
		return err
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		r, ok := contextRole(c.name(k))
		if !ok {
			return c.fail(k, ruleContextKey, "the kinds are parent, grouping, category and other")
		}
		if c.nodes[k].kind == '{' {
			c.mark(k, markSingle)
			if err := c.activity(k, r); err != nil {
				return err
			}
			continue
		}
		if err := c.want(k, '[', "an Activity or an array of Activities"); err != nil {
			return err
		}
		for a := k + 1; a < c.nodes[k].next; a = c.nodes[a].next {
			if err := c.activity(a, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func contextRole(name string) (Role, bool) {
	switch name {
	case "parent":
		return RoleParent, true
	case "grouping":
		return RoleGrouping, true
	case "category":
		return RoleCategory, true
	case "other":
		return RoleOther, true
	}
	return 0, false
}

// contextPeople checks contextAgents or contextGroups (xAPI 2.0, 4.2.2.5), which 1.0.3 does not know.
func (c *checker) contextPeople(i int32) error {
	if c.version != V2 {
		return c.fail(i, ruleUnknown, "there is no such property in xAPI 1.0")
	}
	if err := c.array(i); err != nil {
		return err
	}
	kind, property, allowed := "contextAgent", "agent", onlyAgent
	if c.name(i) == "contextGroups" {
		kind, property, allowed = "contextGroup", "group", onlyGroup
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if err := c.contextPerson(k, kind, property, allowed); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) contextPerson(i int32, kind, property string, allowed agentKinds) (err error) {
	if err = c.object(i); err != nil {
		return err
	}
	typed, found := "", false
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "objectType":
			if err = c.string(k); err == nil {
				typed = c.text(k)
			}
		case property:
			found = true
			err = c.agent(k, RoleContextAgent, allowed)
		case "relevantTypes":
			err = c.relevantTypes(k)
		default:
			err = c.unknown(k, "objectType", property, "relevantTypes")
		}
		if err != nil {
			return err
		}
	}
	if typed != kind || !found {
		return c.fail(i, ruleContextAgent, "a %s has objectType %q and a property %s", kind, kind, property)
	}
	return nil
}

func (c *checker) relevantTypes(i int32) error {
	n, err := c.count(i)
	if err != nil {
		return err
	}
	if n == 0 {
		return c.fail(i, ruleRelevantTypes, "the list of relevant types is empty")
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if _, err := c.iri(k); err != nil {
			return err
		}
	}
	return nil
}
