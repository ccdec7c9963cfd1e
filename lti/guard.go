package lti

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// The refusals of the guarded client.
var (
	ErrPlainHTTP        = errors.New("lti: outgoing calls use https; this host is not allowed plain http")
	ErrAddressForbidden = errors.New("lti: outgoing calls go to public addresses; this host is not allowed a private one")
	ErrRedirect         = errors.New("lti: an answer may redirect a GET only, within its origin, and three times at most")
	ErrAnswerTooLarge   = errors.New("lti: the answer is too large")
)

// Guard is what an operator allows of outgoing calls. The zero value allows https to public addresses only.
type Guard struct {
	PlainHTTP []string      // hosts that may be called by http; "lms.example" or "lms.example:8080"
	Private   []string      // hosts as above, or networks such as "10.1.0.0/16", that may be private or loopback
	Timeout   time.Duration // of a whole call; 0 means 10 seconds
	MaxAnswer int64         // bytes of an answer's body; 0 means 1 MiB
	UserAgent string        // "" means "Cairn"; some platforms refuse calls without one
}

// NewHTTPClient makes the client for every outgoing call: key sets, tokens, services. The address is checked when the connection is
// made, so a name cannot point elsewhere between check and use. No proxy of the environment is used, since it would hide the address.
func NewHTTPClient(g Guard) *http.Client {
	if g.Timeout == 0 {
		g.Timeout = 10 * time.Second
	}
	if g.MaxAnswer == 0 {
		g.MaxAnswer = 1 << 20
	}
	if g.UserAgent == "" {
		g.UserAgent = "Cairn"
	}
	transport := &http.Transport{
		DialContext: g.dial, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: g.Timeout,
		MaxResponseHeaderBytes: 64 << 10, MaxConnsPerHost: 16, MaxIdleConnsPerHost: 4, IdleConnTimeout: time.Minute,
		ForceAttemptHTTP2: true,
	}
	return &http.Client{Transport: &guarded{guard: g, next: transport}, CheckRedirect: checkRedirect, Timeout: g.Timeout}
}

// guarded checks every request that leaves, redirected ones too, and bounds every answer.
type guarded struct {
	guard Guard
	next  *http.Transport
}

// RoundTrip sends a request whose address the guard allows.
func (t *guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.guard.allow(r.URL); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", t.guard.UserAgent)
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &boundedBody{body: answer.Body, left: t.guard.MaxAnswer}
	return answer, nil
}

// CloseIdleConnections lets http.Client close what is kept open.
func (t *guarded) CloseIdleConnections() { t.next.CloseIdleConnections() }

// allow judges scheme and host of an address.
func (g Guard) allow(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	switch {
	case host == "" || u.User != nil:
		return fmt.Errorf("%w: the address is not usable", ErrPlainHTTP)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && (containsFold(g.PlainHTTP, host) || containsFold(g.PlainHTTP, u.Host)):
		return nil
	}
	return fmt.Errorf("%w: %s", ErrPlainHTTP, host)
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, s) })
}

// dial connects to a host, judging each address it resolves to just before it is used.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("lti: read the address to call: %w", err)
	}
	dialer := net.Dialer{Timeout: 5 * time.Second, Control: func(_, reached string, _ syscall.RawConn) error {
		return g.allowAddress(host, address, reached)
	}}
	return dialer.DialContext(ctx, network, address)
}

// allowAddress judges an address about to be connected to. Link-local ones, where clouds keep their secrets, are never allowed.
func (g Guard) allowAddress(host, address, reached string) error {
	at, err := netip.ParseAddrPort(reached)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrAddressForbidden, host)
	}
	ip := at.Addr().Unmap().WithZone("")
	if !special(ip) {
		return nil
	}
	if neverAllowed(ip) || !g.privateAllowed(host, address, ip) {
		return fmt.Errorf("%w: %s", ErrAddressForbidden, host)
	}
	return nil
}

func (g Guard) privateAllowed(host, address string, ip netip.Addr) bool {
	for _, allowed := range g.Private {
		if strings.EqualFold(allowed, host) || strings.EqualFold(allowed, address) {
			return true
		}
		if network, err := netip.ParsePrefix(allowed); err == nil && network.Contains(ip) {
			return true
		}
	}
	return false
}

// specialNetworks are the blocks beside those netip knows that are not public hosts (IANA special-purpose registries); the ones that
// carry IPv4 inside IPv6 count too, as they can lead inwards.
var specialNetworks = mustPrefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
	"2001:db8::/32", "2002::/16", "fec0::/10")

func mustPrefixes(texts ...string) []netip.Prefix {
	all := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		all[i] = netip.MustParsePrefix(t)
	}
	return all
}

func special(ip netip.Addr) bool {
	if ip.IsPrivate() || ip.IsLoopback() || neverAllowed(ip) {
		return true
	}
	return slices.ContainsFunc(specialNetworks, func(n netip.Prefix) bool { return n.Contains(ip) })
}

func neverAllowed(ip netip.Addr) bool {
	return ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() || ip == metadataV6 || ip == broadcast
}

var (
	metadataV6 = netip.MustParseAddr("fd00:ec2::254")
	broadcast  = netip.MustParseAddr("255.255.255.255")
)

// checkRedirect lets a GET move within its origin, so that no token and no form reaches a place it was not meant for.
func checkRedirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > 3 || first.Method != http.MethodGet || originOf(first.URL) != originOf(next.URL) {
		return ErrRedirect
	}
	return nil
}

// boundedBody fails when an answer is longer than allowed, also once it is unpacked.
type boundedBody struct {
	body io.ReadCloser
	left int64
}

// Read reads on, up to the bound.
func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, ErrAnswerTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n - 1, ErrAnswerTooLarge
	}
	return n, err
}

// Close closes the answer.
func (b *boundedBody) Close() error { return b.body.Close() }
