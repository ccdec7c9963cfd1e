package casefmt

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// associations places the items in the tree, and keeps what else they say. The first parent of an item is its place; others
// stay as relations.
func (r *reader) associations(all []object) {
	for _, o := range all {
		o.value("identifier", "uri", "lastChangeDateTime", "CFDocumentURI")
		text := o.text("associationType")
		kind, known := mapping.ParseRelationType(text)
		rel := mapping.Relation{From: r.end(o.link("originNodeURI")), Type: kind, To: r.end(o.link("destinationNodeURI"))}
		sequence, _ := strconv.Atoi(o.text("sequenceNumber"))
		i, item := r.index[rel.From]
		_, parent := r.index[rel.To]
		switch {
		case !known:
			r.dropped["association of the unknown type "+strconv.Quote(clip(text))]++
		case kind == mapping.RelationChildOf && item && !r.list[i].placed && parent && !r.above(rel.From, rel.To):
			r.list[i].Parent, r.list[i].sequence, r.list[i].placed = rel.To, sequence, true
		case kind == mapping.RelationChildOf && item && !r.list[i].placed && rel.To == r.f.GUID:
			r.list[i].sequence, r.list[i].placed = sequence, true
		default:
			r.relate(rel)
		}
		r.unread("association", o)
	}
	lost := 0
	for _, it := range r.list {
		if !it.placed {
			lost++
		}
	}
	r.report.Map("items without a parent", lost, "put at the top")
}

func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 40)], "") }

// above says whether an item is the other or stands above it: hanging it there would close a ring.
func (r *reader) above(id, other string) bool {
	for other != "" && other != id {
		i, ok := r.index[other]
		if !ok {
			return false
		}
		other = r.list[i].Parent
	}
	return other == id
}

// relate keeps a relation that can be kept: two ends that differ, one of them here.
func (r *reader) relate(rel mapping.Relation) {
	inside := 0
	for _, end := range []string{rel.From, rel.To} {
		if _, ok := r.index[end]; ok || end == r.f.GUID {
			inside++
		}
	}
	if inside == 0 || rel.From == rel.To || rel.From == "" || rel.To == "" {
		r.dropped["association that leads nowhere"]++
		return
	}
	r.f.Relations = append(r.f.Relations, rel)
}

// end is an end of an association as a relation names it: an item here by its identifier, others by their address.
func (r *reader) end(l Link) string {
	for _, id := range []string{l.Identifier, mapping.LastUUID(l.URI)} {
		if _, ok := r.index[id]; ok || id == r.f.GUID {
			return id
		}
	}
	if mapping.IsIRI(l.URI) {
		return l.URI
	}
	if iri := "urn:uuid:" + l.Identifier; l.Identifier != "" && mapping.IsIRI(iri) {
		return iri
	}
	return ""
}

// order sorts siblings by sequence number where all of them have one, else by their list enumeration where all have that, else
// leaves them as they came.
func (r *reader) order() {
	kids := map[string][]int{}
	for i, it := range r.list {
		kids[it.Parent] = append(kids[it.Parent], i)
	}
	rank := make([]int, len(r.list))
	for _, siblings := range kids {
		sorted := slices.Clone(siblings)
		if by := r.sortKey(siblings); by != nil {
			slices.SortStableFunc(sorted, func(a, b int) int { return by(r.list[a], r.list[b]) })
		}
		for place, i := range sorted {
			rank[i] = place
		}
	}
	slices.SortStableFunc(r.list, func(a, b item) int { return cmp.Compare(rank[r.index[a.ID]], rank[r.index[b.ID]]) })
	for i, it := range r.list {
		r.index[it.ID] = i
	}
}

func (r *reader) sortKey(siblings []int) func(a, b item) int {
	all := func(has func(item) bool) bool {
		return !slices.ContainsFunc(siblings, func(i int) bool { return !has(r.list[i]) })
	}
	number := func(it item) int { n, _ := strconv.Atoi(it.enum); return n }
	switch {
	case all(func(it item) bool { return it.sequence > 0 }):
		return func(a, b item) int { return cmp.Compare(a.sequence, b.sequence) }
	case all(func(it item) bool { return number(it) > 0 }):
		return func(a, b item) int { return cmp.Compare(number(a), number(b)) }
	case all(func(it item) bool { return it.enum != "" }):
		return func(a, b item) int { return cmp.Compare(a.enum, b.enum) }
	}
	return nil
}

// kinds decides what is a heading and what can be tracked, and gives codes to those without. Items of others are capabilities
// when they hold nothing, or when their type is that of an item that holds nothing: a standard with components is a standard.
func (r *reader) kinds() {
	holds, ends := map[string]bool{}, map[string]bool{}
	for _, it := range r.list {
		holds[it.Parent] = true
	}
	for _, it := range r.list {
		if !holds[it.ID] && it.kind != "" {
			ends[it.kind] = true
		}
	}
	made, levels, types := 0, map[int]bool{}, map[string]int{}
	for i := range r.list {
		it := &r.list[i]
		if !it.described {
			it.Kind = mapping.NodeCapability
			if holds[it.ID] && !ends[it.kind] {
				it.Kind, it.Wording = mapping.NodeSection, ""
			}
			types[it.kind+" is a "+string(it.Kind)]++
			if it.Level != 0 {
				levels[it.Level] = true
			}
		}
		if it.Code == "" {
			it.Code = it.ID
			made++
		}
	}
	r.levels(levels)
	r.distinctCodes()
	r.report.Map("humanCodingScheme", made, "the identifier, since the item has none that can be taken")
	r.reportTypes(types)
}

func (r *reader) reportTypes(types map[string]int) {
	names := make([]string, 0, len(types))
	for n := range types {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		kind := n[strings.LastIndexByte(n, ' ')+1:]
		if given := strings.TrimSuffix(n, " is a "+kind); given != "" {
			r.report.Map("CFItemType "+strconv.Quote(clip(given)), types[n], kind)
		}
	}
	own := 0
	for _, it := range r.list {
		if !it.described && it.SourceURL != "" {
			own++
		}
	}
	r.report.Map("item uri", own, "source address; Cairn mints identifiers of its own")
}

// levels adds the levels that items of others use to those that are named.
func (r *reader) levels(used map[int]bool) {
	n := 0
	for _, it := range r.list {
		if !it.described && it.Level != 0 {
			n++
		}
	}
	r.report.Map("educationLevel", n, "level")
	for _, l := range r.f.Levels {
		delete(used, l.Number)
	}
	added := make([]mapping.Level, 0, len(used))
	for l := range used {
		added = append(added, mapping.Level{Number: l})
	}
	slices.SortFunc(added, func(a, b mapping.Level) int { return a.Number - b.Number })
	if len(added) > 0 {
		r.f.Levels = append(r.f.Levels, added...)
	}
}

// distinctCodes puts the identifier in place of a code that another item has already: CASE does not ask for different ones.
func (r *reader) distinctCodes() {
	taken, changed := map[string]bool{}, 0
	for i := range r.list {
		it := &r.list[i]
		if taken[it.Code] {
			it.Code = it.ID
			changed++
		}
		taken[it.Code] = true
	}
	r.report.Map("humanCodingScheme", changed, "the identifier, since another item has the same")
}

// definitions are kept only in our own exports, where the extensions say the same.
func (r *reader) definitions(root object) {
	defs, ok := newObject(root.value("CFDefinitions"))
	if !ok {
		return
	}
	for name := range defs.members {
		n := len(elements(defs.value(name)))
		if r.own() && (name == "CFConcepts" || name == "CFItemTypes") {
			continue
		}
		if n > 0 {
			r.dropped["definition "+name] += n
		}
	}
}

// own says whether the package is an export of Cairn's: every item carries its extension.
func (r *reader) own() bool {
	return !slices.ContainsFunc(r.list, func(it item) bool { return !it.described })
}
