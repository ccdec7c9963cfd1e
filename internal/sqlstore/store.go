package sqlstore

import (
	"context"

	"golang.org/x/sync/semaphore"

	"cairn/internal/pipeline"
	"cairn/lti"
	"cairn/xapi/lrs"
)

// Store is the database with what is kept in memory beside it. It is lrs.Statements, lrs.Credentials and pipeline.Log; where two
// interfaces ask for methods of the same name, a small type over Store serves one of them.
type Store struct {
	*DB
	adds     *line[*request]       // calls of Add that wait for a group commit
	turns    *semaphore.Weighted   // of queries for statements
	checked  *cache[string, check] // credentials, by key
	lastUsed *lastUsed
	kept     kept // registrations, and what was published
	begun    *begunLogins
	fresh    *cache[string, lti.Login] // logins begun here and not spent yet, by state
}

var (
	_ lrs.Statements  = (*Store)(nil)
	_ lrs.Credentials = (*Store)(nil)
	_ lrs.Documents   = (*Store)(nil)
	_ lrs.Activities  = (*Store)(nil)
	_ lrs.Attachments = (*Store)(nil)
	_ pipeline.Log    = (*Store)(nil)
)

// Open opens the database at the DSN (an SQLite file name or file: URI, or postgres://...) and brings its schema up to date.
// Errors wrap ErrUnavailable, ErrSchemaNewer or ErrSchemaOlder.
func Open(ctx context.Context, dsn string, o Options) (*Store, error) {
	db, err := openDB(ctx, dsn, o)
	if err != nil {
		return nil, err
	}
	s := &Store{DB: db, turns: semaphore.NewWeighted(db.queriesAtOnce()), checked: newCache[string, check](10_000), lastUsed: newLastUsed(), begun: newBegunLogins(), fresh: newCache[string, lti.Login](loginsMost)}
	s.adds = newLine(statementsEnough, statementsMost, func(r *request) int { return 1 + len(r.batch) }, s.commitRequests)
	return s, nil
}

// Close answers the writes that are under way, keeps what is written lazily, and disconnects. Calls after it answer
// ErrUnavailable.
func (s *Store) Close() error {
	s.adds.close()
	s.writeLastUsed(context.Background())
	return s.DB.Close()
}
