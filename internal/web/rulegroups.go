package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// What a form of a rule holds at most.
const (
	groupsMost = 12
	partsMost  = 12
)

// partFields are one part of a group: any one of some activities. Its buttons are "" where they would do nothing.
type partFields struct {
	ID, Legend, Error string
	Boxes             []option
	Up, Down, Drop    string
}

// partButtons are what the buttons of a part ask for.
func (f *ruleForm) partButtons(g, p int, part *partFields) {
	at := func(verb string) string { return fmt.Sprintf("%s-%d-%d", verb, g, p) }
	if p > 0 || f.takes(g-1) {
		part.Up = at("up")
	}
	if p+1 < len(f.Groups[g]) || f.takes(g+1) {
		part.Down = at("down")
	}
	if len(f.Groups[g]) > 1 {
		part.Drop = at("drop")
	}
}

// takes answers whether there is such a group and another part fits into it.
func (f *ruleForm) takes(g int) bool {
	return g >= 0 && g < len(f.Groups) && len(f.Groups[g]) < partsMost
}

// press does what a button of the groups asks for: "group" adds one, "part-1" a part to the second, "up-1" and "down-1" move it, "drop-1"
// takes it away; "up-1-0", "down-1-0" and "drop-1-0" do so with the first part of the second.
func (f *ruleForm) press(do string) {
	verb, at, _ := strings.Cut(do, "-")
	group, part, ofPart := strings.Cut(at, "-")
	g, err := strconv.Atoi(group)
	here := err == nil && g >= 0 && g < len(f.Groups)
	switch {
	case verb == "group" && len(f.Groups) < groupsMost:
		f.Groups = append(f.Groups, []map[string]bool{{}})
	case here && ofPart:
		f.pressPart(verb, g, part)
	case here:
		f.pressGroup(verb, g)
	}
	if f.Kind == string(mapping.RuleGroups) && len(f.Groups) == 0 {
		f.Groups = [][]map[string]bool{{{}}}
	}
}

// pressGroup changes the group at i, which is there.
func (f *ruleForm) pressGroup(verb string, i int) {
	switch {
	case verb == "part" && f.takes(i):
		f.Groups[i] = append(f.Groups[i], map[string]bool{})
	case verb == "up" && i > 0:
		f.Groups[i-1], f.Groups[i] = f.Groups[i], f.Groups[i-1]
	case verb == "down" && i+1 < len(f.Groups):
		f.Groups[i+1], f.Groups[i] = f.Groups[i], f.Groups[i+1]
	case verb == "drop":
		f.Groups = slices.Delete(f.Groups, i, i+1)
	}
}

// pressPart changes a part of group g. One that is moved beyond its group's end goes into the group next to it.
func (f *ruleForm) pressPart(verb string, g int, at string) {
	parts := f.Groups[g]
	p, err := strconv.Atoi(at)
	if err != nil || p < 0 || p >= len(parts) {
		return
	}
	switch {
	case verb == "up" && p > 0:
		parts[p-1], parts[p] = parts[p], parts[p-1]
	case verb == "down" && p+1 < len(parts):
		parts[p+1], parts[p] = parts[p], parts[p+1]
	case verb == "up" && f.takes(g-1):
		f.Groups[g-1] = append(f.Groups[g-1], parts[p])
		f.dropPart(g, p)
	case verb == "down" && f.takes(g+1):
		f.Groups[g+1] = slices.Insert(f.Groups[g+1], 0, parts[p])
		f.dropPart(g, p)
	case verb == "drop":
		f.dropPart(g, p)
	}
}

// dropPart takes a part out, and with the last one its group: a group without a part would ask for nothing.
func (f *ruleForm) dropPart(g, p int) {
	if f.Groups[g] = slices.Delete(f.Groups[g], p, p+1); len(f.Groups[g]) == 0 {
		f.Groups = slices.Delete(f.Groups, g, g+1)
	}
}
