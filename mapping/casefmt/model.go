package casefmt

import (
	"fmt"

	"github.com/go-json-experiment/json"
)

// Package is a CFPackage: a framework whole.
type Package struct {
	Document     Document      `json:"CFDocument"`
	Items        []Item        `json:"CFItems"`
	Associations []Association `json:"CFAssociations"`
	Definitions  Definitions   `json:"CFDefinitions"`
}

// Link is a LinkURI or LinkGenURI: title, identifier and address of something else.
type Link struct {
	Title      string `json:"title"`
	Identifier string `json:"identifier"`
	URI        string `json:"uri"`
	TargetType string `json:"targetType,omitzero"`
}

// Document is a CFDocument: what is said of a framework as a whole. PackageURI stands only outside a package.
type Document struct {
	Identifier     string        `json:"identifier"`
	URI            string        `json:"uri"`
	CaseVersion    string        `json:"caseVersion,omitzero"`
	Creator        string        `json:"creator"`
	Title          string        `json:"title"`
	Changed        string        `json:"lastChangeDateTime"`
	OfficialSource string        `json:"officialSourceURL,omitzero"`
	Publisher      string        `json:"publisher,omitzero"`
	Version        string        `json:"version,omitzero"`
	Adoption       string        `json:"adoptionStatus,omitzero"`
	StatusEnd      string        `json:"statusEndDate,omitzero"` // when the version was retired
	PackageURI     *Link         `json:"CFPackageURI,omitzero"`
	Extensions     *DocExtension `json:"extensions,omitzero"`
}

// Item is a CFItem. DocumentURI stands only outside a package.
type Item struct {
	Identifier  string         `json:"identifier"`
	URI         string         `json:"uri"`
	Statement   string         `json:"fullStatement"`
	Code        string         `json:"humanCodingScheme,omitzero"`
	Type        string         `json:"CFItemType,omitzero"`
	TypeURI     *Link          `json:"CFItemTypeURI,omitzero"`
	Keywords    []string       `json:"conceptKeywords,omitzero"`
	Notes       string         `json:"notes,omitzero"`
	Education   []string       `json:"educationLevel,omitzero"`
	Changed     string         `json:"lastChangeDateTime"`
	DocumentURI *Link          `json:"CFDocumentURI,omitzero"`
	Extensions  *ItemExtension `json:"extensions,omitzero"`
}

// Association is a CFAssociation. DocumentURI stands only outside a package.
type Association struct {
	Identifier  string `json:"identifier"`
	Type        string `json:"associationType"`
	Sequence    int    `json:"sequenceNumber,omitzero"`
	URI         string `json:"uri"`
	Origin      Link   `json:"originNodeURI"`
	Destination Link   `json:"destinationNodeURI"`
	Changed     string `json:"lastChangeDateTime"`
	DocumentURI *Link  `json:"CFDocumentURI,omitzero"`
}

// Definitions are the CFDefinitions: the archetypes as concepts, and the two types of item.
type Definitions struct {
	Concepts  []Concept  `json:"CFConcepts,omitzero"`
	ItemTypes []ItemType `json:"CFItemTypes,omitzero"`
}

// Concept is a CFConcept: an archetype.
type Concept struct {
	Identifier string `json:"identifier"`
	URI        string `json:"uri"`
	Title      string `json:"title"`
	Keywords   string `json:"keywords,omitzero"`
	Hierarchy  string `json:"hierarchyCode"`
	Changed    string `json:"lastChangeDateTime"`
}

// ItemType is a CFItemType.
type ItemType struct {
	Identifier  string `json:"identifier"`
	URI         string `json:"uri"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Hierarchy   string `json:"hierarchyCode"`
	TypeCode    string `json:"typeCode"`
	Changed     string `json:"lastChangeDateTime"`
}

// DocExtension is what a framework has and CASE does not. A member of this name tells an export of Cairn's from others.
type DocExtension struct {
	Cairn *docExtra `json:"cairn,omitzero"`
}

type docExtra struct {
	ID         string           `json:"id"`
	Checked    string           `json:"checked,omitzero"`
	Statements int              `json:"statements,omitzero"`
	Levels     []levelExtra     `json:"levels,omitzero"`
	Imply      bool             `json:"levels_imply,omitzero"`
	Archetypes []archetypeExtra `json:"archetypes,omitzero"`
}

type levelExtra struct {
	Number int    `json:"number"`
	Name   string `json:"name,omitzero"`
}

type archetypeExtra struct {
	Code  string `json:"code"`
	Title string `json:"title"`
	Roles string `json:"example_roles,omitzero"`
}

// ItemExtension is what an item has and CASE does not.
type ItemExtension struct {
	Cairn *itemExtra `json:"cairn,omitzero"`
}

type itemExtra struct {
	Kind       string   `json:"kind"`
	Wording    string   `json:"wording,omitzero"`
	Level      int      `json:"level,omitzero"`
	Archetypes []string `json:"archetypes,omitzero"`
	Source     string   `json:"source_url,omitzero"`
}

// JSON is the package as bytes.
func (p Package) JSON() ([]byte, error) {
	b, err := json.Marshal(p, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("casefmt: write a package: %w", err)
	}
	return b, nil
}
