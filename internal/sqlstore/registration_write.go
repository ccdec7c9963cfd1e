package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/learner"
	"cairn/lti"
)

// AddRegistration keeps a new registration and answers it with its id. The zero identity rule means the default.
// ErrRegistrationExists, and the errors of a registration's rules.
func (s *Store) AddRegistration(ctx context.Context, r Registration) (Registration, error) {
	r.Identity = r.Identity.Normal()
	if err := r.check(); err != nil {
		return r, err
	}
	r.ID = newID()
	err := s.write(ctx, func(tx *Tx) error {
		r.CreatedAt = tx.Now
		tx.AfterCommit(s.kept.registrations.forget)
		return tx.insertRegistration(ctx, r)
	})
	return r, err
}

// insertRegistration writes a new row with its deployments. ErrRegistrationExists.
func (t *Tx) insertRegistration(ctx context.Context, r Registration) error {
	n, err := affected(t.Exec(ctx, `INSERT INTO registration (id, issuer, client_id, created, name, authorization_endpoint, token_endpoint,
			token_audience, key_set_url, any_deployment, disabled, platform, identity_mode, identity_home_page, course_pattern, frame_origins,
			service_origins, admin_page_off) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (issuer, client_id) DO NOTHING`,
		append([]any{r.ID, r.Issuer, r.ClientID, micros(r.CreatedAt)}, r.settings()...)...))
	if err != nil {
		return fmt.Errorf("sqlstore: add a registration: %w", err)
	}
	if n == 0 {
		return ErrRegistrationExists
	}
	return t.setDeployments(ctx, r)
}

// updateRegistration writes everything that may change.
func (t *Tx) updateRegistration(ctx context.Context, r Registration) error {
	if _, err := t.Exec(ctx, `UPDATE registration SET name = ?, authorization_endpoint = ?, token_endpoint = ?, token_audience = ?,
		key_set_url = ?, any_deployment = ?, disabled = ?, platform = ?, identity_mode = ?, identity_home_page = ?, course_pattern = ?,
		frame_origins = ?, service_origins = ?, admin_page_off = ? WHERE id = ?`, append(r.settings(), r.ID)...); err != nil {
		return fmt.Errorf("sqlstore: change a registration: %w", err)
	}
	return t.setDeployments(ctx, r)
}

// settings is the values of the columns that may change, in the order both writers name them.
func (r Registration) settings() []any {
	return []any{
		r.Name, r.AuthorizationEndpoint, r.TokenEndpoint, r.TokenAudience, r.KeySetURL, r.AnyDeployment, r.Disabled, r.Platform,
		string(r.Identity.Mode), r.Identity.HomePage, r.CoursePattern, listOf(r.FrameOrigins), listOf(r.ServiceOrigins),
		r.AdminPageOff,
	}
}

// listOf writes a list of origins.
func listOf(origins []string) string {
	if len(origins) == 0 {
		return "[]"
	}
	list, err := json.Marshal(origins)
	if err != nil {
		return "[]" // a text that is not UTF-8 is no origin, see checkOrigins
	}
	return string(list)
}

// readList reads what listOf wrote; none is nil.
func readList(text string, into *[]string) error {
	if text == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// SetRegistration replaces everything about the registration with this id but its issuer and client id. A new identity rule
// changes the links of every account it knows, as events of the log, in the same transaction, and answers how many. lti.ErrUnknownRegistration,
// ErrRegistrationIssuer, and the errors of a registration's rules.
func (s *Store) SetRegistration(ctx context.Context, r Registration) (changed Relinked, err error) {
	r.Identity = r.Identity.Normal()
	if err := r.check(); err != nil {
		return changed, err
	}
	err = s.write(ctx, func(tx *Tx) error {
		changed = Relinked{}
		before, err := tx.lockRegistration(ctx, r.ID)
		if err != nil {
			return err
		}
		if before.Issuer != r.Issuer || before.ClientID != r.ClientID {
			return ErrRegistrationIssuer
		}
		if err := before.allows(r.Identity); err != nil {
			return err
		}
		if err := tx.updateRegistration(ctx, r); err != nil {
			return err
		}
		tx.AfterCommit(s.kept.registrations.forget)
		if r.Identity == before.rule() {
			return nil
		}
		changed, err = tx.relinkAll(ctx, r.ID, r.Identity)
		return err
	})
	return changed, err
}

// SetIdentityRule changes the identity rule alone; see SetRegistration.
func (s *Store) SetIdentityRule(ctx context.Context, id string, rule learner.IdentityRule) error {
	rule = rule.Normal()
	if err := rule.Check(); err != nil {
		return err
	}
	return s.write(ctx, func(tx *Tx) error {
		before, err := tx.lockRegistration(ctx, id)
		if err != nil || before.rule() == rule {
			return err
		}
		if err := before.allows(rule); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE registration SET identity_mode = ?, identity_home_page = ? WHERE id = ?`,
			string(rule.Mode), rule.HomePage, id); err != nil {
			return fmt.Errorf("sqlstore: change an identity rule: %w", err)
		}
		tx.AfterCommit(s.kept.registrations.forget)
		_, err = tx.relinkAll(ctx, id, rule)
		return err
	})
}

// AddDeployment makes a deployment known to a registration; one that is known already is left as it is.
func (s *Store) AddDeployment(ctx context.Context, id, deployment string) error {
	return s.write(ctx, func(tx *Tx) error {
		tx.AfterCommit(s.kept.registrations.forget)
		return tx.addDeployment(ctx, id, deployment)
	})
}

func (t *Tx) addDeployment(ctx context.Context, id, deployment string) error {
	_, err := t.Exec(ctx, `INSERT INTO deployment (registration, id, created) VALUES (?, ?, ?) ON CONFLICT (registration, id) DO NOTHING`,
		id, deployment, micros(t.Now))
	if errors.Is(err, errForeignKey) {
		return fmt.Errorf("%w: %w", lti.ErrUnknownRegistration, err)
	}
	if err != nil {
		return fmt.Errorf("sqlstore: add a deployment: %w", err)
	}
	return nil
}

// setDeployments makes the deployments exactly those of r.
func (t *Tx) setDeployments(ctx context.Context, r Registration) error {
	keep := r.Deployments
	if keep == nil {
		keep = []string{}
	}
	if _, err := t.Exec(ctx, `DELETE FROM deployment WHERE registration = ? AND NOT (`+t.db.d.in("id")+`)`, r.ID, t.db.d.list(keep)); err != nil {
		return fmt.Errorf("sqlstore: take deployments away: %w", err)
	}
	for _, d := range keep {
		if err := t.addDeployment(ctx, r.ID, d); err != nil {
			return err
		}
	}
	return nil
}

// RemoveRegistration takes a registration away when it was never used, and says so; one that was used is disabled, and what
// people did through it is kept. What its platform told of who is in which course is erased either way. lti.ErrUnknownRegistration.
func (s *Store) RemoveRegistration(ctx context.Context, id string) (removed bool, err error) {
	err = s.write(ctx, func(tx *Tx) error {
		removed = false
		if _, err := tx.lockRegistration(ctx, id); err != nil {
			return err
		}
		tx.AfterCommit(s.kept.registrations.forget)
		if _, err := tx.Exec(ctx, `DELETE FROM roster WHERE registration = ?`, id); err != nil {
			return fmt.Errorf("sqlstore: erase the rosters of a registration: %w", err)
		}
		var used bool
		if err := tx.Get(ctx, &used, `SELECT EXISTS (SELECT 1 FROM account_claim WHERE registration = ?) OR EXISTS (SELECT 1 FROM course WHERE registration = ?)
			OR EXISTS (SELECT 1 FROM placement WHERE registration = ?)`, id, id, id); err != nil {
			return fmt.Errorf("sqlstore: see whether a registration was used: %w", err)
		}
		if used {
			_, err := tx.Exec(ctx, `UPDATE registration SET disabled = CAST(1 AS BOOLEAN) WHERE id = ?`, id)
			return err
		}
		removed = true
		if _, err := tx.Exec(ctx, `DELETE FROM deployment WHERE registration = ?`, id); err != nil {
			return fmt.Errorf("sqlstore: remove a registration: %w", err)
		}
		_, err := tx.Exec(ctx, `DELETE FROM registration WHERE id = ?`, id)
		return err
	})
	return removed, err
}

// lockRegistration reads a registration and keeps others from changing it, or the links made by its rule, until the transaction
// ends. lti.ErrUnknownRegistration.
func (t *Tx) lockRegistration(ctx context.Context, id string) (registrationRow, error) {
	query := `SELECT * FROM registration WHERE id = ?`
	if !t.db.d.oneWriter {
		query += ` FOR UPDATE`
	}
	var row registrationRow
	err := t.Get(ctx, &row, query, id)
	if errors.Is(err, sql.ErrNoRows) {
		return row, lti.ErrUnknownRegistration
	}
	if err != nil {
		return row, fmt.Errorf("sqlstore: read a registration: %w", err)
	}
	return row, nil
}

// allows says whether a rule goes by what the registration keeps. ErrPseudonymMailbox.
func (row registrationRow) allows(rule learner.IdentityRule) error {
	if row.Pseudonymous && rule.Mode == learner.ByMailbox {
		return ErrPseudonymMailbox
	}
	return nil
}

func (row registrationRow) rule() learner.IdentityRule {
	return learner.IdentityRule{Mode: learner.IdentityMode(row.IdentityMode), HomePage: row.IdentityHomePage}
}
