package mapping

import (
	_ "embed"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"
)

// Namespace is the UUID all identifiers of frameworks are made in, unless a pack names its own: see ItemID and VersionGUID.
// It never changes, so that every instance gives the same framework the same identifiers.
var Namespace = uuid.MustParse("4c21a595-17ab-45ef-bce6-36ad9eebb1fb")

//go:embed pack/hee-ai-dht.json
var builtin []byte

// Builtin is the framework that comes with the program: the "AI and Digital Healthcare Technologies Capability Framework". The
// titles are the publisher's; 15 capabilities carry short labels of our own, and every section is tracked at every level.
func Builtin() Framework {
	f, err := ParsePack("hee-ai-dht.json", builtin)
	if err != nil {
		panic(fmt.Sprintf("mapping: the built-in framework is unusable: %v", err)) // a build with such a pack fails its tests
	}
	return f
}

// pack is our own format for a framework in JSON. Fields about the source are kept in the file for people.
type pack struct {
	Namespace string     `json:"namespace"`
	IDRule    string     `json:"id_rule"`
	Sections  bool       `json:"track_sections_by_level"`
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Publisher string     `json:"publisher"`
	Published string     `json:"published"`
	Version   string     `json:"version"`
	SourceURL string     `json:"source_url"`
	Checked   string     `json:"checked"`
	Note      string     `json:"note"`
	Totals    packTotals `json:"stated_totals"`
	Imply     bool       `json:"levels_imply"`
	Levels    []struct {
		Level int    `json:"level"`
		Name  string `json:"name"`
	} `json:"levels"`
	Archetypes []Archetype `json:"archetypes"`
	Items      []packItem  `json:"items"`
}

// packTotals is what the publisher says the framework holds; 0 where it says nothing.
type packTotals struct {
	Domains      int `json:"domains"`
	Subdomains   int `json:"subdomains"`
	ThirdLevel   int `json:"third_level_sections"`
	Capabilities int `json:"capabilities"`
	Levels       int `json:"levels"`
	Archetypes   int `json:"archetypes"`
}

// packItem is a section with a title, or a capability with a label (own words) or a title (the publisher's).
type packItem struct {
	ID         string   `json:"id"` // made from the code when it is left out
	Code       string   `json:"code"`
	Parent     *string  `json:"parent"` // code; null for a domain
	Kind       NodeKind `json:"kind"`
	Title      string   `json:"title"`
	Label      string   `json:"label"`
	Level      *int     `json:"level"` // null when it is not given
	Archetypes []string `json:"archetypes"`
	SourceURL  string   `json:"source_url"`
}

// ParsePack reads a framework in our JSON format. It answers *ImportError with every problem, named by item and field.
func ParsePack(file string, data []byte) (Framework, error) {
	var p pack
	if err := json.Unmarshal(data, &p, json.RejectUnknownMembers(true)); err != nil {
		return Framework{}, unreadable(file, err)
	}
	space := Namespace
	if p.Namespace != "" {
		var err error
		if space, err = uuid.Parse(p.Namespace); err != nil {
			return Framework{}, problems{{"namespace", "it is not a UUID"}}.err(file)
		}
	}
	f := p.framework(space)
	var ps problems
	f.Items = p.nodes(space, &ps)
	ps = append(ps, f.problems(func(i int, field string) string { return fmt.Sprintf("items[%d].%s", i, field) })...)
	if len(ps) == 0 {
		p.checkTotals(&ps)
	}
	if err := ps.err(file); err != nil {
		return Framework{}, err
	}
	if p.Sections {
		f.Items = append(f.Items, sectionsByLevel(f, space)...)
	}
	slices.SortStableFunc(f.Items, Node.compare)
	f.Items = Arrange(f.Items)
	if err := Validate(f); err != nil {
		return Framework{}, err
	}
	return f, nil
}

// unreadable tells where in the file reading stopped.
func unreadable(file string, err error) error {
	var semantic *json.SemanticError
	var syntactic *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return problems{{"file", "it ends too early"}}.err(file)
	case errors.As(err, &semantic) && errors.Is(err, json.ErrUnknownName):
		return problems{{string(semantic.JSONPointer), "no such field is known"}}.err(file)
	case errors.As(err, &semantic):
		return problems{{string(semantic.JSONPointer), fmt.Sprintf("a JSON %s does not belong here", semantic.JSONKind)}}.err(file)
	case errors.As(err, &syntactic) && errors.Is(err, jsontext.ErrDuplicateName):
		return problems{{string(syntactic.JSONPointer), "the field is there twice"}}.err(file)
	case errors.As(err, &syntactic):
		return problems{{fmt.Sprintf("byte %d", syntactic.ByteOffset), syntactic.Err.Error()}}.err(file)
	}
	return problems{{"file", err.Error()}}.err(file)
}

func (p pack) framework(space uuid.UUID) Framework {
	f := Framework{
		ID: p.ID, GUID: frameworkGUID(space, p.ID, p.Version), Version: p.Version, Title: p.Title, Publisher: p.Publisher,
		SourceURL: p.SourceURL, Checked: p.Checked, Statements: p.Totals.Capabilities, Archetypes: p.Archetypes,
		LevelsImply: p.Imply,
	}
	for _, l := range p.Levels {
		f.Levels = append(f.Levels, Level{Number: l.Level, Name: l.Name})
	}
	return f
}

func (p pack) nodes(space uuid.UUID, ps *problems) []Node {
	ids := map[string]string{}
	for _, it := range p.Items {
		ids[it.Code] = it.id(space, p.ID)
	}
	nodes := make([]Node, len(p.Items))
	for i, it := range p.Items {
		n := Node{ID: it.id(space, p.ID), Code: it.Code, Kind: it.Kind, Title: it.Title, Archetypes: it.Archetypes, SourceURL: it.SourceURL}
		if it.Parent != nil {
			if n.Parent = ids[*it.Parent]; n.Parent == "" {
				ps.add(fmt.Sprintf("items[%d].parent", i), "no item has the code %q", *it.Parent)
			}
		}
		if it.Level != nil {
			n.Level = *it.Level
		}
		if it.Label != "" {
			if it.Title != "" {
				ps.add(fmt.Sprintf("items[%d].label", i), "it has a title and a label; one is needed")
			}
			n.Title = it.Label
		}
		if it.Kind == NodeCapability {
			n.Wording = WordingOfficial
			if it.Label != "" {
				n.Wording = WordingShortLabel
			}
		}
		nodes[i] = n
	}
	return nodes
}

func (it packItem) id(space uuid.UUID, framework string) string {
	if it.ID != "" {
		return it.ID
	}
	return itemID(space, framework, it.Code)
}
