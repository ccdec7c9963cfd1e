package mapping

// Implied answers, by id, the capabilities that higher levels show as evidenced too, each with the level that does, when the
// framework says that its levels imply: in the same section, the nearest higher level of which every capability is evidenced.
// It is only for showing and never kept: evidenced says whether the learner has evidence of their own, and of those that have
// nothing is implied. A capability without a level neither implies nor is implied.
func Implied(c *Catalog, evidenced func(capability string) bool) map[string]int {
	out := map[string]int{}
	if !c.LevelsImply {
		return out
	}
	for parent := range c.children {
		implyIn(c.Capabilities(parent), evidenced, out)
	}
	return out
}

// implyIn looks at the capabilities of one section. They come by level, lowest first, those without one last.
func implyIn(section []Node, evidenced func(capability string) bool, out map[string]int) {
	whole := map[int]bool{} // levels of which everything is evidenced
	for _, n := range section {
		before, seen := whole[n.Level]
		whole[n.Level] = (before || !seen) && evidenced(n.ID)
	}
	for _, n := range section {
		if n.Level == 0 || evidenced(n.ID) {
			continue
		}
		for level := n.Level + 1; level <= maxLevel; level++ {
			if whole[level] {
				out[n.ID] = level
				break
			}
		}
	}
}
