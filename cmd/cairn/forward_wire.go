package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

// newForwarder sends statements on to other record stores.
func (w wiring) newForwarder(store *sqlstore.Store) *pipeline.Forwarder {
	return pipeline.NewForwarder(pipeline.ForwarderConfig{
		Targets: store.Targets(), Open: w.openRemote, HTTP: remoteClient(w.privateHosts), Now: w.now, Logger: w.log, Holder: w.process,
	})
}

// forwardFigures asks the database for the targets, when it is scraped.
type forwardFigures struct{ store *sqlstore.Store }

var (
	forwardLag = prometheus.NewDesc("cairn_forward_lag_entries", "Entries of the log that a target has not been sent or passed over.", []string{"target"}, nil)
	forwardAge = prometheus.NewDesc("cairn_forward_lag_seconds", "How long ago the first statement of them was stored.", []string{"target"}, nil)
	forwardOut = prometheus.NewDesc("cairn_forward_statements_total", "Statements that a target has, by our sending.", []string{"target"}, nil)
	forwardBad = prometheus.NewDesc("cairn_forward_refused", "Statements that a target refused for good.", []string{"target"}, nil)
)

// Describe is prometheus.Collector.
func (forwardFigures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{forwardLag, forwardAge, forwardOut, forwardBad} {
		out <- d
	}
}

// Collect is prometheus.Collector. Nothing is told when the database cannot be read.
func (f forwardFigures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	all, err := f.store.ListTargets(ctx)
	if err != nil {
		return
	}
	for _, t := range all {
		gauge := func(d *prometheus.Desc, v float64) {
			out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, t.Name)
		}
		gauge(forwardLag, float64(t.Lag))
		gauge(forwardAge, t.Age.Seconds())
		gauge(forwardBad, float64(t.Dead))
		out <- prometheus.MustNewConstMetric(forwardOut, prometheus.CounterValue, float64(t.Sent), t.Name)
	}
}
