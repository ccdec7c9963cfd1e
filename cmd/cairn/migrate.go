package main

import (
	"fmt"

	"cairn/internal/sqlstore"
)

type migrateCmd struct{}

// Run brings the database up to date. The built-in framework is published when it is known what its IRIs begin with; that is
// decided once, so it is not guessed here.
func (migrateCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		published, base := false, p.iriBase()
		if base != "" {
			var err error
			if published, err = publishBuiltin(p.ctx, s, base); err != nil {
				return err
			}
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"migrated": true, "framework_published": published})
		}
		said := "The database is up to date.\n"
		switch {
		case published:
			said += "The built-in framework is published, with IRIs under " + base + ".\n"
		case base == "":
			said += "The built-in framework is published at the first `cairn serve`, or here once CAIRN_IRI_BASE or CAIRN_BASE_URL is set.\n"
		}
		_, err := fmt.Fprint(p.out, said)
		return err
	})
}
