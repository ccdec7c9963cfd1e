package sqlstore

import (
	"context"
	"fmt"

	"cairn/xapi"
)

// signed is a credential with an authority of its statements.
type signed struct {
	credential string
	authority  int64
}

// writeAuthorities keeps under which authorities the accepted statements' credentials write, for Query.Mine. That is nearly
// always known.
func (in *intake) writeAuthorities(ctx context.Context) error {
	for _, n := range in.accepted {
		pair := signed{n.credential, n.only(xapi.RoleAuthority)}
		if _, known := in.tx.db.signed.get(pair); known || pair.authority == 0 {
			continue
		}
		err := in.tx.Later(ctx, "keep the authority of a credential", `INSERT INTO credential_authority (credential, term) VALUES (?, ?) ON CONFLICT DO NOTHING`,
			pair.credential, pair.authority)
		if err != nil {
			return err
		}
		in.tx.AfterCommit(func() { in.tx.db.signed.put(pair, true) })
	}
	return nil
}

// authorities answers the terms of the authorities a credential has written under.
func (s *Store) authorities(ctx context.Context, credential string) ([]int64, error) {
	var ids []int64
	if err := s.Select(ctx, &ids, `SELECT term FROM credential_authority WHERE credential = ? ORDER BY term`, credential); err != nil {
		return nil, fmt.Errorf("sqlstore: find the authorities of a credential: %w", err)
	}
	return ids, nil
}
