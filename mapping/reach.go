package mapping

import "slices"

// Within is the case for somebody who can only do what is aligned where reach says, or where they have done something already: active
// alignments and rules of other places are left out. What they have done, and their state, stay as they are.
func (c Case) Within(reach func(Scope) bool) Case {
	known, scopes := map[place]bool{}, c.scopeOfAlignments()
	out := func(s Scope) bool {
		in, judged := known[s.place()]
		if !judged {
			in = reach(s) || slices.ContainsFunc(c.Evidence, func(e Evidence) bool {
				return scopes[e.Alignment].Same(s) || s.Holds(e.Record, e.Registration)
			})
			known[s.place()] = in
		}
		return !in
	}
	c.Alignments = slices.DeleteFunc(slices.Clone(c.Alignments), func(a Alignment) bool { return !c.Ended[a.ID] && out(a.Scope) })
	c.Rules = slices.DeleteFunc(slices.Clone(c.Rules), func(r ScopedRule) bool { return out(r.Scope) })
	return c
}

// Places answers the scopes of the alignments that the case has evidence of, each once, in the order of the evidence.
func (c Case) Places() (out []Scope) {
	scopes, seen := c.scopeOfAlignments(), map[place]bool{}
	for _, e := range c.Evidence {
		if s, ok := scopes[e.Alignment]; ok && !seen[s.place()] {
			seen[s.place()] = true
			out = append(out, s)
		}
	}
	return out
}

// scopeOfAlignments is the scope of each alignment by its id.
func (c Case) scopeOfAlignments() map[string]Scope {
	out := make(map[string]Scope, len(c.Alignments))
	for _, a := range c.Alignments {
		out[a.ID] = a.Scope
	}
	return out
}
