package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/go-json-experiment/json"

	"cairn/internal/sqlstore"
	"cairn/xapi/profile"
)

// settings are the flags that every command takes. Each has an environment variable but Config and JSON, which say how one call is
// made; a flag wins over the environment, and that over the configuration file.
type settings struct {
	Config     kong.ConfigFlag     `placeholder:"FILE" help:"JSON file of flags by name, for example {\"addr\": \":8080\"}. Unknown names are refused."`
	DB         string              `name:"db" env:"CAIRN_DB" default:"cairn.db" placeholder:"FILE|DSN" help:"SQLite file, or postgres://user:password@host/name (${env})."`
	BaseURL    string              `name:"base-url" env:"CAIRN_BASE_URL" placeholder:"URL" help:"How browsers, LMSs and programs reach Cairn, without a path: https://cairn.example.org (${env})."`
	IRIBase    string              `name:"iri-base" env:"CAIRN_IRI_BASE" placeholder:"URL" help:"What the identifiers of frameworks and capabilities begin with. It is fixed when a framework is published; default: the base URL (${env})."`
	JSON       bool                `name:"json" help:"Print data as JSON."`
	LogFormat  string              `env:"CAIRN_LOG_FORMAT" enum:"auto,text,json" default:"auto" help:"auto is text on a terminal and JSON lines elsewhere (${env})."`
	Companions []profile.Companion `env:"CAIRN_COMPANIONS" placeholder:"NAME" help:"Statements said beside each achievement for readers of another dialect: asserted, achieved (${env}, by commas). Default: none."`
	LogLevel   slog.Level          `env:"CAIRN_LOG_LEVEL" default:"info" help:"debug, info, warn or error (${env})."`
}

// AfterApply is kong's hook: what cannot be used is refused before anything is opened.
func (s *settings) AfterApply() error {
	for name, value := range map[string]*string{"CAIRN_BASE_URL": &s.BaseURL, "CAIRN_IRI_BASE": &s.IRIBase} {
		if *value == "" {
			continue
		}
		*value = strings.TrimSuffix(*value, "/")
		if err := checkBase(*value); err != nil {
			return refuse(exitUsage, "%s cannot be used: %w", name, err)
		}
	}
	if strings.HasPrefix(s.BaseURL, "http") && strings.Count(s.BaseURL, "/") > 2 {
		return refuse(exitUsage, "CAIRN_BASE_URL cannot be used: %q has a path; give Cairn a host name of its own", s.BaseURL)
	}
	for _, c := range s.Companions {
		if !c.Known() {
			return refuse(exitUsage, "CAIRN_COMPANIONS cannot be used: %q is none of %v", c, profile.Companions())
		}
	}
	if s.DB == "" {
		return refuse(exitUsage, "CAIRN_DB is empty: give a file name or a PostgreSQL address")
	}
	if err := sqlstore.CheckAddress(s.DB); err != nil {
		return refuse(exitUsage, "CAIRN_DB cannot be used: %w", err)
	}
	return nil
}

// checkBase says what is wrong with an address that others are built on.
func checkBase(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return err
	case u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("%q does not begin with https:// or http://", text)
	case u.Hostname() == "":
		return fmt.Errorf("%q names no host", text)
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fmt.Errorf("%q may hold neither user, query nor fragment", text)
	}
	return nil
}

// postgres says whether the database is a server rather than a file.
func (s *settings) postgres() bool {
	return strings.HasPrefix(s.DB, "postgres://") || strings.HasPrefix(s.DB, "postgresql://")
}

// iriBase is what identifiers begin with when a framework is published now; "" when nobody said.
func (s *settings) iriBase() string {
	if s.IRIBase != "" {
		return s.IRIBase
	}
	return s.BaseURL
}

// fileConfig is a configuration file: the value of each flag by name.
type fileConfig map[string]any

// loadConfig reads a configuration file for kong.
func loadConfig(r io.Reader) (kong.Resolver, error) {
	var values fileConfig
	if err := json.UnmarshalRead(r, &values); err != nil {
		return nil, refuse(exitUsage, "the configuration file is not a JSON object of flags: %w", err)
	}
	return values, nil
}

// Resolve is kong's: the value of a flag.
func (c fileConfig) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	return c[flag.Name], nil
}

// Validate is kong's: a name that no command has would be accepted and ignored.
func (c fileConfig) Validate(app *kong.Application) error {
	known := map[string]bool{}
	collectFlags(app.Node, known)
	for name := range c {
		if !known[name] {
			return refuse(exitUsage, "the configuration file sets %q, which is no flag", name)
		}
	}
	return nil
}

func collectFlags(n *kong.Node, into map[string]bool) {
	for _, f := range n.Flags {
		into[f.Name] = true
	}
	for _, child := range n.Children {
		collectFlags(child, into)
	}
}
