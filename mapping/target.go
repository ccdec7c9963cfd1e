package mapping

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
)

// RoleProfile is what a role is to have (mapping.md calls it a target): a named set of archetypes, each at some levels. It is data, one
// JSON object a profile.
type RoleProfile struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Framework string `json:"framework"` // Framework.ID
	Wants     []Want `json:"wants"`     // any of them; none: everything
}

// Want is an archetype at some levels.
type Want struct {
	Archetype string `json:"archetype,omitzero"` // code; "" for every one
	Levels    []int  `json:"levels,omitzero"`    // none: every one, and capabilities without a level
}

// What a profile is refused for.
var (
	ErrProfile          = errors.New("mapping: a profile has an id of letters, digits and hyphens, a title, and a framework")
	ErrProfileArchetype = errors.New("mapping: the framework of the profile has no such archetype")
	ErrProfileLevel     = errors.New("mapping: the framework of the profile has no such level")
)

// ParseRoleProfile reads a profile and holds it to the framework that it is for. Members that are not known are refused.
func ParseRoleProfile(data []byte, c *Catalog) (RoleProfile, error) {
	var p RoleProfile
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		return RoleProfile{}, fmt.Errorf("mapping: read a profile: %w", err)
	}
	return p, p.Check(c)
}

// Check holds a profile to the framework that it is for.
func (p RoleProfile) Check(c *Catalog) error {
	if p.ID == "" || p.ID != slug(p.ID) || p.Title == "" || p.Framework != c.ID {
		return ErrProfile
	}
	for _, w := range p.Wants {
		if w.Archetype != "" && !slices.ContainsFunc(c.Archetypes, func(a Archetype) bool { return a.Code == w.Archetype }) {
			return fmt.Errorf("%w: %q", ErrProfileArchetype, w.Archetype)
		}
		for _, level := range w.Levels {
			if !slices.ContainsFunc(c.Levels, func(l Level) bool { return l.Number == level }) {
				return fmt.Errorf("%w: %d", ErrProfileLevel, level)
			}
		}
	}
	return nil
}

// ForArchetypes is the profile of people who chose some archetypes, at every level: of everything when they chose none.
func ForArchetypes(framework string, codes ...string) RoleProfile {
	p := RoleProfile{Framework: framework}
	for _, code := range codes {
		p.Wants = append(p.Wants, Want{Archetype: code})
	}
	return p
}

// takes says whether the profile asks for a capability.
func (p RoleProfile) takes(n Node) bool {
	return len(p.Wants) == 0 || slices.ContainsFunc(p.Wants, func(w Want) bool {
		return (w.Archetype == "" || len(n.Archetypes) == 0 || slices.Contains(n.Archetypes, w.Archetype)) &&
			(len(w.Levels) == 0 || slices.Contains(w.Levels, n.Level))
	})
}

// Target answers the tracked capabilities at and under a node that a profile asks for, in display order; "" is the whole framework.
// A capability that names no archetype is for every role.
func (c *Catalog) Target(node string, p RoleProfile) []Node {
	var out []Node
	for _, n := range c.Tracked(node) {
		if p.takes(n) {
			out = append(out, n)
		}
	}
	return out
}

// Gap is a capability that is asked for and not evidenced.
type Gap struct {
	Node  Node  `json:"node"`
	State State `json:"state"`
	// ImpliedBy is the level that implies it (see Implied), 0 for none: still a gap of evidence, shown as what it is.
	ImpliedBy int `json:"implied_by,omitzero"`
}

// Gaps is target minus state, in the order of the target: what is neither evidenced nor expiring.
func Gaps(target []Node, state func(capability string) State, implied map[string]int) []Gap {
	var out []Gap
	for _, n := range target {
		if s := state(n.ID); s != Evidenced && s != Expiring {
			out = append(out, Gap{n, s, implied[n.ID]})
		}
	}
	return out
}

// Prerequisites answers, by id, the capabilities of the framework that precede each one (CASE: precedes), in the order of relations.
func (c *Catalog) Prerequisites() map[string][]string {
	out := map[string][]string{}
	for _, r := range c.Relations {
		_, from := c.Capability(r.From)
		_, to := c.Capability(r.To)
		if r.Type == RelationPrecedes && from && to {
			out[r.To] = append(out[r.To], r.From)
		}
	}
	return out
}
