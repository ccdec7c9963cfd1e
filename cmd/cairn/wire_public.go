package main

import (
	"github.com/gorilla/mux"

	"cairn/internal/caserest"
)

// mountPublic puts what anyone may read beside the pages: frameworks as CASE, and the addresses that statements name.
func (w wiring) mountPublic(router *mux.Router, frameworks caserest.Frameworks) {
	h := caserest.New(caserest.Config{Frameworks: frameworks, BaseURL: w.BaseURL, IRIBase: w.iriBase(), Log: w.log})
	for _, path := range caserest.Paths() {
		router.PathPrefix(path).Handler(h)
	}
}
