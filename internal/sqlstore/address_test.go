package sqlstore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// What looks like the address of another database must not become a file of that name.
func TestMistypedAddressesAreRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	d := storetest.SQLite(t)
	for _, dsn := range []string{
		"host=127.0.0.1 dbname=x", "dbname=x", " Host = a", "mysql://x", "mysql:x", "Postgres://h/x", "postgres:/h/x", "postgres:x", "sqlite:x", "sqlite3://x", "http://h/x",
	} {
		s, err := sqlstore.Open(context.Background(), dsn, d.Options())
		if !errors.Is(err, sqlstore.ErrAddress) {
			t.Errorf("%s: %v", dsn, err)
		}
		if err == nil {
			s.Close()
		}
	}
	if left, _ := filepath.Glob("*"); len(left) != 0 {
		t.Errorf("files were made: %q", left)
	}
}

// The database holds what people did: nobody else on the machine reads it.
func TestNewDatabaseFilesArePrivate(t *testing.T) {
	t.Chdir(t.TempDir())
	d := storetest.SQLite(t)
	for dsn, file := range map[string]string{
		"plain.db": "plain.db", "a b%20?#.db": "a b%20?#.db", "file:uri%20.db?cache=private": "uri .db", "file://" + d.DSN: d.DSN,
	} {
		s, err := sqlstore.Open(context.Background(), dsn, d.Options())
		if err != nil {
			t.Fatalf("%s: %v", dsn, err)
		}
		for _, end := range []string{"", "-wal", "-shm"} {
			if info, err := os.Stat(file + end); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s%s: %v, %v", file, end, info, err)
			}
		}
		s.Close()
	}
}

func TestModeOfADatabaseThatIsThereStays(t *testing.T) {
	d := storetest.SQLite(t)
	if err := os.WriteFile(d.DSN, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	d.Open(t)
	if info, err := os.Stat(d.DSN); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info, err)
	}
}
