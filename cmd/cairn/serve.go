package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones are known also where the machine has no list of them
)

// serveFlags are what serve adds to the settings.
type serveFlags struct {
	keyFlags
	habitFlags
	Addr             string        `env:"CAIRN_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Listening address (${env})."`
	AllowPrivateHost []string      `env:"CAIRN_ALLOW_PRIVATE_HOST" placeholder:"HOST" help:"Host of an LMS, with its port if it has one, that may be called by plain http and on a private address; can be given again (${env}, by commas)."`
	TimeZone         string        `env:"CAIRN_TIME_ZONE" default:"Europe/London" placeholder:"NAME" help:"Time zone of the times on pages, such as Europe/Berlin or UTC (${env})."`
	TokenLife        time.Duration `env:"CAIRN_TOKEN_LIFE" default:"1h" placeholder:"TIME" help:"How long an access token to the record store holds, 1m to 24h (${env})."`
	Metrics          string        `env:"CAIRN_METRICS" enum:"local,open" default:"local" help:"Who may read /metrics: local is this machine, open is everybody (${env})."`
}

type serveCmd struct{ serveFlags }

// Run serves until it is told to stop. The address comes first: a second server on it must not touch the database.
func (c *serveCmd) Run(p *program) error {
	limitMemory()
	log := newLogger(p.LogFormat, p.LogLevel)
	if err := checkHosts(c.AllowPrivateHost); err != nil {
		return err
	}
	if _, err := c.habits(); err != nil {
		return err
	}
	if _, err := c.zone(); err != nil {
		return err
	}
	if c.TokenLife < time.Minute || c.TokenLife > 24*time.Hour {
		return refuse(exitUsage, "CAIRN_TOKEN_LIFE is %s; it may be 1m to 24h", c.TokenLife)
	}
	l, err := listen(c.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = l.Close() }()
	if p.BaseURL == "" {
		p.BaseURL = localURL(l)
		log.Warn("CAIRN_BASE_URL is not set; only this machine can use Cairn so", "base_url", p.BaseURL)
	}
	return p.serve(p.ctx, l, c.serveFlags, log)
}

// How the collector works, unless GOGC and GOMEMLIMIT in the environment say otherwise. Little stays in memory and much passes through,
// so it may let more gather than by default before it looks through all that stays. Near softMemory, in bytes, it works harder: a few
// large batches at once leave much behind. That is no bound.
const (
	gathered   = 200 // percent of what stays
	softMemory = 96 << 20
)

func limitMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gathered)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
}

// zone is where the people are who read the pages. The zones are in the program, so that every machine knows them.
func (f serveFlags) zone() (*time.Location, error) {
	zone, err := time.LoadLocation(f.TimeZone)
	if err != nil {
		return nil, &refusal{exitUsage, "CAIRN_TIME_ZONE is no time zone: give a name such as Europe/London or UTC", err}
	}
	return zone, nil
}

// checkHosts refuses what could never match a host that is called.
func checkHosts(hosts []string) error {
	for _, given := range hosts {
		if _, err := netip.ParsePrefix(given); err == nil {
			continue // a network of private addresses
		}
		host, port, err := net.SplitHostPort(given)
		if err != nil {
			host, port = strings.Trim(given, "[]"), ""
		}
		number, err := strconv.ParseUint(port, 10, 16)
		if host == "" || strings.ContainsAny(host, "/@?# ,*\\") || strings.Contains(host, ":") && net.ParseIP(host) == nil || port != "" && (err != nil || number == 0) {
			return refuse(exitUsage, "CAIRN_ALLOW_PRIVATE_HOST cannot be used: %q is no host; give lms.example or lms.example:8080, without http:// and path", given)
		}
	}
	return nil
}

// serve opens the database, joins the rooms and serves on the listener until ctx ends.
func (p *program) serve(ctx context.Context, l net.Listener, f serveFlags, log *slog.Logger) (err error) {
	zone, err := f.zone()
	if err != nil {
		return err
	}
	habits, err := f.habits()
	if err != nil {
		return err
	}
	keys, err := f.ring(p, log)
	if err != nil {
		return err
	}
	store, err := p.openStore(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if published, err := publishBuiltin(ctx, store, p.iriBase()); err != nil {
		return err
	} else if published {
		log.Info("published the built-in framework", "iri_base", p.iriBase())
	}
	s, err := wiring{
		settings: p.settings, now: p.now, log: log, keys: keys, privateHosts: f.AllowPrivateHost, openMetrics: f.Metrics == "open", zone: zone, process: processName(), habits: habits,
		tokenLife: f.TokenLife,
	}.wire(context.WithoutCancel(ctx), store)
	if err != nil {
		return err
	}
	log.Info("serving", "address", l.Addr().String(), "base_url", p.BaseURL, "version", version)
	return s.run(ctx, l)
}
