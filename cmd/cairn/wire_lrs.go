package main

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// recordStore is what the record store's resources need beside statements.
type recordStore interface {
	lrs.Credentials
	lrs.Documents
	lrs.Activities
	lrs.Attachments
}

// recordsPrefix is the path of the record store.
const recordsPrefix = "/xapi"

// newLRS joins the record store's resources.
func (w wiring) newLRS(statements lrs.Statements, s recordStore, door *lrs.Door) (http.Handler, error) {
	h, err := lrs.New(lrs.Config{
		Statements: statements, Documents: s, Activities: s, Attachments: s, Credentials: s, Now: w.now, NewID: newStatementID, Key: w.keys.links(), Door: door, Log: w.log, Prefix: recordsPrefix,
		TokenLife: w.tokenLife,
		Authority: func(c lrs.Credential) xapi.Agent { return w.authority(c.Name, c.ID) },
	})
	if err != nil {
		return nil, fmt.Errorf("serve the record store: %w", err)
	}
	return h, nil
}

// authority is who vouches for statements: an account of this instance. Its home page is the IRI base, which outlives addresses.
func (w wiring) authority(name, account string) xapi.Agent {
	return xapi.Agent{ObjectType: "Agent", Name: name, Account: &xapi.Account{HomePage: w.iriBase(), Name: account}}
}

// prepareOwn makes a statement that Cairn emits ready to store.
func (w wiring) prepareOwn(statement []byte) (xapi.Prepared, error) {
	batch, err := xapi.Prepare(statement, xapi.Options{Version: xapi.V1, Authority: w.authority("Cairn", "cairn"), NewID: newStatementID})
	if err != nil {
		return xapi.Prepared{}, fmt.Errorf("prepare a statement of our own: %w", err)
	}
	return batch[0], nil
}

// newStatementID is a UUID that sorts by time of making.
func newStatementID() string { return uuid.Must(uuid.NewV7()).String() }
