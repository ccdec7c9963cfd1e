package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"cairn/internal/sqlstore"
)

type deliveriesCmd struct {
	List  deliveriesListCmd  `cmd:"" help:"List the scores that LMSs are owed: those given up first, then those that failed, then those that are simply due."`
	Retry deliveriesRetryCmd `cmd:"" help:"Send again now what failed or was given up."`
}

type deliveriesListCmd struct {
	Registration string `placeholder:"ID" help:"Of one registration only."`
	State        string `enum:",owed,waiting,given-up,done" default:"" placeholder:"STATE" help:"owed, waiting (after a failure), given-up (refused by the LMS) or done; default: all but done."`
	Limit        int    `default:"100" help:"At most so many."`
}

// deliveryView is what --json prints. Times are empty for what is not to be, or never was.
type deliveryView struct {
	ID           string                 `json:"id"`
	Registration string                 `json:"registration"`
	Link         string                 `json:"link"`
	LineItem     string                 `json:"line_item"`
	Account      string                 `json:"account"`
	State        sqlstore.DeliveryState `json:"state"`
	OwedSince    string                 `json:"owed_since,omitzero"`
	AgeSeconds   int64                  `json:"age_seconds"`
	Next         string                 `json:"next,omitzero"`
	Attempts     int                    `json:"attempts"`
	Problem      string                 `json:"problem,omitzero"`
	LastGiven    *int                   `json:"last_given,omitzero"`
	LastMaximum  int                    `json:"last_maximum,omitzero"`
	LastAt       string                 `json:"last_at,omitzero"`
}

// Run prints the deliveries.
func (c *deliveriesListCmd) Run(p *program) error {
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := c.find(p, s)
		if err != nil {
			return err
		}
		views, rows := []deliveryView{}, [][]string{{"STATE", "AGE", "LINK", "REGISTRATION", "FAILED", "NEXT", "PROBLEM", "ID"}}
		for _, d := range all {
			v := p.deliveryView(d)
			views = append(views, v)
			rows = append(rows, []string{string(v.State), age(time.Duration(v.AgeSeconds) * time.Second), v.Link, v.Registration,
				strconv.Itoa(v.Attempts), firstOf(v.Next, "-"), firstOf(v.Problem, "-"), v.ID})
		}
		if p.JSON {
			return printJSON(p.out, views)
		}
		if len(all) == 0 {
			_, err := fmt.Fprintln(p.out, "No such deliveries.")
			return err
		}
		return printTable(p.out, rows)
	})
}

// find asks for the state, or for each that is of interest by itself.
func (c *deliveriesListCmd) find(p *program, s *sqlstore.Store) ([]sqlstore.DeliveryStatus, error) {
	states := []sqlstore.DeliveryState{sqlstore.DeliveryState(c.State)}
	if c.State == "" {
		states = []sqlstore.DeliveryState{sqlstore.DeliveryGivenUp, sqlstore.DeliveryWaiting, sqlstore.DeliveryOwed}
	}
	var all []sqlstore.DeliveryStatus
	for _, state := range states {
		if len(all) >= c.Limit {
			break
		}
		some, err := s.ListDeliveries(p.ctx, sqlstore.DeliveryQuery{Registration: c.Registration, State: state, Limit: c.Limit - len(all)})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (p *program) deliveryView(d sqlstore.DeliveryStatus) deliveryView {
	v := deliveryView{
		ID: d.ID, Registration: d.Registration, Link: d.Link, LineItem: d.LineItem, Account: d.Account, State: d.State, OwedSince: stamp(d.OwedSince),
		Next: stamp(d.Due), Attempts: d.Attempts, Problem: d.Problem, LastGiven: d.LastGiven, LastMaximum: d.LastMaximum, LastAt: stamp(d.LastAt),
	}
	if !d.OwedSince.IsZero() {
		v.AgeSeconds = int64(max(0, p.now().Sub(d.OwedSince)).Seconds())
	}
	return v
}

// age is a time span as people say it: its two largest units.
func age(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm %ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh %dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd %dh", int(d.Hours())/24, int(d.Hours())%24)
}

type deliveriesRetryCmd struct {
	ID           []string `arg:"" optional:"" help:"Ids of deliveries (cairn deliveries list)."`
	Registration string   `placeholder:"ID" help:"All of one registration."`
	State        string   `enum:",owed,waiting,given-up" default:"" placeholder:"STATE" help:"Only those in this state: owed, waiting or given-up."`
}

// Run makes deliveries due now. Whoever serves sends them within seconds.
func (c *deliveriesRetryCmd) Run(p *program) error {
	if (len(c.ID) == 0) == (c.Registration == "") {
		return refuse(exitUsage, "say which deliveries: ids, or --registration")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		n, err := s.RetryDeliveries(p.ctx, sqlstore.DeliveryQuery{IDs: c.ID, Registration: c.Registration, State: sqlstore.DeliveryState(c.State)})
		if errors.Is(err, sqlstore.ErrNothingOwed) {
			return &refusal{exitRefused, "nothing was changed", err}
		}
		if err != nil {
			return err
		}
		if p.JSON {
			return printJSON(p.out, map[string]any{"due": n})
		}
		_, err = fmt.Fprintf(p.out, "%d due now. A server that runs sends them within seconds.\n", n)
		return err
	})
}
