package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"cairn/internal/tools/pgtemp"
)

// Server names a PostgreSQL to use instead of a throw-away one: a DSN of a database in which its role may make schemas.
const Server = "CAIRN_TEST_POSTGRES"

// postgres is a PostgreSQL server that lives as long as the test program.
type postgres struct {
	base url.URL
	own  *pgtemp.Cluster // nil for a server that was given
	pool *sqlx.DB
}

// cluster finds it, once a test program.
var cluster = sync.OnceValues(func() (*postgres, error) {
	c, err := startCluster()
	running = c
	return c, err
})

// running is the server that was found, for Main.
var running *postgres

// Main runs the tests of a package and stops the throw-away PostgreSQL after them. Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if running != nil {
		running.stop()
	}
	os.Exit(code)
}

// dsn is the address of a schema of the server.
func (c *postgres) dsn(schema string) string {
	u := c.base
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// admin runs a command of the administrator.
func (c *postgres) admin(command string) error {
	_, err := c.pool.Exec(command)
	return err
}

func (c *postgres) stop() {
	if c.pool != nil {
		c.pool.Close()
	}
	if c.own != nil {
		c.own.Stop()
	}
}

// startCluster connects to the server that was given, else to a throw-away one.
func startCluster() (*postgres, error) {
	c, dsn := &postgres{}, os.Getenv(Server)
	if dsn == "" {
		own, err := pgtemp.Start(context.Background(), pgtemp.Options{})
		if err != nil {
			return nil, fmt.Errorf("install PostgreSQL, or set %s: %w", Server, err)
		}
		c.own, dsn = own, own.DSN
	}
	u, err := url.Parse(dsn)
	if err != nil {
		return c, fmt.Errorf("%s is not an address: %w", Server, err)
	}
	c.base = *u
	if c.pool, err = sqlx.Open("pgx", c.dsn("public")); err != nil {
		return c, err
	}
	c.pool.SetMaxIdleConns(-1) // a test may end every connection there is
	return c, c.pool.Ping()
}
