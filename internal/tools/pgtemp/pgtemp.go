// Package pgtemp starts a throw-away PostgreSQL for tests and measurements: a fresh cluster in a temporary folder, on a free
// loopback port, never as root. It uses whatever server is installed and installs nothing.
package pgtemp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrNotInstalled says that no PostgreSQL server is on this machine.
var ErrNotInstalled = errors.New("PostgreSQL is not installed (no initdb in PATH or /usr/lib/postgresql)")

// Cluster is a running server. DSN names its database; Stop ends it and removes its folder.
type Cluster struct {
	DSN     string
	dir     string
	bin     string
	owner   *syscall.Credential // whom the server runs as, nil for the caller
	port    int
	options Options
	proc    *exec.Cmd
	done    chan error
}

// Options are what a caller may want to differ.
type Options struct {
	Durable bool // fsync on, as in production; off is faster and right for tests that do not crash the server
}

// Start makes a cluster and waits, at most 30 s, until it answers.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	owner, err := account()
	if err != nil {
		return nil, err
	}
	dir, err := folder(owner)
	if err != nil {
		return nil, fmt.Errorf("make a folder for the cluster: %w", err)
	}
	c := &Cluster{dir: dir, bin: bin, owner: owner, options: o, done: make(chan error, 1)}
	if err := c.initialize(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	if err := c.Resume(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) initialize(ctx context.Context) (err error) {
	if c.port, err = freePort(); err != nil {
		return err
	}
	c.DSN = fmt.Sprintf("postgres://cairn@127.0.0.1:%d/postgres?sslmode=disable", c.port)
	initdb := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"), "-D", c.data(), "-U", "cairn", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner}
	initdb.Dir = c.dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Resume starts the server, or starts it again after Halt, and waits, at most 30 s, until it answers.
func (c *Cluster) Resume(ctx context.Context) error {
	durable := strconv.FormatBool(c.options.Durable)
	log, err := os.Create(filepath.Join(c.dir, "server.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	c.proc = exec.Command(filepath.Join(c.bin, "postgres"), "-D", c.data(), "-k", c.dir, "-p", strconv.Itoa(c.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "fsync="+durable, "-c", "full_page_writes="+durable,
		"-c", "shared_buffers=256MB", "-c", "max_wal_size=2GB")
	// It ends when this program does, also when that is killed; its own process group keeps a Ctrl-C at the terminal from it.
	c.proc.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	c.proc.Dir, c.proc.Stdout, c.proc.Stderr = c.dir, log, log
	if err := c.launch(); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	return c.ready(ctx)
}

// launch starts the server on a thread that lives as long as it does: the death signal comes when that thread ends.
func (c *Cluster) launch() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		err := c.proc.Start()
		started <- err
		if err == nil {
			c.done <- c.proc.Wait()
		}
	}()
	return <-started
}

func (c *Cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		probe := exec.CommandContext(ctx, filepath.Join(c.bin, "pg_isready"), "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(c.port))
		if probe.Run() == nil {
			return nil
		}
		select {
		case err := <-c.done:
			c.done <- err
			text, _ := os.ReadFile(filepath.Join(c.dir, "server.log"))
			return fmt.Errorf("postgres ended at once (%v): %s", err, text)
		case <-ctx.Done():
			return fmt.Errorf("postgres did not answer within 30 s: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// Pid is the server's process id, for a measurement of its cost.
func (c *Cluster) Pid() int { return c.proc.Process.Pid }

// Halt ends the server at once, as a crash does. Its data stays, for Resume.
func (c *Cluster) Halt() {
	if c.proc == nil || c.proc.Process == nil {
		return
	}
	_ = c.proc.Process.Signal(syscall.SIGQUIT)
	select {
	case <-c.done:
	case <-time.After(10 * time.Second):
		_ = c.proc.Process.Kill()
		<-c.done
	}
	c.proc = nil
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() {
	c.Halt()
	_ = os.RemoveAll(c.dir)
}

// binaries answers the folder of the newest installed server.
func binaries() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil && exists(filepath.Join(filepath.Dir(real), "postgres")) {
			return filepath.Dir(real), nil
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if len(found) == 0 {
		return "", ErrNotInstalled
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(strings.Split(p, "/")[4])
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// account answers whom the server runs as: nil for the caller, another account when the caller is root, which PostgreSQL refuses.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")
}

// folder makes the cluster's folder in /tmp, which every account can reach; TMPDIR may be root's own.
func folder(owner *syscall.Credential) (string, error) {
	dir, err := os.MkdirTemp("/tmp", "cairn-pg-")
	if err != nil || owner == nil {
		return dir, err
	}
	return dir, os.Chown(dir, int(owner.Uid), int(owner.Gid))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
