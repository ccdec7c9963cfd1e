package ltitest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti/ltitest"
)

const (
	labIssuer = "http://localhost:8100"
	labTool   = "http://127.0.0.1:8200"
	labClient = "ckdrbBdFEErGAH0"
	toolKeyID = "stub-1b831a2f"
)

// toolKey is the key of the tool in every test; making one takes a while.
var toolKey = sync.OnceValue(newKey)

// platformKey is the key of every platform that does not need one of its own.
var platformKey = sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
}

// clock is a settable clock.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 11, 9, 29, 0, time.UTC)} }

func toolKeys(t testing.TB) jwk.Set {
	t.Helper()
	key, err := jwk.FromRaw(&toolKey().PublicKey)
	check(t, err)
	check(t, key.Set(jwk.KeyIDKey, toolKeyID))
	set := jwk.NewSet()
	check(t, set.AddKey(key))
	return set
}

// labPlatform is the captured site, served without a listener under the captured addresses.
func labPlatform(t testing.TB, profile ltitest.Profile, c *clock) (*ltitest.Platform, ltitest.Tool) {
	t.Helper()
	p := ltitest.New(ltitest.Config{
		Profile: profile, Now: c.Now, Issuer: labIssuer, Name: "Moodle Lab", Key: platformKey(),
	})
	tool := ltitest.Lab(p, ltitest.Tool{
		ClientID: labClient, LoginURL: labTool + "/login", TargetLinkURI: labTool + "/launch",
		RedirectURIs: []string{labTool + "/launch"}, Keys: toolKeys(t), Custom: map[string]string{
			"user_username": "$User.username", "user_id": "$User.id", "person_sourcedid": "$Person.sourcedId",
			"course_id": "$CourseSection.courseId", "context_id_history": "$Context.id.history",
			"rl_history": "$ResourceLink.id.history", "sectiontitle": "$CourseSection.title",
			"gradebook_id": "$Moodle.Course.id", "groups": "$CourseGroup.id", "moodle_group": "$Moodle.Person.userGroupIds",
			"due": "$ResourceLink.submission.endDateTime", "static_param": "hello=world",
			"available": "$ResourceLink.available.startDateTime", "email": "$Person.email.primary", "locale": "$Message.locale",
		},
	})
	return p, tool
}

// assertion makes a client assertion of the tool; a nil value removes a claim.
func assertion(t testing.TB, now time.Time, kid string, over map[string]any) string {
	t.Helper()
	claims := map[string]any{
		"iss": labClient, "sub": labClient, "aud": labIssuer + "/mod/lti/token.php",
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "jti": rand.Text(),
	}
	for name, v := range over {
		claims[name] = v
		if v == nil {
			delete(claims, name)
		}
	}
	payload, err := json.Marshal(claims)
	check(t, err)
	header := jws.NewHeaders()
	check(t, header.Set(jws.KeyIDKey, kid))
	signed, err := jws.Sign(payload, jws.WithKey(jwa.RS256, toolKey(), jws.WithProtectedHeaders(header)))
	check(t, err)
	return string(signed)
}

func fixture(t testing.TB, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "moodle", name))
	check(t, err)
	check(t, json.Unmarshal(b, v))
}

// check ends the test on an error; without a test, as in a handler's goroutine, it panics.
func check(t testing.TB, err error) {
	switch {
	case err == nil:
	case t == nil:
		panic(err)
	default:
		t.Helper()
		t.Fatal(err)
	}
}
