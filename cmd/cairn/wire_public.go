package main

import (
	"net/http"

	"github.com/gorilla/mux"

	"cairn/internal/caserest"
	"cairn/xapi/lrs"
)

// mountPublic puts what anyone may read beside the pages: frameworks as CASE, the addresses that statements name, and how a program
// gets an access token.
func (w wiring) mountPublic(router *mux.Router, frameworks caserest.Frameworks) {
	h := caserest.New(caserest.Config{Frameworks: frameworks, BaseURL: w.BaseURL, IRIBase: w.iriBase(), Log: w.log})
	router.Handle(lrs.MetadataPath, lrs.Metadata(w.BaseURL, recordsPrefix)).Methods(http.MethodGet, http.MethodHead)
	for _, path := range caserest.Paths() {
		router.PathPrefix(path).Handler(h)
	}
}
