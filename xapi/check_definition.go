package xapi

import "slices"

var definitionNames = []string{"name", "description", "type", "moreInfo", "extensions", "interactionType",
	"correctResponsesPattern", "choices", "scale", "source", "target", "steps"}

var interactionTypes = []string{"true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing",
	"likert", "numeric", "other"}

// definition checks an activity definition (Data 2.4.4.1). Component lists are checked in themselves, but any list may stand
// with any interactionType: Data leaves the rest to the store, and content in the field mixes them.
func (c *checker) definition(i int32) error {
	if err := c.object(i); err != nil {
		return err
	}
	c.mark(i, markSkip|markDefinition)
	interaction, typed := int32(0), false
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		var err error
		switch c.name(k) {
		case "name", "description":
			err = c.languageMap(k)
		case "type", "moreInfo":
			_, err = c.iri(k)
		case "extensions":
			err = c.extensions(k)
		case "interactionType":
			typed = true
			_, err = c.format(k, isInteraction, ruleInteraction, "an interactionType")
		case "correctResponsesPattern":
			interaction, err = k, c.strings(k)
		case "choices", "scale", "source", "target", "steps":
			interaction, err = k, c.components(k)
		default:
			err = c.unknown(k, definitionNames...)
		}
		if err != nil {
			return err
		}
	}
	if interaction != 0 && !typed {
		return c.fail(interaction, ruleNoInteraction, "a definition with %s has an interactionType", c.name(interaction))
	}
	return nil
}

func isInteraction(s string) bool { return slices.Contains(interactionTypes, s) }

// strings checks an array of strings.
func (c *checker) strings(i int32) error {
	if err := c.array(i); err != nil {
		return err
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if err := c.string(k); err != nil {
			return err
		}
	}
	return nil
}

// components checks a list of interaction components: each has an id of its own.
func (c *checker) components(i int32) error {
	if err := c.array(i); err != nil {
		return err
	}
	seen := map[string]bool{}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		id, err := c.component(k)
		if err != nil {
			return err
		}
		if seen[id] {
			return c.fail(k, ruleComponentTwin, "the id %q is in the list twice", clip(id))
		}
		seen[id] = true
	}
	return nil
}

func (c *checker) component(i int32) (id string, err error) {
	if err = c.object(i); err != nil {
		return "", err
	}
	found := false
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "id":
			if err = c.string(k); err == nil {
				id, found = c.text(k), true
			}
		case "description":
			err = c.languageMap(k)
		default:
			err = c.unknown(k, "id", "description")
		}
		if err != nil {
			return "", err
		}
	}
	if !found {
		return "", c.fail(i, ruleComponentID, "the component has no id")
	}
	return id, nil
}
