package main

import (
	"bytes"

	"github.com/google/uuid"

	"cairn/internal/sqlstore"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// fillBatch is how many statements are appended at once where nobody measures the appending.
const fillBatch = 500

// append puts statements into a store that nobody serves, as the program does but for HTTP, until there are so many.
func (b *bench) append(store *sqlstore.Store, s *server, count int, next func(*bytes.Buffer)) error {
	credential := lrs.Credential{ID: s.key, Name: "bench", Scopes: []lrs.Scope{lrs.ScopeAll}}
	options := xapi.Options{Version: xapi.V1, NewID: uuid.NewString, Authority: xapi.Agent{Account: &xapi.Account{HomePage: s.base, Name: s.key}}}
	for sent := 0; sent < count; sent += fillBatch {
		batch, err := xapi.Prepare(body(next, max(min(fillBatch, count-sent), 2)), options)
		if err != nil {
			return err
		}
		if err := store.Add(b.ctx, credential, batch); err != nil {
			return err
		}
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
	}
	return nil
}
