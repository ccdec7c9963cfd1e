package sqlstore

import (
	"errors"
	"net/url"
	"os"
	"regexp"
	"strings"
)

// ErrAddress says that the address of a database is of no kind that is known. The address is not repeated: it may hold a password.
var ErrAddress = errors.New("sqlstore: a database is postgres://user:password@host/name, the name of an SQLite file, or file:name")

// The forms that would otherwise become the name of a new file.
var (
	scheme   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`) // one letter is a drive
	keyValue = regexp.MustCompile(`^\s*(host|hostaddr|port|dbname|database|user|username|password|passfile|service|servicefile|sslmode|options|server|data source)\s*=`)
)

// isPostgres says whether the address means a server.
func isPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// CheckAddress refuses with ErrAddress what looks like the address of another database: it would silently become an empty SQLite
// file. Open asks it; a program asks before it makes files of its own beside the database.
func CheckAddress(dsn string) error {
	switch {
	case isPostgres(dsn), strings.HasPrefix(dsn, "file:"):
		return nil
	case scheme.MatchString(dsn), keyValue.MatchString(strings.ToLower(dsn)):
		return ErrAddress
	}
	return nil
}

// makePrivate makes the file of a new database so that only its owner reads and writes it; SQLite gives the files beside it the same
// mode. A file that is there stays as it is, and is not opened: closing it would drop the locks of this process (POSIX).
// What cannot be made is left to SQLite to say.
func makePrivate(write string) error {
	u, err := url.Parse(write)
	if err != nil {
		return errors.New("sqlstore: the database address cannot be read")
	}
	if mode := u.Query().Get("mode"); mode == "ro" || mode == "rw" {
		return nil
	}
	path := u.Path
	if u.Opaque != "" {
		if path, err = url.PathUnescape(u.Opaque); err != nil {
			return errors.New("sqlstore: the database address cannot be read")
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil //nolint:nilerr // it is there, or SQLite says what is wrong
	}
	return f.Close()
}
