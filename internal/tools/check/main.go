// Command check runs every test of the repository: it installs what the tests need where it can, starts a throw-away PostgreSQL,
// runs them under the race detector and counts what passed, failed and could not run. In CI (CI=true) a skipped test fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"cairn/internal/tools/pgtemp"
)

func main() {
	install := flag.Bool("install", true, "install PostgreSQL, Chromium, axe-core and poppler-utils when they are missing and it is possible")
	only := flag.Bool("only-install", false, "install them and end")
	race := flag.Bool("race", true, "run under the race detector")
	run := flag.String("run", "", "only tests whose name matches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	packages := flag.Args()
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	args := []string{"test", "-json", "-count=1", "-timeout=20m"}
	if *race {
		args = append(args, "-race")
	}
	if *run != "" {
		args = append(args, "-run", *run)
	}
	if *install {
		prepare(ctx, os.Stdout)
	}
	if *only {
		return
	}
	os.Exit(check(ctx, append(args, packages...)))
}

// check runs the tests and answers the exit code: 0 when all passed (and, in CI, none was skipped).
func check(ctx context.Context, args []string) int {
	env := os.Environ()
	if os.Getenv("CAIRN_TEST_POSTGRES") == "" {
		cluster, err := pgtemp.Start(ctx, pgtemp.Options{})
		if err != nil {
			fmt.Println("PostgreSQL:", err, "- the tests that need it are skipped")
		} else {
			defer cluster.Stop()
			env = append(env, "CAIRN_TEST_POSTGRES="+cluster.DSN)
		}
	}
	began := time.Now()
	t, err := goTest(ctx, env, args)
	if err != nil {
		fmt.Println("go test:", err)
		return 1
	}
	fmt.Printf("\nran for %s\n%s\n", time.Since(began).Round(time.Second), t.summary())
	switch {
	case t.failed > 0 || t.passed == 0:
		return 1
	case t.skippedCount() > 0 && os.Getenv("CI") == "true":
		fmt.Fprintln(os.Stderr, "in CI a skipped test is a failure")
		return 1
	}
	return 0
}

func goTest(ctx context.Context, env, args []string) (*tally, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env, cmd.Stderr = env, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t := newTally(os.Stdout)
	if err := t.read(out); err != nil {
		return nil, err
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		return nil, err
	} else if err != nil && t.failed == 0 {
		return nil, fmt.Errorf("ended with %w though no test failed", err)
	}
	return t, nil
}
