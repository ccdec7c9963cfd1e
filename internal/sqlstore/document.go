package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/xapi/lrs"
)

// documentRow is what is read of the table document.
type documentRow struct {
	ContentType string `db:"content_type"`
	Content     []byte `db:"content"`
	ETag        string `db:"etag"`
	Updated     int64  `db:"updated"`
}

// documentHash makes a short key of parts of any length and with any character: none of them holds U+0000 unescaped.
func documentHash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(escapes.Replace(p)))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// documentOwner is whose document it is: what lists go by.
func documentOwner(k lrs.DocumentKey) string {
	return documentHash(string(rune('0'+k.Kind)), k.Activity, k.Agent)
}

func documentKey(k lrs.DocumentKey) string {
	return documentHash(string(rune('0'+k.Kind)), k.Activity, k.Agent, k.Registration, k.ID)
}

// Document answers one. lrs.ErrNotFound.
func (s *Store) Document(ctx context.Context, key lrs.DocumentKey) (lrs.Document, error) {
	had, err := readDocument(ctx, s, key)
	if err != nil {
		return lrs.Document{}, err
	}
	if had == nil {
		return lrs.Document{}, lrs.ErrNotFound
	}
	return *had, nil
}

// readDocument answers nil when there is none.
func readDocument(ctx context.Context, from reader, key lrs.DocumentKey) (*lrs.Document, error) {
	var r documentRow
	err := from.Get(ctx, &r, `SELECT content_type, content, etag, updated FROM document WHERE hash = ?`, documentKey(key))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read a document: %w", err)
	}
	return &lrs.Document{ContentType: unescapes.Replace(r.ContentType), Content: r.Content, ETag: r.ETag, Updated: fromMicros(r.Updated)}, nil
}

// DocumentIDs answers the ids of a filter's documents, sorted and without repeats, and when the newest was updated.
func (s *Store) DocumentIDs(ctx context.Context, f lrs.DocumentFilter) (ids []string, newest time.Time, err error) {
	var rows []struct {
		ID      string `db:"id"`
		Updated int64  `db:"updated"`
	}
	where, args := documentsOf(f)
	err = s.Select(ctx, &rows, `SELECT id, MAX(updated) AS updated FROM document WHERE `+where+` GROUP BY id ORDER BY id`, args...)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("sqlstore: list documents: %w", err)
	}
	for _, r := range rows {
		ids = append(ids, unescapes.Replace(r.ID))
		if at := fromMicros(r.Updated); at.After(newest) {
			newest = at
		}
	}
	return ids, newest, nil
}

// documentsOf is the condition of a filter.
func documentsOf(f lrs.DocumentFilter) (where string, args []any) {
	where, args = "owner = ?", []any{documentOwner(f.DocumentKey)}
	if f.Registration != "" {
		where, args = where+" AND registration = ?", append(args, f.Registration)
	}
	if !f.Since.IsZero() {
		where, args = where+" AND updated > ?", append(args, micros(f.Since))
	}
	return where, args
}

// DeleteDocuments deletes a filter's documents.
func (s *Store) DeleteDocuments(ctx context.Context, f lrs.DocumentFilter) error {
	where, args := documentsOf(f)
	err := s.write(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM document WHERE `+where, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: delete documents: %w", err)
	}
	return nil
}

// ChangeDocument reads a document, has change decide, and writes what it answers, in one transaction under a lock of the key.
func (s *Store) ChangeDocument(ctx context.Context, key lrs.DocumentKey, change func(had *lrs.Document) (*lrs.Document, error)) error {
	return s.write(ctx, func(tx *Tx) error {
		if err := tx.lockDocument(ctx, key); err != nil {
			return err
		}
		had, err := readDocument(ctx, tx, key)
		if err != nil {
			return err
		}
		now, err := change(had)
		if err != nil {
			return err
		}
		if now == nil {
			_, err = tx.Exec(ctx, `DELETE FROM document WHERE hash = ?`, documentKey(key))
			return err
		}
		return tx.writeDocument(ctx, key, *now, had)
	})
}

// lockDocument keeps other changes of the document out until the transaction ends, also when there is no row yet.
func (t *Tx) lockDocument(ctx context.Context, key lrs.DocumentKey) error {
	if t.db.d.oneWriter {
		return nil
	}
	sum := sha256.Sum256([]byte(documentKey(key)))
	if _, err := t.Exec(ctx, `SELECT pg_advisory_xact_lock(CAST(? AS bigint))`, int64(binary.BigEndian.Uint64(sum[:]))); err != nil {
		return fmt.Errorf("sqlstore: lock a document: %w", err)
	}
	return nil
}

// writeDocument puts a document into its row. The time is later than that of what was there, also when the clock went back.
func (t *Tx) writeDocument(ctx context.Context, key lrs.DocumentKey, now lrs.Document, had *lrs.Document) error {
	updated := t.Now
	if had != nil && !updated.After(had.Updated) {
		updated = had.Updated.Add(time.Microsecond)
	}
	activity, _ := storedValue(key.Activity)
	agent, _ := storedValue(key.Agent)
	_, err := t.Exec(ctx, `INSERT INTO document (hash, owner, kind, activity, agent, registration, id, content_type, content, etag, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (hash) DO UPDATE SET content_type = excluded.content_type, content = excluded.content, etag = excluded.etag, updated = excluded.updated`,
		documentKey(key), documentOwner(key), int64(key.Kind), activity, agent, key.Registration, escapes.Replace(key.ID),
		escapes.Replace(strings.ToValidUTF8(now.ContentType, "")), nonNil(now.Content), now.ETag, micros(updated))
	if err != nil {
		return fmt.Errorf("sqlstore: write a document: %w", err)
	}
	return nil
}

// nonNil keeps an empty content from being written as NULL.
func nonNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
