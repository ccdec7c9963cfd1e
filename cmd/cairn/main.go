// Command cairn is the whole program: the LTI tool, the learning record store, the projection between them, and the commands of
// its operator. It is the only place where the rooms meet; each subcommand has a file, and wire.go joins the rooms.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

// cli is the command line. Flags stand before or after the subcommand.
type cli struct {
	settings

	Serve        serveCmd        `cmd:"" help:"Serve the LTI tool and the learning record store."`
	Demo         demoCmd         `cmd:"" help:"Start Cairn with a pretend LMS, on a database in a temporary folder; --once walks the journey and checks each step."`
	Migrate      migrateCmd      `cmd:"" help:"Bring the database up to this version, and publish the built-in framework."`
	Registration registrationCmd `cmd:"" help:"The LMSs that may launch."`
	Invite       inviteCmd       `cmd:"" help:"One-time addresses by which LMSs register themselves."`
	Framework    frameworkCmd    `cmd:"" help:"The frameworks that are published."`
	Credential   credentialCmd   `cmd:"" help:"The keys that programs use at /xapi."`
	Statements   statementsCmd   `cmd:"" help:"Statements in bulk: export and import."`
	Admin        adminCmd        `cmd:"" help:"Enter the pages of those who run Cairn."`
	Person       personCmd       `cmd:"" help:"What is kept about one person: find, export, erase."`
	Retention    retentionCmd    `cmd:"" help:"How long statements are kept."`
	Forward      forwardCmd      `cmd:"" help:"Other record stores that statements are forwarded to."`
	Source       sourceCmd       `cmd:"" help:"Other record stores that statements are pulled from."`
	Deliveries   deliveriesCmd   `cmd:"" help:"The scores that LMSs are owed."`
	Key          keyCmd          `cmd:"" help:"The keys that Cairn signs with."`
	Doctor       doctorCmd       `cmd:"" help:"Check each registration: keys, tokens, clock, frames, the last launches; how other record stores stand; say what is wrong and what to do. Ends with 1 when a check failed."`
	Replay       replayCmd       `cmd:"" help:"Empty the projection and fold the whole log again. Nothing is emitted twice; servers may go on running."`
	Version      versionCmd      `cmd:"" help:"Print the version."`
}

// program is what every command is given: where it writes, the clock, and how it was set up.
type program struct {
	settings
	ctx context.Context
	out io.Writer
	now func() time.Time
}

func main() { os.Exit(execute(os.Args[1:])) }

func execute(args []string) int {
	var c cli
	parser, err := kong.New(&c, kong.Name("cairn"), kong.UsageOnError(), kong.Configuration(loadConfig),
		kong.Description("Cairn maps what learners do to the capabilities of a framework, inside any LMS.\n\n"+
			"Exit codes: 0 done, 1 failed, 2 wrong flag, environment or file, 3 database, 4 address in use, 5 refused by a rule."))
	if err != nil {
		panic(err) // a mistake in the struct tags above
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed, err := parser.Parse(args)
	if err != nil {
		return complain(usage(err))
	}
	if err := parsed.Run(&program{settings: c.settings, ctx: ctx, out: os.Stdout, now: time.Now}); err != nil {
		return complain(explain(err))
	}
	return exitOK
}

// usage is what the command line, the environment or the configuration file had wrong.
func usage(err error) *refusal {
	var known *refusal
	if errors.As(err, &known) {
		return known
	}
	return &refusal{exitUsage, "this cannot be run (see cairn --help)", err}
}

func complain(r *refusal) int {
	_, _ = fmt.Fprintln(os.Stderr, "cairn:", r)
	return r.code
}
