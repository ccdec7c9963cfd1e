package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"cairn/internal/sqlstore"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/lti/ltitest"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

type demoCmd struct {
	Once    bool   `help:"Walk the journey without a browser, print what each step recorded, and end with 0 or 1."`
	Addr    string `default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where Cairn listens; port 0 takes a free one."`
	LMSAddr string `name:"lms-addr" default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where the pretend LMS listens. Browsers reach it as localhost, so that Cairn at 127.0.0.1 is another site to them."`
}

// demo is a pretend LMS and a Cairn that know each other, on a database that goes away with them.
type demo struct {
	lms        *ltitest.Platform
	sampled    ltitest.Sampled
	store      *sqlstore.Store
	frameworks *sqlstore.Frameworks
	server     *server
	listener   net.Listener
	client     lrs.Credential // the LMS's own
	secret     string
	course     web.Course
	dir        string
}

// Run starts both and waits, or walks the journey.
func (c *demoCmd) Run(p *program) error {
	level := p.LogLevel
	if c.Once || p.LogFormat == "auto" {
		level = max(level, slog.LevelWarn) // what is printed is for a person who tries things out
	}
	log := newLogger(p.LogFormat, level)
	d, err := startDemo(p.ctx, p, c.Addr, c.LMSAddr, log)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(p.ctx)
	served := make(chan error, 1)
	go func() { served <- d.server.run(ctx, d.listener) }()
	if c.Once {
		err = d.walk(ctx, p)
	} else {
		err = d.wait(ctx, p, served)
	}
	cancel()
	return errors.Join(err, <-served, d.close())
}

// wait gives the course its history, says where to click, and waits for the end.
func (d *demo) wait(ctx context.Context, p *program, served chan error) error {
	if err := d.cohort(ctx, p.now); err != nil {
		return err
	}
	d.greet(p)
	select {
	case <-ctx.Done():
		return nil
	case err := <-served:
		served <- nil
		return err
	}
}

// startDemo makes everything ready to serve; the caller runs the server and closes the demo.
func startDemo(ctx context.Context, p *program, address, lmsAddress string, log *slog.Logger) (d *demo, err error) {
	begun := &demo{}
	d = begun
	defer func() {
		if err != nil {
			err = errors.Join(err, begun.close())
		}
	}()
	if d.dir, err = os.MkdirTemp("", "cairn-demo-"); err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w", err)
	}
	if d.listener, err = listen(address); err != nil {
		return nil, err
	}
	s := p.settings
	s.DB, s.BaseURL, s.IRIBase = filepath.Join(d.dir, "cairn.db"), localURL(d.listener), ""
	local := &program{settings: s, ctx: ctx, out: p.out, now: p.now}
	if d.store, err = local.openStore(ctx, log); err != nil {
		return nil, err
	}
	if _, err = publishBuiltin(ctx, d.store, s.iriBase()); err != nil {
		return nil, err
	}
	if err = d.startLMS(lmsAddress, s.BaseURL, p.now); err != nil {
		return nil, err
	}
	if err = d.introduce(ctx, s.BaseURL); err != nil {
		return nil, err
	}
	keys, err := keyFlags{}.ring(local, log)
	if err != nil {
		return nil, err
	}
	d.server, err = wiring{settings: s, now: p.now, log: log, keys: keys, privateHosts: []string{"localhost", "127.0.0.1"}, zone: time.Local, process: processName()}.wire(context.WithoutCancel(ctx), d.store)
	if err != nil {
		return nil, err
	}
	return d, d.tagFirst(ctx, p.now)
}

// startLMS starts the pretend LMS, which knows the tool by its addresses.
func (d *demo) startLMS(address, base string, now func() time.Time) error {
	d.lms = ltitest.New(ltitest.Config{Now: now, Listen: address})
	if err := d.lms.Start(); err != nil {
		return err
	}
	urls, err := lti.NewURLs(base)
	if err != nil {
		return err
	}
	d.sampled = ltitest.Sample(d.lms, ltitest.Tool{
		LoginURL: urls.Login, TargetLinkURI: urls.Launch, RedirectURIs: []string{urls.Launch}, KeySetURL: urls.KeySet, DeepLinking: true,
	})
	return nil
}

// introduce registers the LMS and gives it a credential, as an operator does by the command line.
func (d *demo) introduce(ctx context.Context, base string) error {
	c, err := d.lms.Connection(d.sampled.Tool.ID)
	if err != nil {
		return err
	}
	r, err := d.store.AddRegistration(ctx, sqlstore.Registration{Platform: "moodle", Registration: lti.Registration{
		Name: "Pretend LMS", Issuer: c.Issuer, ClientID: c.ClientID, Deployments: []string{c.DeploymentID},
		AuthorizationEndpoint: c.AuthorizationEndpoint, TokenEndpoint: c.TokenEndpoint, KeySetURL: c.KeySetURL,
	}})
	if err != nil {
		return fmt.Errorf("register the pretend LMS: %w", err)
	}
	d.course = web.Course{Registration: r.ID, ID: d.sampled.Course, IRI: r.CourseIRI(d.sampled.Course)}
	if d.client, d.secret, err = d.store.AddCredential(ctx, "Pretend LMS", []lrs.Scope{lrs.ScopeAll}); err != nil {
		return fmt.Errorf("make a credential for the pretend LMS: %w", err)
	}
	d.lms.SetLRS(ltitest.LRS{Endpoint: base + "/xapi", Key: d.client.ID, Secret: d.secret})
	if d.frameworks, err = d.store.Frameworks(context.WithoutCancel(ctx), ""); err != nil {
		return fmt.Errorf("load the frameworks: %w", err)
	}
	return nil
}

// tagFirst tags one activity, so that a learner's first click shows something.
func (d *demo) tagFirst(ctx context.Context, now func() time.Time) error {
	capability, err := d.capability(firstTagged)
	if err != nil {
		return err
	}
	return d.apply(ctx, now, "So that the demo has something to show", d.tag(capability, ltitest.Page, d.sampled.Page))
}

// Codes of the capabilities that the demo shows: tagged from the start, and tagged on the way.
const (
	firstTagged = "6.1-L1"
	laterTagged = "6.1-L2"
)

func (d *demo) capability(code string) (mapping.Node, error) {
	n, ok := d.frameworks.Default().ByCode(code)
	if !ok {
		return n, fmt.Errorf("the built-in framework has no capability %s", code)
	}
	return n, nil
}

// close ends what was started, in the reverse order.
func (d *demo) close() error {
	var errs []error
	if d.lms != nil {
		errs = append(errs, d.lms.Close())
	}
	if d.listener != nil {
		_ = d.listener.Close() // the server has closed it when it ran
	}
	if d.store != nil {
		errs = append(errs, d.store.Close())
	}
	if d.dir != "" {
		errs = append(errs, os.RemoveAll(d.dir))
	}
	return errors.Join(errs...)
}

// greet says where to click.
func (d *demo) greet(p *program) {
	if p.JSON {
		_ = printJSON(p.out, map[string]string{"lms": d.lms.Issuer(), "cairn": d.server.BaseURL, "key": d.client.ID, "secret": d.secret})
		return
	}
	_, _ = fmt.Fprintf(p.out, `
Cairn is running, with a pretend LMS to try it in.

  Open this in a browser    %[1]s
  Cairn itself              %[2]s     (shown inside the LMS; not to be opened by hand)
  Record store              %[2]s/xapi     key %[3]s  secret %[4]s

  1. Log in as Lena Learner, open the course "AI in clinical practice", and there "My capabilities". Say which roles are like your work: nothing has counted yet.
  2. Read the page "What machine learning can and cannot do", then open "My capabilities" again: one capability is evidenced.
     Click it to see why. The gradebook has a score.
  3. Do the quiz. Log in as Aoife Author, open "My capabilities", then Activities, and choose "Tag" beside the quiz. Tick a capability
     and press "See what this changes". The tick is a draft, and the page says what it would do to whom. Press "Apply changes": what Lena and
     others did before counts at once.
  4. Log in as Lou Lead to see the course as someone who leads it: who has evidence for what, where activities are missing, what expires.

  Everything is kept in %[5]s and goes away at the end. Press Ctrl-C to end.

`, d.lms.Issuer(), d.server.BaseURL, d.client.ID, d.secret, d.dir)
}
