package main

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/xapi"
)

// newPuller takes statements from other record stores. They are vouched for by this instance, under the name of the source.
func (w wiring) newPuller(store *sqlstore.Store, m *metrics, grown bell) *pipeline.Puller {
	return pipeline.NewPuller(pipeline.PullerConfig{
		Sources: store.Sources(), Open: w.openRemote, HTTP: remoteClient(w.privateHosts), Now: w.now, Logger: w.log, Holder: w.process,
		Authority: func(s pipeline.Source) xapi.Agent { return w.authority(s.Name, "source/"+s.ID) },
		Stored: func(n int) {
			m.statements.WithLabelValues("stored").Add(float64(n))
			grown.ring()
		},
	})
}

// sourceFigures asks the database for the sources, when it is scraped.
type sourceFigures struct{ store *sqlstore.Store }

var (
	sourceTaken   = prometheus.NewDesc("cairn_source_statements_total", "Statements pulled from a source and stored.", []string{"source"}, nil)
	sourceRefused = prometheus.NewDesc("cairn_source_refused_total", "Statements of a source that were refused.", []string{"source"}, nil)
	sourceFailing = prometheus.NewDesc("cairn_source_failed_attempts", "Failed attempts since the last success.", []string{"source"}, nil)
)

// Describe is prometheus.Collector.
func (sourceFigures) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{sourceTaken, sourceRefused, sourceFailing} {
		out <- d
	}
}

// Collect is prometheus.Collector. Nothing is told when the database cannot be read.
func (f sourceFigures) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	all, err := f.store.ListSources(ctx)
	if err != nil {
		return
	}
	for _, s := range all {
		out <- prometheus.MustNewConstMetric(sourceTaken, prometheus.CounterValue, float64(s.Stored), s.Name)
		out <- prometheus.MustNewConstMetric(sourceRefused, prometheus.CounterValue, float64(s.Refused), s.Name)
		out <- prometheus.MustNewConstMetric(sourceFailing, prometheus.GaugeValue, float64(s.Attempts), s.Name)
	}
}
