package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"cairn/lti"
)

// server is `cairn serve` as a process of its own, so that its cost is told apart from the load program's.
type server struct {
	b       *bench
	base    string
	env     []string
	process *exec.Cmd
	log     *os.File
	key     string
	secret  string
}

// toolKey makes the key of the servers once, and answers its file.
func (b *bench) toolKey() (string, error) {
	file := filepath.Join(b.dir, "tool-key.pem")
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	pair, err := lti.GenerateKey()
	if err != nil {
		return "", err
	}
	text, err := pair.PEM()
	if err != nil {
		return "", err
	}
	return file, os.WriteFile(file, text, 0o600)
}

// prepare makes an empty database with a credential, not yet served.
func (b *bench) prepare(dsn string) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	key, err := b.toolKey()
	if err != nil {
		return nil, err
	}
	s := &server{b: b, base: fmt.Sprintf("http://127.0.0.1:%d", port)}
	s.env = append(os.Environ(), "CAIRN_DB="+dsn, fmt.Sprintf("CAIRN_ADDR=127.0.0.1:%d", port), "CAIRN_BASE_URL="+s.base,
		"CAIRN_LOG_LEVEL=warn", "CAIRN_TOOL_KEY_FILE="+key, "CAIRN_ALLOW_PRIVATE_HOST=localhost,127.0.0.1")
	var credential struct{ Key, Secret string }
	if err := s.command(&credential, "credential", "add", "--name", "bench", "--scope", "all"); err != nil {
		return nil, err
	}
	s.key, s.secret = credential.Key, credential.Secret
	return s, nil
}

// command runs a subcommand with --json and reads what it prints.
func (s *server) command(into any, args ...string) error {
	cmd := exec.CommandContext(s.b.ctx, s.b.cairn, append(args, "--json")...)
	var problem bytes.Buffer
	cmd.Env, cmd.Stderr = s.env, &problem
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("cairn %s: %w: %s", strings.Join(args, " "), err, problem.String())
	}
	return json.Unmarshal(out, into)
}

// start serves, and waits until the server says that it is ready.
func (s *server) start() error {
	log, err := os.CreateTemp(s.b.dir, "serve-*.log")
	if err != nil {
		return err
	}
	s.log = log
	s.process = exec.Command(s.b.cairn, "serve")
	s.process.Env, s.process.Stdout, s.process.Stderr = s.env, log, log
	if err := s.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if r, err := http.Get(s.base + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return nil
			}
		}
	}
	s.stop()
	text, _ := os.ReadFile(log.Name())
	return fmt.Errorf("cairn serve is not ready after 20 s: %s", text)
}

// stop ends the server and waits for it.
func (s *server) stop() {
	if s.process == nil || s.process.Process == nil {
		return
	}
	_ = s.process.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(20*time.Second, func() { _ = s.process.Process.Kill() })
	_ = s.process.Wait()
	timer.Stop()
	_ = s.log.Close()
	s.process = nil
}

// cpu is the processor time that a process has used.
func cpu(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // USER_HZ is 100 on every Linux that Go runs on
}

// resident is the most memory that a process has held, in MB.
func resident(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscanf(rest, "%f kB", &kb)
	return kb / 1024
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
