package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The bounds of the launch log.
const (
	launchesKept = 50                  // of each registration
	launchesLife = 30 * 24 * time.Hour // whatever their number
	launchDetail = 500                 // bytes
	launchClaims = 8 << 10             // bytes
)

// LaunchResult is what came of a login or launch.
type LaunchResult string

// The results.
const (
	LaunchAccepted LaunchResult = "accepted"
	LaunchRefused  LaunchResult = "refused" // by a rule
	LaunchFailed   LaunchResult = "failed"  // a fault of ours
)

// LaunchRecord is what the log keeps of one login or launch: neither a token nor anything that says who the person is. Callers
// mask the claims.
type LaunchRecord struct {
	Registration string // id; "" when it named none that is known
	At           time.Time
	Result       LaunchResult
	Rule         string // that refused it, "" when accepted
	Detail       string // of the refusal
	Claims       string // JSON object, "" when the token could not be read
}

// LogLaunches keeps records, in one transaction, and takes away what a registration has beyond its newest 50.
func (s *Store) LogLaunches(ctx context.Context, records []LaunchRecord) error {
	if len(records) == 0 {
		return nil
	}
	rows, of := make([][]any, len(records)), []string{}
	for i, r := range records {
		if len(r.Claims) > launchClaims {
			r.Claims = ""
		}
		rows[i] = []any{newID(), r.Registration, micros(r.At), string(r.Result), r.Rule, shortened(r.Detail, launchDetail), clean(r.Claims)}
		if !slices.Contains(of, r.Registration) {
			of = append(of, r.Registration)
		}
	}
	slices.Sort(of)
	return s.write(ctx, func(tx *Tx) error {
		if err := tx.insertRows(ctx, `INSERT INTO launch_log (id, registration, at, result, rule, detail, claims)`, ``, rows); err != nil {
			return fmt.Errorf("sqlstore: log launches: %w", err)
		}
		for _, registration := range of {
			if _, err := tx.Exec(ctx, `DELETE FROM launch_log WHERE registration = ? AND id NOT IN (
				SELECT id FROM launch_log WHERE registration = ? ORDER BY at DESC, id DESC LIMIT ?)`, registration, registration, launchesKept); err != nil {
				return fmt.Errorf("sqlstore: bound the launch log: %w", err)
			}
		}
		return nil
	})
}

// shortened is a text within a number of bytes, of whole letters.
func shortened(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	return clean(text)
}

// clean is a text that both databases take.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", "")
}

// Launches answers the last logins and launches of a registration, newest first; "" asks for those that named none.
func (s *Store) Launches(ctx context.Context, registration string, limit int) ([]LaunchRecord, error) {
	var rows []struct {
		At                                         int64
		Registration, Result, Rule, Detail, Claims string
	}
	if err := s.Select(ctx, &rows, `SELECT registration, at, result, rule, detail, claims FROM launch_log WHERE registration = ?
		ORDER BY at DESC, id DESC LIMIT ?`, registration, limit); err != nil {
		return nil, fmt.Errorf("sqlstore: read the launch log: %w", err)
	}
	out := make([]LaunchRecord, len(rows))
	for i, r := range rows {
		out[i] = LaunchRecord{r.Registration, fromMicros(r.At), LaunchResult(r.Result), r.Rule, r.Detail, r.Claims}
	}
	return out, nil
}
