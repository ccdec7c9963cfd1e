package mapping

import (
	"net/url"
	"slices"
	"strings"
)

// RelationType is how one item stands to another, in CASE's words.
type RelationType string

// The relations of CASE 1.1. The tree itself (Node.Parent) is not among a framework's relations.
const (
	RelationChildOf       RelationType = "isChildOf" // a second parent, beside the tree
	RelationPeerOf        RelationType = "isPeerOf"
	RelationPartOf        RelationType = "isPartOf"
	RelationExactMatchOf  RelationType = "exactMatchOf"
	RelationPrecedes      RelationType = "precedes"
	RelationRelatedTo     RelationType = "isRelatedTo"
	RelationReplacedBy    RelationType = "replacedBy"
	RelationExemplar      RelationType = "exemplar"
	RelationSkillLevel    RelationType = "hasSkillLevel"
	RelationTranslationOf RelationType = "isTranslationOf"
)

var relationTypes = []RelationType{
	RelationChildOf, RelationPeerOf, RelationPartOf, RelationExactMatchOf, RelationPrecedes, RelationRelatedTo, RelationReplacedBy,
	RelationExemplar, RelationSkillLevel, RelationTranslationOf,
}

// ParseRelationType reads a relation whatever its case and spaces ("Is Related To"), as older exports write it. Extensions of
// CASE begin with "ext:" and stay as they are.
func ParseRelationType(s string) (RelationType, bool) {
	if name, ok := strings.CutPrefix(s, "ext:"); ok {
		return RelationType(s), name != "" && !strings.ContainsFunc(name, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
		})
	}
	plain := strings.Join(strings.Fields(s), "")
	for _, t := range relationTypes {
		if strings.EqualFold(plain, string(t)) {
			return t, true
		}
	}
	return "", false
}

// Relation says how an item stands to another one. An end is the id of an item or the GUID of the framework, or the IRI of
// something elsewhere ("urn:uuid:..." for an item of an earlier version); one end at least is in the framework.
type Relation struct {
	From string       `json:"from"`
	Type RelationType `json:"type"`
	To   string       `json:"to"`
}

// SortRelations puts relations in their one order and leaves repeated ones out. It answers nil for none.
func SortRelations(rs []Relation) []Relation {
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b Relation) int {
		if c := strings.Compare(a.From, b.From); c != 0 {
			return c
		}
		if c := strings.Compare(string(a.Type), string(b.Type)); c != 0 {
			return c
		}
		return strings.Compare(a.To, b.To)
	})
	rs = slices.Compact(rs)
	if len(rs) == 0 {
		return nil
	}
	return rs
}

// maxRelations is the most relations a framework may have.
const maxRelations = 5 * maxItems

// checkRelations holds the ends and types of the relations to what Relation says.
func (f Framework) checkRelations(ps *problems, byID map[string]int) {
	if len(f.Relations) > maxRelations {
		ps.add("relations", "there are %d; at most %d are taken", len(f.Relations), maxRelations)
		return
	}
	named := func(id string) bool { _, item := byID[id]; return item || id == f.GUID }
	for _, r := range f.Relations {
		where := "relation " + string(r.Type) + " of " + r.From
		if t, ok := ParseRelationType(string(r.Type)); !ok || t != r.Type {
			ps.add(where, "%q is no relation of CASE", r.Type)
		}
		inside := 0
		for _, end := range []string{r.From, r.To} {
			switch {
			case named(end):
				inside++
			case !IsIRI(end):
				ps.add(where, "%q is neither an item of the framework nor an IRI", end)
			case named(LastUUID(end)):
				ps.add(where, "%q is an item of the framework: name it by its id", end)
			}
		}
		if inside == 0 {
			ps.add(where, "neither end is in the framework")
		}
		if r.From == r.To {
			ps.add(where, "it leads to itself")
		}
	}
}

// IsIRI says whether a text can be an end of a relation that lies elsewhere: absolute, and without spaces.
func IsIRI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "") && len(s) <= maxTitle &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// LastUUID is the UUID in lower case that an IRI ends with, "" when it ends otherwise: CASE servers and Cairn name items so.
func LastUUID(iri string) string {
	last := strings.ToLower(iri[strings.LastIndexAny(iri, "/:=")+1:])
	if isUUID(last) {
		return last
	}
	return ""
}
