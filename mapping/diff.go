package mapping

import (
	"slices"
	"strings"
)

// FrameworkDiff is what another version of a framework changed, item by item. Items are the same when their ids are.
type FrameworkDiff struct {
	ID        string        `json:"id"`
	From      string        `json:"from"` // version
	To        string        `json:"to"`
	Whole     []string      `json:"whole"` // fields of the framework that differ, by name
	Added     []ItemDiff    `json:"added"`
	Changed   []ItemDiff    `json:"changed"`
	Retired   []RetiredItem `json:"retired"`
	Unchanged int           `json:"unchanged"`
}

// ItemDiff is an item of the newer version, with the fields that differ by name; none for one that was added.
type ItemDiff struct {
	ID     string   `json:"id"`
	Code   string   `json:"code"`
	Title  string   `json:"title"`
	Fields []string `json:"fields,omitzero"`
}

// Fate is what becomes of an item that a newer version has not.
type Fate string

// The fates. An item is replaced by what relations of the newer version name (replacedBy).
const (
	FateExact    Fate = "exact"    // one item replaces it
	FateNarrower Fate = "narrower" // one item does that is only a part of it (isPartOf)
	FateSplit    Fate = "split"    // several do
	FateRetired  Fate = "retired"  // none does
)

// RetiredItem is an item of the older version that the newer has not.
type RetiredItem struct {
	ItemDiff
	Fate    Fate     `json:"fate"`
	Becomes []string `json:"becomes,omitzero"` // ids in the newer version
}

// Same says that nothing differs.
func (d FrameworkDiff) Same() bool {
	return len(d.Whole)+len(d.Added)+len(d.Changed)+len(d.Retired) == 0
}

// Diff compares two versions of a framework.
func Diff(older, newer Framework) FrameworkDiff {
	d := FrameworkDiff{
		ID: newer.ID, From: older.Version, To: newer.Version, Whole: wholeFields(older, newer),
		Added: []ItemDiff{}, Changed: []ItemDiff{}, Retired: []RetiredItem{},
	}
	was, is := nodesByID(older), nodesByID(newer)
	for _, n := range newer.Items {
		old, known := was[n.ID]
		line := ItemDiff{ID: n.ID, Code: n.Code, Title: n.Title}
		if !known {
			d.Added = append(d.Added, line)
			continue
		}
		if line.Fields = nodeFields(old, n); len(line.Fields) > 0 {
			d.Changed = append(d.Changed, line)
		} else {
			d.Unchanged++
		}
	}
	heirs := replacements(newer)
	for _, n := range older.Items {
		if _, still := is[n.ID]; !still {
			d.Retired = append(d.Retired, retired(newer, n, heirs[n.ID]))
		}
	}
	return d
}

func nodesByID(f Framework) map[string]Node {
	out := map[string]Node{}
	for _, n := range f.Items {
		out[n.ID] = n
	}
	return out
}

func retired(newer Framework, n Node, heirs []string) RetiredItem {
	r := RetiredItem{ItemDiff: ItemDiff{ID: n.ID, Code: n.Code, Title: n.Title}, Fate: FateRetired, Becomes: heirs}
	switch len(heirs) {
	case 0:
	case 1:
		r.Fate = FateExact
		if slices.ContainsFunc(newer.Relations, func(rel Relation) bool {
			return rel.Type == RelationPartOf && rel.From == heirs[0] && LastUUID(rel.To) == n.ID
		}) {
			r.Fate = FateNarrower
		}
	default:
		r.Fate = FateSplit
	}
	return r
}

// replacements are the items that replace others, by the id of the other.
func replacements(f Framework) map[string][]string {
	out, is := map[string][]string{}, nodesByID(f)
	for _, r := range f.Relations {
		_, here := is[r.To]
		if old := LastUUID(r.From); r.Type == RelationReplacedBy && here && old != "" {
			out[old] = append(out[old], r.To)
		}
	}
	return out
}

// Replaced answers, by item, the items of older versions that it replaced, in any number of steps. frameworks are the versions there
// are, in any order. An item that a version still has is not replaced in it.
func Replaced(frameworks ...Framework) map[string][]string {
	steps := map[string][]string{}
	for _, f := range frameworks {
		is := nodesByID(f)
		for old, heirs := range replacements(f) {
			if _, still := is[old]; still {
				continue
			}
			for _, heir := range heirs {
				steps[heir] = append(steps[heir], old)
			}
		}
	}
	out := make(map[string][]string, len(steps))
	for item := range steps {
		out[item] = reached(steps, item)
	}
	return out
}

// reached answers what is reached from an item in one step or more, but for itself, in order.
func reached(steps map[string][]string, item string) []string {
	seen, out := map[string]bool{item: true}, []string(nil)
	for next := steps[item]; len(next) > 0; {
		var further []string
		for _, id := range next {
			if !seen[id] {
				seen[id], out, further = true, append(out, id), append(further, steps[id]...)
			}
		}
		next = further
	}
	slices.Sort(out)
	return out
}

// field is a name and whether it differs.
type field struct {
	name   string
	differ bool
}

func differing(fields []field) []string {
	var out []string
	for _, f := range fields {
		if f.differ {
			out = append(out, f.name)
		}
	}
	return out
}

func wholeFields(a, b Framework) []string {
	out := differing([]field{
		{"id", a.ID != b.ID}, {"title", a.Title != b.Title}, {"publisher", a.Publisher != b.Publisher}, {"source_url", a.SourceURL != b.SourceURL},
		{"checked", a.Checked != b.Checked}, {"statements", a.Statements != b.Statements}, {"levels", !slices.Equal(a.Levels, b.Levels)},
		{"levels_imply", a.LevelsImply != b.LevelsImply},
		{"archetypes", !slices.Equal(a.Archetypes, b.Archetypes)}, {"relations", !slices.Equal(a.Relations, b.Relations)},
	})
	if out == nil {
		out = []string{}
	}
	return out
}

func nodeFields(a, b Node) []string {
	return differing([]field{
		{"code", a.Code != b.Code}, {"parent", a.Parent != b.Parent}, {"kind", a.Kind != b.Kind}, {"title", a.Title != b.Title},
		{"wording", a.Wording != b.Wording}, {"level", a.Level != b.Level},
		{"archetypes", strings.Join(a.Archetypes, " ") != strings.Join(b.Archetypes, " ")},
		{"source_url", a.SourceURL != b.SourceURL}, {"notes", a.Notes != b.Notes},
	})
}
