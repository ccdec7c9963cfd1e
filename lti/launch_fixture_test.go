package lti_test

import (
	"bytes"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
)

// launchCase is a folder of testdata/launches; the README there says what each member means.
type launchCase struct {
	Why           string         `json:"why"`
	Want          string         `json:"want"`
	Base          string         `json:"base"`
	Claims        map[string]any `json:"claims"`
	Without       []string       `json:"without"`
	Header        map[string]any `json:"header"`
	HeaderWithout []string       `json:"header_without"`
	Times         map[string]any `json:"times"`
	Repeat        string         `json:"repeat"`
	Sign          string         `json:"sign"`
	Shape         string         `json:"shape"`
	Keys          []string       `json:"keys"`
	Flow          string         `json:"flow"`
	Registration  struct {
		AnyDeployment bool `json:"any_deployment"`
	} `json:"registration"`
	Expect *launchExpectation `json:"expect"`
}

// launchExpectation is what a valid launch must say.
type launchExpectation struct {
	Subject    string            `json:"subject"`
	Name       string            `json:"name"`
	Email      string            `json:"email"`
	Lead       bool              `json:"lead"`
	Learner    bool              `json:"learner"`
	Recorded   bool              `json:"recorded"`
	Roles      int               `json:"roles"`
	Context    string            `json:"context"`
	Link       string            `json:"link"`
	LineItem   string            `json:"line_item"`
	LineItems  string            `json:"line_items"`
	Deployment string            `json:"deployment"`
	New        bool              `json:"new_deployment"`
	ForUser    string            `json:"for_user"`
	Custom     map[string]string `json:"custom"`
}

const (
	issuer   = "https://lms.example"
	clientID = "client-1"
	toolBase = "https://tool.example"
	target   = toolBase + "/progress?framework=main"
	browser  = "hash-of-this-browser"
)

// readCase reads one folder strictly: a member the format does not know is a fault of the fixture.
func readCase[T any](t testing.TB, dir string) T {
	t.Helper()
	var c T
	body, err := os.ReadFile(filepath.Join(dir, "case.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &c, json.RejectUnknownMembers(true)); err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	return c
}

// baseClaims are the claims of a base launch, by name of its file.
func baseClaims(t testing.TB, name string) map[string]any {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "launches", "base", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

var repeated = regexp.MustCompile(`\{\{(.)\*(\d+)\}\}`)

// fill puts values for {{words}} into every text of a JSON value.
func fill(value any, words map[string]string) any {
	switch v := value.(type) {
	case string:
		for word, text := range words {
			v = strings.ReplaceAll(v, "{{"+word+"}}", text)
		}
		return repeated.ReplaceAllStringFunc(v, func(m string) string {
			part := repeated.FindStringSubmatch(m)
			n, _ := strconv.Atoi(part[2])
			return strings.Repeat(part[1], n)
		})
	case []any:
		filled := make([]any, len(v))
		for i := range v {
			filled[i] = fill(v[i], words)
		}
		return filled
	case map[string]any:
		filled := map[string]any{}
		for k := range v {
			filled[k] = fill(v[k], words)
		}
		return filled
	}
	return value
}

// token makes the id_token of a case for a login begun with the state and nonce.
func (c launchCase) token(t testing.TB, now time.Time, nonce string) string {
	t.Helper()
	claims := baseClaims(t, c.Base)
	claims["iss"], claims["aud"], claims["nonce"] = issuer, clientID, nonce
	claims["iat"], claims["exp"] = now.Unix(), now.Add(time.Minute).Unix()
	claims[lti.ClaimTargetLinkURI] = target
	for _, name := range c.Without {
		if _, ok := claims[name]; !ok {
			t.Fatalf("the base has no claim %q to leave out", name)
		}
	}
	return c.tokenOf(t, claims, keyName, now)
}

// tokenOf makes the id_token of a case from claims that would be good, signed by the platform's key of that name.
func (c launchCase) tokenOf(t testing.TB, claims map[string]any, kid string, now time.Time) string {
	t.Helper()
	words := map[string]string{"issuer": issuer, "tool": toolBase}
	for word, name := range map[string]string{"client_id": "aud", "nonce": "nonce", "target": lti.ClaimTargetLinkURI} {
		words[word], _ = claims[name].(string)
	}
	maps.Copy(claims, fill(c.Claims, words).(map[string]any))
	for name, offset := range c.Times {
		claims[name] = at(now, offset)
	}
	for _, name := range c.Without {
		delete(claims, name)
	}
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": kid}
	maps.Copy(header, fill(c.Header, words).(map[string]any))
	for _, name := range c.HeaderWithout {
		delete(header, name)
	}
	payload := encode(t, claims)
	if c.Repeat != "" {
		payload = append(payload[:len(payload)-1], []byte(`,"`+c.Repeat+`":"again"}`)...)
	}
	return c.shaped(t, encode(t, header), payload)
}

// at is a time so many seconds from now; a text stands for the same time as text.
func at(now time.Time, offset any) any {
	switch o := offset.(type) {
	case float64:
		return jsontext.Value(strconv.FormatFloat(float64(now.Unix())+o, 'f', -1, 64))
	case string:
		if n, err := strconv.Atoi(o); err == nil {
			return strconv.FormatInt(now.Unix()+int64(n), 10)
		}
	}
	return offset
}

// shaped signs header and payload and puts them in the form the case asks for.
func (c launchCase) shaped(t testing.TB, header, payload []byte) string {
	t.Helper()
	token := seal(t, c.Sign, header, payload)
	part := strings.Split(token, ".")
	switch c.Shape {
	case "":
		return token
	case "two_parts":
		return part[0] + "." + part[1]
	case "four_parts":
		return token + "." + part[2]
	case "json":
		return `{"payload":"` + part[1] + `","signatures":[{"protected":"` + part[0] + `","signature":"` + part[2] + `"}]}`
	case "encrypted": // five parts, as of a JWE
		return part[0] + "." + b64([]byte("key")) + "." + b64([]byte("iv")) + "." + part[1] + "." + part[2]
	case "nested": // a JWE inside a genuine JWS
		return seal(t, "", header, []byte(part[0]+".a.b.c.d"))
	case "padded":
		return part[0] + "=." + part[1] + "." + part[2]
	case "line_break":
		return part[0] + "." + part[1][:10] + "\n" + part[1][10:] + "." + part[2]
	case "megabyte":
		return part[0] + "." + b64(bytes.Repeat([]byte("x"), 1<<20)) + "." + part[2]
	case "over_limit": // small enough for the form
		return part[0] + "." + b64(bytes.Repeat([]byte("x"), lti.MaxToken)) + "." + part[2]
	case "header_no_object":
		return seal(t, "", []byte(`["RS256"]`), payload)
	case "header_repeats":
		return seal(t, "", []byte(`{"alg":"RS256","kid":"`+keyName+`","alg":"none"}`), payload)
	case "not_json":
		return seal(t, "", header, []byte("no claims"))
	case "bad_utf8":
		return seal(t, "", header, bytes.Replace(payload, []byte(`"sub":"`), []byte("\"sub\":\"\xff"), 1))
	}
	t.Fatalf("no shape is called %q", c.Shape)
	return ""
}

func encode(t testing.TB, value any) []byte {
	t.Helper()
	body, err := json.Marshal(value, json.Deterministic(true))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// bench is one tool with its stores, a platform's key set, and a clock.
type bench struct {
	tool   *lti.Tool
	regs   *registrations
	logins *logins
	clock  *clock
	keys   string // key set served
	down   bool   // the platform is not reached
	reads  int    // of the key set
}

func newBench(t testing.TB) *bench {
	t.Helper()
	b := &bench{logins: newLogins(), clock: newClock(), keys: keySetOf(t, "platform")}
	b.regs = &registrations{all: []lti.Registration{
		{
			ID: "reg-1", Issuer: issuer, ClientID: clientID, AuthorizationEndpoint: issuer + "/auth", KeySetURL: issuer + "/keys",
			TokenEndpoint: issuer + "/token", Deployments: []string{"1", "2"},
		},
		{
			ID: "reg-2", Issuer: issuer, ClientID: "client-2", AuthorizationEndpoint: issuer + "/auth", KeySetURL: issuer + "/keys",
			TokenEndpoint: issuer + "/token", Deployments: []string{"of-the-other"},
		},
	}}
	b.tool = b.newTool(t)
	return b
}

// newTool is one process of the tool, with nothing in memory.
func (b *bench) newTool(t testing.TB) *lti.Tool {
	t.Helper()
	urls, err := lti.NewURLs(toolBase)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: served(func(r *http.Request) (*http.Response, error) {
		b.reads++
		if b.down {
			return respond(http.StatusBadGateway, "text/html", "out of order"), nil
		}
		return respond(http.StatusOK, "application/json", b.keys), nil
	})}
	return &lti.Tool{
		Registrations: b.regs, Logins: b.logins, KeySets: lti.NewKeySets(client, b.clock.now), URLs: urls,
		Messages: []lti.MessageType{lti.ResourceLinkRequest, lti.DeepLinkingRequest, lti.SubmissionReviewRequest}, Now: b.clock.now,
	}
}

// begin begins a login for the browser.
func (b *bench) begin(t testing.TB) lti.AuthRequest {
	t.Helper()
	auth, err := b.tool.BeginLogin(t.Context(), lti.LoginRequest{Issuer: issuer, ClientID: clientID, LoginHint: "4", TargetLinkURI: target}, browser)
	if err != nil {
		t.Fatalf("begin a login: %v", err)
	}
	return auth
}
