// Package caserest serves what is published to anyone who asks: the read operations of the CASE service (CASE 1.0 and 1.1,
// REST/JSON binding), and the addresses that statements name: frameworks, capabilities, and the xAPI Profile. It reads the
// published frameworks through one small interface; nothing here needs a session, and nothing can be written.
package caserest

import (
	"log/slog"
	"net/http"

	"github.com/gorilla/mux"

	"cairn/mapping"
	"cairn/mapping/casefmt"
)

// Frameworks answers what is published.
type Frameworks interface {
	// Publications answers every version, the newest first. They never change, so the same pointer means the same content.
	Publications() []mapping.Publication
}

// Config is what the handler needs.
type Config struct {
	Frameworks Frameworks
	BaseURL    string // public address, without a slash at its end: links to other answers begin with it
	IRIBase    string // what the profile is called by while nothing is published
	Log        *slog.Logger
}

// New makes the handler of every address of this package; see Paths.
func New(c Config) http.Handler {
	s := &service{Config: c}
	m := mux.NewRouter()
	m.NotFoundHandler = s.answering(s.unknownPath)
	for _, v := range []casefmt.Version{casefmt.V1p0, casefmt.V1p1} {
		at := func(path string, a action) { m.Handle(v.Path()+path, s.answering(a)) }
		at("/CFDocuments", s.documents(v))
		at("/CFDocuments/{id}", s.document(v))
		at("/CFPackages/{id}", s.pack(v))
		at("/CFItems/{id}", s.item(v))
		at("/CFItemAssociations/{id}", s.itemAssociations(v))
		at("/CFAssociations/{id}", s.association(v))
		at("/CFConcepts/{id}", s.concepts)
		at("/CFItemTypes/{id}", s.itemTypes)
		for _, none := range []string{"CFAssociationGroupings", "CFLicenses", "CFRubrics", "CFSubjects"} {
			at("/"+none+"/{id}", s.none)
		}
	}
	m.Handle("/capability/{id}", s.answering(s.capability))
	m.Handle("/framework/{id}", s.answering(s.framework))
	m.Handle("/profile", s.answering(s.profile))
	m.PathPrefix("/profile/").Handler(s.answering(s.profile))
	return m
}

// Paths are the beginnings of the addresses that New answers.
func Paths() []string { return []string{"/ims/case/", "/capability/", "/framework/", "/profile"} }

// service answers requests from the published frameworks.
type service struct {
	Config
	kept kept
}
