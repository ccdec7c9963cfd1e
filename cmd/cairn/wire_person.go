package main

import (
	"bytes"
	"context"
	"errors"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/web"
)

// personExportMost bounds the file that a page sends, in bytes; the command line writes any.
const personExportMost = 64 << 20

// personData is web.PersonData.
type personData struct{ store *sqlstore.Store }

// FindPerson answers the learner of who is meant. Who is known by records alone has none: that is for the command line.
func (d personData) FindPerson(ctx context.Context, w web.Who) (string, error) {
	agent, err := agentKey(w.Agent)
	if err != nil {
		return "", errors.Join(web.ErrNotFound, err)
	}
	p, err := d.person(ctx, sqlstore.WhoIs{Learner: w.Learner, Issuer: w.Issuer, Subject: w.Subject, Agent: agent})
	if err == nil && len(p.Learners) == 0 {
		err = web.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return p.Learners[0], nil
}

func (d personData) person(ctx context.Context, who sqlstore.WhoIs) (sqlstore.Person, error) {
	p, err := d.store.Person(ctx, who)
	switch {
	case errors.Is(err, sqlstore.ErrManyPeople):
		return p, web.ErrMany
	case errors.Is(err, sqlstore.ErrNobody):
		at, erased, asked := d.store.ErasedOn(ctx, who)
		if erased {
			return p, errors.Join(web.ErrNotFound, &web.ErasedError{At: at})
		}
		return p, errors.Join(web.ErrNotFound, asked)
	}
	return p, err
}

func (d personData) PersonHeld(ctx context.Context, learner string) (web.PersonHeld, error) {
	p, err := d.person(ctx, sqlstore.WhoIs{Learner: learner})
	if err != nil {
		return web.PersonHeld{}, err
	}
	h, err := d.store.Holding(ctx, p)
	out := web.PersonHeld{Accounts: h.Copies.Platforms, Counts: map[string]int{}, Forwarded: h.Copies.Forwarded, Pulled: h.Copies.Pulled, Shared: len(p.Shared) > 0}
	for kind, n := range h.Counts {
		out.Counts[kind] = int(n)
	}
	return out, err
}

func (d personData) ExportPerson(ctx context.Context, learner string) ([]byte, error) {
	p, err := d.person(ctx, sqlstore.WhoIs{Learner: learner})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = d.store.ExportPerson(ctx, p, func(line sqlstore.PersonLine) error {
		if out.Len() > personExportMost {
			return web.ErrLarge
		}
		text, err := json.Marshal(line, json.Deterministic(true))
		out.Write(append(text, '\n'))
		return err
	})
	return out.Bytes(), err
}

func (d personData) ErasePerson(ctx context.Context, learner, reason string) error {
	p, err := d.person(ctx, sqlstore.WhoIs{Learner: learner})
	if err != nil {
		return err
	}
	_, err = d.store.Erase(ctx, p, reason, nil)
	if errors.Is(err, sqlstore.ErrReasonNames) {
		return web.ErrNames
	}
	return err
}

func (d personData) Erasures(ctx context.Context, limit int) ([]pipeline.Erased, error) {
	return d.store.Erasures(ctx, limit)
}
