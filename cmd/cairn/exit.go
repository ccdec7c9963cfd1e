package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"syscall"

	"cairn/internal/sqlstore"
)

// Exit codes. They are part of the interface (README, "Exit codes"): never renumber.
const (
	exitOK       = 0
	exitFailure  = 1 // it was tried and failed; also a check of `demo --once`
	exitUsage    = 2 // flags, environment, configuration file or key file
	exitDatabase = 3 // the database cannot be opened, reached or used by this version
	exitAddress  = 4 // the address cannot be listened on
	exitRefused  = 5 // what was given breaks a rule: a framework file with a bad row, a registration that exists, an unknown id
)

// refusal is an error whose sentence is for the person at the command line, with the exit code for scripts.
type refusal struct {
	code     int
	sentence string
	cause    error
}

func (r *refusal) Error() string {
	if r.cause == nil {
		return inWords(r.sentence)
	}
	return inWords(r.sentence + ": " + r.cause.Error())
}

// packageNames is what errors inside begin with, for those who read logs.
var packageNames = regexp.MustCompile(`(^|: |\n|\()(?:(?:api|caserest|interchange|learner|lrs|lti|mapping|moodlecsv|pipeline|profile|sqlstore|web|xapi): )+`)

// inWords leaves the names of packages out of a sentence for people.
func inWords(text string) string { return packageNames.ReplaceAllString(text, "$1") }

func (r *refusal) Unwrap() error { return r.cause }

// ExitCode lets kong end the process with the right code.
func (r *refusal) ExitCode() int { return r.code }

func refuse(code int, format string, args ...any) *refusal {
	err := fmt.Errorf(format, args...)
	return &refusal{code: code, sentence: err.Error()}
}

// explain gives an error its sentence and code. The first rule that fits wins.
func explain(err error) *refusal {
	var known *refusal
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, sqlstore.ErrSchemaNewer):
		return &refusal{exitDatabase, "this database belongs to a newer version of Cairn: install that version, or restore a backup made by this one", err}
	case errors.Is(err, sqlstore.ErrSchemaOlder):
		return &refusal{exitDatabase, "this database must be migrated first: run `cairn migrate`", err}
	case errors.Is(err, sqlstore.ErrUnavailable):
		return &refusal{exitDatabase, "the database cannot be opened: check CAIRN_DB, that its folder can be written to, and that the server runs", err}
	case errors.Is(err, syscall.EADDRINUSE):
		return &refusal{exitAddress, "another program listens on this address: choose another with CAIRN_ADDR or --addr", err}
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EADDRNOTAVAIL):
		return &refusal{exitAddress, "this address cannot be listened on: choose another with CAIRN_ADDR or --addr", err}
	case errors.Is(err, context.Canceled):
		return &refusal{exitFailure, "stopped", nil}
	}
	return &refusal{exitFailure, "it failed", err}
}
