package diagnosis

import (
	"context"
	"net/http"
	"time"

	"cairn/lti"
)

// Config is what the checks work with.
type Config struct {
	Client  *http.Client // guarded
	BaseURL string       // where LMSs reach us, "" when it is not told
	Signing lti.KeyPair  // of no meaning with NoKey
	NoKey   string       // why there is no key to sign with, "" when there is one
	Now     func() time.Time
}

// Checker runs the checks. What it reads of an LMS it keeps, so a new look asks for a new checker. It is not for several at once.
type Checker struct {
	client  *http.Client
	dated   *datedTransport
	keySets *lti.KeySets
	tokens  *lti.Tokens // nil when there is no key to sign with
	signing lti.KeyPair
	noKey   string
	baseURL string
}

// NewChecker makes one.
func NewChecker(c Config) *Checker {
	d := &Checker{signing: c.Signing, noKey: c.NoKey, baseURL: c.BaseURL}
	d.dated = &datedTransport{next: c.Client.Transport, now: c.Now}
	client := *c.Client
	client.Transport = d.dated
	d.client, d.keySets = &client, lti.NewKeySets(&client, c.Now)
	if c.NoKey == "" {
		d.tokens = lti.NewTokens(&client, func() lti.KeyPair { return d.signing }, c.Now)
	}
	return d
}

// Connection runs the checks of one registration that need no store, in an order in which the first failure is likely the cause of the
// others.
func (c *Checker) Connection(ctx context.Context, r Subject) []Finding {
	c.dated.reset()
	return []Finding{Standing(r), c.KeySet(ctx, r), c.Token(ctx, r), c.Clock(), c.Frames(r)}
}
