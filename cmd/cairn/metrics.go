package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// metrics counts what the rooms do, by standing in front of the small interfaces they are joined by.
type metrics struct {
	registry   *prometheus.Registry
	statements *prometheus.CounterVec
	launches   *prometheus.CounterVec
	folded     prometheus.Counter
	requests   *prometheus.HistogramVec
}

func newMetrics(h *health) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		statements: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cairn_statements_total", Help: "Statements sent to be stored, by result: stored (also those that were there), refused, failed."}, []string{"result"}),
		launches: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "cairn_launches_total", Help: "LTI launches by result: accepted, or the rule that refused them."}, []string{"result"}),
		folded: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "cairn_projected_entries_total", Help: "Entries of the log folded by this process."}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "cairn_http_request_seconds", Help: "Requests by area of the site, method and status.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10}}, []string{"area", "method", "status"}),
	}
	m.registry.MustRegister(m.statements, m.launches, m.folded, m.requests, lagOf(h), backlog{h},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// lagOf asks the database when it is scraped, so that it is right also where another process projects.
func lagOf(h *health) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "cairn_projection_lag_entries", Help: "Entries of the log that are not projected; -1 when the database cannot be read."},
		func() float64 {
			ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
			defer cancel()
			state := h.look(ctx)
			if state.Database != "reachable" {
				return -1
			}
			return float64(state.Lag)
		})
}

// backlog asks the database for the scores that are owed, when it is scraped.
type backlog struct{ h *health }

var (
	dueDescription  = prometheus.NewDesc("cairn_deliveries_due", "Scores that platforms are owed, those that wait after a failure too.", nil, nil)
	ageDescription  = prometheus.NewDesc("cairn_delivery_oldest_seconds", "How long the oldest of them has been owed.", nil, nil)
	lostDescription = prometheus.NewDesc("cairn_deliveries_given_up", "Scores that platforms refused for good.", nil, nil)
)

// Describe is prometheus.Collector.
func (backlog) Describe(out chan<- *prometheus.Desc) {
	out <- dueDescription
	out <- ageDescription
	out <- lostDescription
}

// Collect is prometheus.Collector. Nothing is told when the database cannot be read.
func (b backlog) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	backlog, err := b.h.store.DeliveryBacklog(ctx)
	if err != nil {
		return
	}
	age := 0.0
	if backlog.Owed > 0 {
		age = b.h.now().Sub(backlog.Oldest).Seconds()
	}
	out <- prometheus.MustNewConstMetric(dueDescription, prometheus.GaugeValue, float64(backlog.Owed))
	out <- prometheus.MustNewConstMetric(ageDescription, prometheus.GaugeValue, age)
	out <- prometheus.MustNewConstMetric(lostDescription, prometheus.GaugeValue, float64(backlog.GivenUp))
}

// observe notes one request.
func (m *metrics) observe(r *http.Request, status int, took time.Duration) {
	m.requests.WithLabelValues(area(r.URL.Path), method(r.Method), strconv.Itoa(status)).Observe(took.Seconds())
}

// area is one of a few words, so that no caller can make labels grow.
func area(path string) string {
	for _, known := range []string{"/xapi", "/api", "/lti/login", "/lti/launch", "/s", "/static"} {
		if path == known || strings.HasPrefix(path, known+"/") {
			return strings.TrimPrefix(known, "/")
		}
	}
	if quiet[path] {
		return "health"
	}
	return "other"
}

func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete:
		return m
	}
	return "other"
}

// handler serves the figures to the machine itself: a loopback peer that no proxy speaks for. open serves them to all.
func (m *metrics) handler(open bool) http.Handler {
	figures := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !open && !isLocal(r) {
			http.Error(w, "Metrics are served to this machine only (see --metrics).", http.StatusForbidden)
			return
		}
		figures.ServeHTTP(w, r)
	})
}

func isLocal(r *http.Request) bool {
	for _, forwarded := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip"} {
		if r.Header.Get(forwarded) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// countedStatements is lrs.Statements with a counter in front of Add, and the projector's bell behind it.
type countedStatements struct {
	lrs.Statements
	m     *metrics
	grown bell
}

// Add counts what came of a batch.
func (c countedStatements) Add(ctx context.Context, by lrs.Credential, batch []xapi.Prepared) error {
	err := c.Statements.Add(ctx, by, batch)
	result := "stored"
	var conflict *lrs.ConflictError
	switch {
	case errors.As(err, &conflict), errors.Is(err, lrs.ErrVoidForbidden):
		result = "refused"
	case err != nil:
		result = "failed"
	default:
		c.grown.ring()
	}
	c.m.statements.WithLabelValues(result).Add(float64(len(batch)))
	return err
}

// countedTool is the LTI tool with a counter in front of Admit.
type countedTool struct {
	*lti.Tool
	m *metrics
}

// Admit counts launches by the rule that refused them, of the protocol or of the page they lead to.
func (c countedTool) Admit(ctx context.Context, form lti.LaunchForm, browser string, keep lti.Keep) (*lti.Launch, error) {
	l, err := c.Tool.Admit(ctx, form, browser, keep)
	result := "accepted"
	var refused *lti.Refusal
	switch {
	case errors.As(err, &refused):
		result = refused.Rule
	case err != nil:
		result = cmp.Or(web.Refused(err), "failed")
	}
	c.m.launches.WithLabelValues(result).Inc()
	return l, err
}
