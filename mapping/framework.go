package mapping

// Framework is one version of a capability framework (CASE: CFDocument with its CFItems). A published version never changes.
type Framework struct {
	ID         string  `json:"id"`   // short name of the pack, the same for every version: "hee-ai-dht"
	GUID       string  `json:"guid"` // UUIDv5 fixed in the pack, so that instances agree (CASE identifier)
	Version    string  `json:"version"`
	Title      string  `json:"title"`
	Publisher  string  `json:"publisher"`
	SourceURL  string  `json:"source_url,omitzero"`
	Checked    string  `json:"checked,omitzero"` // date the source was last checked
	Statements int     `json:"statements"`       // how many statements the publisher's framework has; 0 unknown
	Levels     []Level `json:"levels,omitzero"`
	// LevelsImply says that within a section a higher level includes the lower ones: see Implied.
	LevelsImply bool        `json:"levels_imply,omitzero"`
	Archetypes  []Archetype `json:"archetypes,omitzero"`
	Items       []Node      `json:"items"`              // parents before children, in display order
	Relations   []Relation  `json:"relations,omitzero"` // beside the tree, in the order of SortRelations
}

// Level is a step of knowledge. Name may be empty: pages then say "Level 2".
type Level struct {
	Number int    `json:"number"`
	Name   string `json:"name,omitzero"`
}

// Archetype is a role a capability is meant for.
type Archetype struct {
	Code         string `json:"code"`
	Title        string `json:"title"`
	ExampleRoles string `json:"example_roles,omitzero"`
}

// NodeKind separates the headings of a framework from what can be tracked.
type NodeKind string

// The kinds of node.
const (
	NodeSection    NodeKind = "section"    // domain, sub-domain, section: holds others
	NodeCapability NodeKind = "capability" // can be aligned and tracked
)

// Wording says where the text of a capability comes from.
type Wording string

// The wordings.
const (
	WordingOfficial   Wording = "official"    // the publisher's statement
	WordingShortLabel Wording = "short_label" // our own short words for a statement of the publisher's
	WordingStructure  Wording = "structure"   // a section at a level, tracked as a whole: "6.1 Machine learning ..., level 2"
)

// Node is one item of a framework (CASE: CFItem).
type Node struct {
	ID         string   `json:"id"` // UUIDv5 fixed in the pack (CASE identifier); never changes, also when the order does
	Code       string   `json:"code"`
	Parent     string   `json:"parent,omitzero"` // id of the parent, "" for a domain
	Kind       NodeKind `json:"kind"`
	Title      string   `json:"title"` // title of a section, text of a capability
	Wording    Wording  `json:"wording,omitzero"`
	Level      int      `json:"level,omitzero"`      // 0: not given
	Archetypes []string `json:"archetypes,omitzero"` // codes; none: for every role
	SourceURL  string   `json:"source_url,omitzero"`
	Notes      string   `json:"notes,omitzero"` // longer text of the publisher's beside the title (CASE: notes)
}

// compare orders the children of one node: capabilities before sections, by level, those without a level last.
func (n Node) compare(o Node) int {
	rank := func(n Node) int {
		switch {
		case n.Kind == NodeSection:
			return maxLevel + 2
		case n.Level == 0:
			return maxLevel + 1
		}
		return n.Level
	}
	return rank(n) - rank(o)
}
