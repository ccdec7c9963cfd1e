package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/mapping"
)

// A crowd is many people with a few statements each: ten, of the twenty activities of a course.
const (
	crowdEach       = 10
	crowdActivities = 20
)

func crowdSub(i int) string { return fmt.Sprint(100_000 + i) }

// fillCrowd makes statements, and the people who made them, as if each had launched; everything is folded. It answers a capability that
// can be aligned. Nobody serves the store yet.
func (b *bench) fillCrowd(s *server, dsn string) (capability string, err error) {
	store, err := sqlstore.Open(b.ctx, dsn, sqlstore.Options{Now: time.Now})
	if err != nil {
		return "", err
	}
	defer func() { _ = store.Close() }()
	if _, err := store.PublishFramework(b.ctx, mapping.Builtin(), s.base); err != nil {
		return "", err
	}
	frameworks, err := store.Frameworks(b.ctx, "")
	if err != nil {
		return "", err
	}
	people, sent := b.size/crowdEach, 0
	if err := b.append(store, s, b.size, func(out *bytes.Buffer) {
		who, turn := sent%people, sent/people
		sent++
		out.Write(statementOf(sampleLMS, crowdSub(who), sent, (turn+who)%crowdActivities))
	}); err != nil {
		return "", err
	}
	if err := addPeople(b.ctx, dsn, people); err != nil {
		return "", err
	}
	return frameworks.Default().Tracked("")[0].ID, linkCrowd(b.ctx, store, people)
}

// addPeople writes people with an account each.
func addPeople(ctx context.Context, dsn string, count int) error {
	db, err := open(dsn)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	const atOnce = 1000
	for from := 0; from < count; from += atOnce {
		var learners, accounts []string
		for i := from; i < min(from+atOnce, count); i++ {
			learners = append(learners, fmt.Sprintf("('learner-%d', 0)", i))
			accounts = append(accounts, fmt.Sprintf("('account-%d', 'learner-%d', 'learner-%d', 'bench', '%s', '%s', '', 0)", i, i, i, sampleLMS, crowdSub(i)))
		}
		for _, insert := range []string{`INSERT INTO learner (id, created) VALUES ` + strings.Join(learners, ", "),
			`INSERT INTO account (id, learner, home, registration, issuer, subject, name, created) VALUES ` + strings.Join(accounts, ", ")} {
			if _, err := db.ExecContext(ctx, insert); err != nil {
				return fmt.Errorf("add people: %w", err)
			}
		}
	}
	return analyze(ctx, db, dsn)
}

// analyze has PostgreSQL know what it holds, as it does by itself a minute later.
func analyze(ctx context.Context, db *sql.DB, dsn string) error {
	if !isPostgres(dsn) {
		return nil
	}
	_, err := db.ExecContext(ctx, `VACUUM ANALYZE`)
	return err
}

// linkCrowd joins everyone's statements to them, and has everything folded: nothing is aligned yet.
func linkCrowd(ctx context.Context, store *sqlstore.Store, count int) error {
	head, err := store.Head(ctx)
	if err != nil {
		return err
	}
	batch := pipeline.Batch{To: head, Holder: "bench"}
	for i := range count {
		var l pipeline.ActiveLink
		l.Pos, l.Learner, l.Account, l.Registration = int64(i+1), fmt.Sprint("learner-", i), fmt.Sprint("account-", i), "bench"
		l.Issuer, l.Subject, l.Agent = sampleLMS, crowdSub(i), "account|"+sampleLMS+"|"+crowdSub(i)
		batch.Linked = append(batch.Linked, l)
	}
	p, now := store.Projection(), time.Now()
	if err := p.Lease(ctx, batch.Holder, now, now.Add(time.Minute)); err != nil {
		return err
	}
	if err := p.Commit(ctx, batch); err != nil {
		return err
	}
	return p.Lease(ctx, batch.Holder, now, now) // and let go of it
}
