package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// Server names a PostgreSQL to use instead of a throw-away one: a DSN of a database in which its role may make schemas.
const Server = "CAIRN_TEST_POSTGRES"

// postgres is a PostgreSQL server that lives as long as the test program.
type postgres struct {
	base url.URL
	dir  string
	pid  *os.Process
	gone chan struct{}
	pool *sqlx.DB
}

// cluster starts it, once a test program.
var cluster = sync.OnceValues(func() (*postgres, error) {
	c, err := startCluster()
	running = c
	return c, err
})

// running is the cluster that was started, for Main.
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
	if c.pid == nil {
		return
	}
	c.pid.Signal(syscall.SIGINT) //nolint:errcheck // it may have ended by itself
	<-c.gone
	os.RemoveAll(c.dir)
}

func startCluster() (*postgres, error) {
	if dsn := os.Getenv(Server); dsn != "" {
		return givenCluster(dsn)
	}
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "cairn-pg-")
	if err != nil {
		return nil, err
	}
	c := &postgres{dir: dir, gone: make(chan struct{})}
	c.base = url.URL{Scheme: "postgres", User: url.User("cairn"), Path: "/postgres", RawQuery: url.Values{"host": {dir}, "sslmode": {"disable"}}.Encode()}
	if err := c.start(bin); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return c, c.wait()
}

func givenCluster(dsn string) (*postgres, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, fmt.Errorf("%s is not an address: %w", Server, err)
	}
	c := &postgres{base: *u}
	return c, c.wait()
}

// binaries finds the newest installed PostgreSQL server.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err == nil && len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if p, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", errors.New("no PostgreSQL server is installed; install the package postgresql, or set " + Server)
}

// start makes the cluster and starts the server on a socket in its folder. The server refuses to run as root, so root gives it
// the user postgres.
func (c *postgres) start(bin string) error {
	as, err := c.account()
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	init := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "cairn", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	init.Dir, init.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: as}
	if out, err := init.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", c.dir, "-c", "listen_addresses=", "-c", "max_connections=200",
		"-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB", "-c", "log_min_messages=fatal")
	// It is told to end when the test program does, also when that is killed.
	server.Dir, server.SysProcAttr = c.dir, &syscall.SysProcAttr{Credential: as, Pdeathsig: syscall.SIGQUIT}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the signal comes when this thread ends, so it stays
		err := server.Start()
		started <- err
		if err == nil {
			server.Wait() //nolint:errcheck // it is ended by a signal
			close(c.gone)
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	c.pid = server.Process
	return nil
}

// account is whom the server runs as: nil for ourselves.
func (c *postgres) account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(c.dir, uid, gid)); err != nil {
		return nil, fmt.Errorf("give the cluster's folder to postgres: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// wait connects as soon as the server answers.
func (c *postgres) wait() error {
	pool, err := sqlx.Open("pgx", c.dsn("public"))
	if err != nil {
		return err
	}
	c.pool = pool
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if err = pool.PingContext(ctx); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL does not answer: %w", err)
		case <-c.gone:
			return errors.New("PostgreSQL ended at once")
		case <-tick.C:
		}
	}
}
