package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"cairn/internal/sqlstore"
	"cairn/lti"
)

type doctorCmd struct {
	keyFlags
	ID               string   `arg:"" optional:"" name:"registration" help:"One registration; default: all."`
	AllowPrivateHost []string `env:"CAIRN_ALLOW_PRIVATE_HOST" placeholder:"HOST" help:"As for serve (${env})."`
	Launches         int      `default:"5" help:"How many of the last launches are shown."`
}

// verdict is what came of one check.
type verdict string

const (
	good    verdict = "ok"
	doubt   verdict = "warning"
	bad     verdict = "failed"
	skipped verdict = "skipped"
)

// finding is one check with what it found, and what to do about it.
type finding struct {
	Check  string  `json:"check"`
	Result verdict `json:"result"`
	Says   string  `json:"says"`
	Do     string  `json:"do,omitzero"`
}

// diagnosis is what was found about one registration.
type diagnosis struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	Issuer   string       `json:"issuer"`
	ClientID string       `json:"client_id"`
	Findings []finding    `json:"findings"`
	Launches []launchView `json:"launches"`
}

// report is what --json prints.
type report struct {
	Tool          []finding    `json:"tool"`
	Registrations []diagnosis  `json:"registrations"`
	Unregistered  []launchView `json:"unregistered"` // logins and launches that named no registration
}

// doctor is what the checks work with.
type doctor struct {
	*program
	store   *sqlstore.Store
	client  *http.Client
	dated   *datedTransport
	keySets *lti.KeySets
	tokens  *lti.Tokens // nil when there is no key to sign with
	signing lti.KeyPair
	noKey   string // why not
	most    int
}

// Run checks, prints what was found, and fails when a check did.
func (c *doctorCmd) Run(p *program) error {
	if err := checkHosts(c.AllowPrivateHost); err != nil {
		return err
	}
	return p.withStore(func(s *sqlstore.Store) error {
		all, err := c.registrations(p.ctx, s)
		if err != nil {
			return err
		}
		d := c.doctor(p, s)
		r := report{Tool: d.tool(p.ctx), Registrations: []diagnosis{}}
		for _, reg := range all {
			one, err := d.registration(p.ctx, reg)
			if err != nil {
				return err
			}
			r.Registrations = append(r.Registrations, one)
		}
		if r.Unregistered, err = d.launches(p.ctx, ""); err != nil {
			return err
		}
		if p.JSON {
			err = printJSON(p.out, r)
		} else {
			err = r.print(p.out)
		}
		if n := r.failed(); err == nil && n > 0 {
			return refuse(exitFailure, "checks that failed: %d", n)
		}
		return err
	})
}

func (c *doctorCmd) registrations(ctx context.Context, s *sqlstore.Store) ([]sqlstore.Registration, error) {
	if c.ID == "" {
		return s.ListRegistrations(ctx)
	}
	one, err := s.FullRegistration(ctx, c.ID)
	if err != nil {
		return nil, registrationError(c.ID, err)
	}
	return []sqlstore.Registration{one}, nil
}

// doctor joins what the checks need. A key that cannot be used is no error here: it is something to tell.
func (c *doctorCmd) doctor(p *program, s *sqlstore.Store) *doctor {
	d := &doctor{program: p, store: s, most: c.Launches}
	hosts := append(slices.Clone(c.AllowPrivateHost), hostOf(p.BaseURL)) // our own address may be a private one, behind a proxy
	d.client = lti.NewHTTPClient(lti.Guard{PlainHTTP: hosts, Private: hosts, UserAgent: "Cairn/" + version})
	d.dated = &datedTransport{next: d.client.Transport, now: p.now}
	d.client.Transport = d.dated
	d.keySets = lti.NewKeySets(d.client, p.now)
	path, err := c.path(p.settings)
	var keys toolKeys
	if err == nil {
		keys, err = c.load(path)
	}
	if err != nil {
		d.noKey = err.Error()
		return d
	}
	d.signing = keys.ring(p.now()).Signing
	d.tokens = lti.NewTokens(d.client, func() lti.KeyPair { return d.signing }, p.now)
	return d
}

// registration runs every check of one registration, in an order in which the first failure is likely the cause of the others.
func (d *doctor) registration(ctx context.Context, r sqlstore.Registration) (diagnosis, error) {
	out := diagnosis{ID: r.ID, Name: r.Name, Issuer: r.Issuer, ClientID: r.ClientID}
	d.dated.reset()
	out.Findings = []finding{d.standing(r), d.keySet(ctx, r), d.token(ctx, r), d.clock(), d.frames(r)}
	owed, err := d.owed(ctx, r)
	if err != nil {
		return out, err
	}
	if out.Launches, err = d.launches(ctx, r.ID); err != nil {
		return out, err
	}
	out.Findings = append(out.Findings, owed, lastLaunch(r, out.Launches))
	return out, nil
}

// failed counts the checks that failed.
func (r report) failed() (n int) {
	all := slices.Clone(r.Tool)
	for _, d := range r.Registrations {
		all = append(all, d.Findings...)
	}
	for _, f := range all {
		if f.Result == bad {
			n++
		}
	}
	return n
}

// standing is whether launches are taken at all.
func (d *doctor) standing(r sqlstore.Registration) finding {
	f := finding{Check: "registration", Result: good, Says: "enabled; deployments " + strings.Join(r.Deployments, ", ")}
	switch {
	case r.Disabled:
		f.Result, f.Says, f.Do = bad, "disabled: every launch is refused", "cairn registration set "+r.ID+" --no-disabled"
	case r.AnyDeployment:
		f.Says = "enabled; any deployment is taken"
	case len(r.Deployments) == 0:
		f.Result, f.Says = bad, "no deployment is known: every launch is refused"
		f.Do = "cairn registration set " + r.ID + " --deployment ID, with the deployment id that the LMS shows"
	}
	return f
}

// frames is whether the LMS may show our pages.
func (d *doctor) frames(r sqlstore.Registration) finding {
	origins := r.Origins()
	f := finding{Check: "frames", Result: good, Says: "pages may be framed by " + strings.Join(origins, ", ")}
	if slices.Contains(sharedIssuers, strings.TrimSuffix(r.Issuer, "/")) && len(r.FrameOrigins) == 0 {
		f.Result, f.Says = bad, "the issuer is one that many LMSs share, so its address is not the one that shows Cairn in a frame"
		f.Do = "cairn registration set " + r.ID + " --frame-origin https://YOUR-LMS --service-origin https://YOUR-LMS, with the address that people see in their browser"
		return f
	}
	for _, o := range origins {
		if strings.HasPrefix(o, "http://") && strings.HasPrefix(d.BaseURL, "https://") && !strings.HasPrefix(o, "http://localhost") {
			f.Result, f.Says = doubt, f.Says+"; one of them is plain http, where browsers give a frame no cookies and no storage"
			f.Do = "serve the LMS by https"
		}
	}
	return f
}

// sharedIssuers are issuers of more than one LMS: their address is none that frames pages.
var sharedIssuers = []string{"https://canvas.instructure.com", "https://canvas.beta.instructure.com", "https://canvas.test.instructure.com", "https://blackboard.com"}

// owed is how the scores stand.
func (d *doctor) owed(ctx context.Context, r sqlstore.Registration) (finding, error) {
	f := finding{Check: "scores", Result: good, Says: "none is late"}
	const most = 1000
	for _, state := range []sqlstore.DeliveryState{sqlstore.DeliveryGivenUp, sqlstore.DeliveryWaiting} {
		some, err := d.store.ListDeliveries(ctx, sqlstore.DeliveryQuery{Registration: r.ID, State: state, Limit: most})
		if err != nil {
			return f, err
		}
		if len(some) == 0 {
			continue
		}
		f.Result = doubt
		f.Says = fmt.Sprintf("%d %s; the LMS said of the oldest: %s", len(some), map[sqlstore.DeliveryState]string{
			sqlstore.DeliveryGivenUp: "were refused for good", sqlstore.DeliveryWaiting: "failed and are sent again"}[state], some[0].Problem)
		f.Do = "mend what it says, then cairn deliveries retry --registration " + r.ID
		break
	}
	return f, nil
}
