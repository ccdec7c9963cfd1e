package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cairn/xapi/lrs"
)

// writeAttachments keeps the data that came with the accepted statements, each content once.
func (in *intake) writeAttachments(ctx context.Context) error {
	contents := map[string][]byte{}
	var pos []int64
	var sha2s, hashes []string
	seen := map[string]bool{}
	for _, n := range in.accepted {
		clear(seen)
		for _, a := range n.new.Attachments {
			sha2 := strings.ToLower(a.SHA2)
			if a.Data == nil || seen[sha2] {
				continue
			}
			seen[sha2] = true
			sum := sha256.Sum256(a.Data)
			hash := hex.EncodeToString(sum[:])
			contents[hash] = a.Data
			pos, sha2s, hashes = append(pos, n.pos), append(sha2s, sha2), append(hashes, hash)
		}
	}
	if len(pos) == 0 {
		return nil
	}
	if err := in.writeContents(ctx, contents); err != nil {
		return err
	}
	links := bulk{table: "statement_attachment", columns: []column{ints("pos", pos), texts("sha2", sha2s), texts("hash", hashes)}}
	return links.later(ctx, in.tx, "keep attachments")
}

// writeContents writes those that are not there, one a statement: they may be large.
func (in *intake) writeContents(ctx context.Context, contents map[string][]byte) error {
	hashes := slices.Sorted(maps.Keys(contents))
	var had []string
	d := in.tx.db.d
	if err := in.tx.Select(ctx, &had, `SELECT hash FROM attachment WHERE `+d.in("hash"), d.list(hashes)); err != nil {
		return fmt.Errorf("sqlstore: look for attachments: %w", err)
	}
	for _, hash := range hashes {
		if slices.Contains(had, hash) {
			continue
		}
		if _, err := in.tx.Exec(ctx, `INSERT INTO attachment (hash, content) VALUES (?, ?) ON CONFLICT DO NOTHING`, hash, contents[hash]); err != nil {
			return fmt.Errorf("sqlstore: keep an attachment: %w", err)
		}
	}
	return nil
}

// AttachmentData answers what came with the statements at these positions, each content once, in order of SHA2.
func (s *Store) AttachmentData(ctx context.Context, positions []int64) ([]lrs.AttachmentData, error) {
	var rows []struct {
		SHA2    string `db:"sha2"`
		Content []byte `db:"content"`
	}
	err := s.Select(ctx, &rows, `SELECT l.sha2, a.content FROM (SELECT DISTINCT sha2, hash FROM statement_attachment WHERE `+s.d.inInts("pos")+`) l
		JOIN attachment a ON a.hash = l.hash ORDER BY l.sha2`, s.d.list(positions))
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read attachments: %w", err)
	}
	out := make([]lrs.AttachmentData, len(rows))
	for i, r := range rows {
		out[i] = lrs.AttachmentData{SHA2: r.SHA2, Content: nonNil(r.Content)}
	}
	return out, nil
}
