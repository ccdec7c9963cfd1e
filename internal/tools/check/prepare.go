package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// need is something outside the Go toolchain that some tests use.
type need struct {
	what     string
	packages []string // of Debian and Ubuntu
	present  func() bool
}

func needs() []need {
	return []need{
		{"PostgreSQL", []string{"postgresql"}, func() bool {
			found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
			return len(found) > 0 || command("initdb")
		}},
		{"Chromium", []string{"chromium"}, func() bool {
			return command("chromium") || command("chromium-browser") || command("google-chrome")
		}},
		{"pdftoppm (for pictures of printed pages)", []string{"poppler-utils"}, func() bool { return command("pdftoppm") }},
		{"npm (for axe-core)", []string{"npm"}, func() bool { return command("npm") || exists("node_modules/axe-core/axe.min.js") }},
	}
}

func command(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// prepare installs what is missing where it can, and says so where it cannot: the tests then name what they skip.
func prepare(ctx context.Context, out io.Writer) {
	var missing []string
	for _, n := range needs() {
		if !n.present() {
			_, _ = fmt.Fprintf(out, "%s is missing\n", n.what)
			missing = append(missing, n.packages...)
		}
	}
	if len(missing) > 0 {
		if err := apt(ctx, out, missing); err != nil {
			_, _ = fmt.Fprintf(out, "cannot install %s: %v\n", strings.Join(missing, ", "), err)
		}
	}
	if exists("package-lock.json") && !exists("node_modules/axe-core/axe.min.js") && command("npm") {
		if err := run(ctx, out, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"); err != nil {
			_, _ = fmt.Fprintf(out, "cannot install axe-core: %v\n", err)
		}
	}
}

// apt installs packages as root, or through sudo when that asks for no password.
func apt(ctx context.Context, out io.Writer, packages []string) error {
	if !command("apt-get") {
		return fmt.Errorf("there is no apt-get here")
	}
	var prefix []string
	if os.Geteuid() != 0 {
		if exec.CommandContext(ctx, "sudo", "-n", "true").Run() != nil {
			return fmt.Errorf("neither root nor sudo without a password")
		}
		prefix = []string{"sudo", "-n"}
	}
	prefix = append(prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get")
	if err := run(ctx, out, append(prefix, "update", "-q")...); err != nil {
		return err
	}
	return run(ctx, out, append(append(prefix, "install", "-q", "-y", "--no-install-recommends"), packages...)...)
}

func run(ctx context.Context, out io.Writer, args ...string) error {
	_, _ = fmt.Fprintln(out, "+", strings.Join(args, " "))
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, lastLines(string(text), 5))
	}
	return nil
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
