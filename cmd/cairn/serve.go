package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
)

// serveFlags are what serve adds to the settings.
type serveFlags struct {
	keyFlags
	Addr             string   `env:"CAIRN_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Listening address (${env})."`
	AllowPrivateHost []string `env:"CAIRN_ALLOW_PRIVATE_HOST" placeholder:"HOST" help:"Host of an LMS, with its port if it has one, that may be called by plain http and on a private address; can be given again (${env}, by commas)."`
	Metrics          string   `env:"CAIRN_METRICS" enum:"local,open" default:"local" help:"Who may read /metrics: local is this machine, open is everybody (${env})."`
}

type serveCmd struct{ serveFlags }

// Run serves until it is told to stop. The address comes first: a second server on it must not touch the database.
func (c *serveCmd) Run(p *program) error {
	log := newLogger(p.LogFormat, p.LogLevel)
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

// serve opens the database, joins the rooms and serves on the listener until ctx ends.
func (p *program) serve(ctx context.Context, l net.Listener, f serveFlags, log *slog.Logger) (err error) {
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
		settings: p.settings, now: p.now, log: log, keys: keys, privateHosts: f.AllowPrivateHost, openMetrics: f.Metrics == "open", process: processName(),
	}.wire(context.WithoutCancel(ctx), store)
	if err != nil {
		return err
	}
	log.Info("serving", "address", l.Addr().String(), "base_url", p.BaseURL, "version", version)
	return s.run(ctx, l)
}
