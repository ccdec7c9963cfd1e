package main

import (
	"context"
	"log/slog"

	"cairn/internal/sqlstore"
	"cairn/mapping"
)

// catalogs is pipeline.Catalogs over the registry of frameworks.
type catalogs struct {
	*sqlstore.Frameworks
	store *sqlstore.Store
	log   *slog.Logger
}

// All answers the newest version of every published framework.
func (c catalogs) All() []*mapping.Catalog {
	listed, err := c.store.ListFrameworks(context.Background())
	if err != nil {
		c.log.Warn("list the frameworks", "error", err)
		return []*mapping.Catalog{c.Default()}
	}
	var out []*mapping.Catalog
	for _, f := range listed {
		if catalog, ok := c.Framework(f.ID); ok {
			out = append(out, catalog)
		}
	}
	return out
}
