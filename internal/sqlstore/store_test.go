package sqlstore_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

func TestOpenTwiceIsTheSameDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		d.Open(t)
		s := d.Open(t)
		have, want, err := s.SchemaVersion(context.Background())
		if err != nil || have != want || have == 0 {
			t.Fatalf("schema version %d of %d, %v", have, want, err)
		}
	})
}

func TestOpenTogetherMigratesOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				s, err := sqlstore.Open(context.Background(), d.DSN, d.Options())
				if err != nil {
					t.Error(err)
					return
				}
				s.Close()
			})
		}
		wait.Wait()
	})
}

func TestNewerSchemaIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		d.Open(t)
		if _, err := d.Raw(t).Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, CAST(1 AS BOOLEAN))`); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlstore.Open(context.Background(), d.DSN, d.Options()); !errors.Is(err, sqlstore.ErrSchemaNewer) {
			t.Fatalf("got %v, want ErrSchemaNewer", err)
		}
	})
}

func TestClosedDatabaseIsUnavailable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		s.Close()
		if err := s.Ping(context.Background()); !errors.Is(err, sqlstore.ErrUnavailable) {
			t.Fatalf("got %v, want ErrUnavailable", err)
		}
		var told interface{ Unavailable() bool }
		if err := s.Ping(context.Background()); !errors.As(err, &told) || !told.Unavailable() {
			t.Fatalf("%v does not tell that it is unavailable", err)
		}
	})
}

func TestUnusableAddressesAreRefused(t *testing.T) {
	folder := t.TempDir()
	for name, dsn := range map[string]string{
		"memory":       ":memory:",
		"memory uri":   "file::memory:?cache=shared",
		"nothing":      "",
		"no folder":    filepath.Join(folder, "no", "such", "folder", "x.db"),
		"is a folder":  folder,
		"nobody there": "postgres://x@127.0.0.1:1/x?sslmode=disable&connect_timeout=1",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := sqlstore.Open(context.Background(), dsn, sqlstore.Options{Now: storetest.NewClock().Now})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			t.Log(err)
		})
	}
}
