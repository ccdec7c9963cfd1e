package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestServeAnswersUnderItsBaseURL(t *testing.T) {
	env := environment(t)
	c := newCredential(t, env)
	p := serve(t, env)
	if status, body := p.get(t, "/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("/healthz answers %d %q", status, body)
	}
	eventually(t, "/readyz says ready, with nothing left to project", func() bool {
		status, body := p.get(t, "/readyz")
		return status == 200 && strings.Contains(body, `"projection_lag":0`) && strings.Contains(body, `"migrations":"current"`)
	})
	if status, body := p.get(t, "/xapi/about"); status != 200 || !strings.Contains(body, "1.0.3") {
		t.Errorf("/xapi/about answers %d %q", status, body)
	}
	status, body, err := c.post(t.Context(), p.base, []byte(statement("11111111-1111-4111-8111-111111111111", "1", "https://lms.example/a")))
	if err != nil || status != 200 {
		t.Errorf("a statement is answered %d %s (%v)", status, body, err)
	}
	if code := p.stop(t); code != 0 {
		t.Errorf("the server ended with %d", code)
	}
}

// statement is a small valid one.
func statement(id, account, activity string) string {
	return fmt.Sprintf(`{"id":%q,"actor":{"account":{"homePage":"https://lms.example","name":%q}},"verb":{"id":"http://adlnet.gov/expapi/verbs/completed"},`+
		`"object":{"id":%q},"result":{"completion":true}}`, id, account, activity)
}

// An endpoint that ends in a slash and was joined with another one works: a redirect would lose what was posted.
func TestRecordStoreTakesDoubledSlashes(t *testing.T) {
	env := environment(t)
	c := newCredential(t, env)
	p := serve(t, env)
	for i, path := range []string{"/xapi//statements", "//xapi/statements", "/xapi/./statements", "/x/../xapi/statements"} {
		body := statement(fmt.Sprintf("33333333-3333-4333-8333-33333333333%d", i), "1", "https://lms.example/a")
		if status, text, err := c.xapi(t.Context(), http.MethodPost, p.base+path, []byte(body)); err != nil || status != 200 {
			t.Errorf("POST %s is answered %d %s (%v)", path, status, text, err)
		}
	}
	if status, _ := p.get(t, "//healthz"); status != 200 {
		t.Errorf("//healthz leads to %d", status)
	}
}

// The answer's header, its body and each line of the log name a request alike.
func TestRefusalsOfTheRecordStoreHaveOneID(t *testing.T) {
	p := serve(t, environment(t))
	r, err := http.Get(p.base + "/xapi/statements")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	var told struct {
		ID string `json:"request_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&told); err != nil || told.ID == "" || told.ID != r.Header.Get("X-Request-Id") {
		t.Errorf("the body names %q, the header %q (%v)", told.ID, r.Header.Get("X-Request-Id"), err)
	}
	eventually(t, "both lines are written", func() bool { return strings.Count(p.logged(), `"request":"`+told.ID+`"`) == 2 })
	if strings.Contains(p.logged(), "request_id") {
		t.Errorf("a line has another name for the id: %s", p.logged())
	}
}

func TestMetricsAreForThisMachineOnly(t *testing.T) {
	p := serve(t, environment(t))
	for _, want := range []string{"cairn_projection_lag_entries", "cairn_http_request_seconds", "cairn_deliveries_due 0", "cairn_delivery_oldest_seconds 0", "cairn_deliveries_given_up 0", "go_goroutines"} {
		if status, body := p.get(t, "/metrics"); status != 200 || !strings.Contains(body, want) {
			t.Errorf("/metrics answers %d and lacks %s", status, want)
		}
	}
	if status, _ := p.get(t, "/metrics", "X-Forwarded-For", "192.0.2.7"); status != 403 {
		t.Errorf("asked through a proxy, /metrics answers %d, not 403", status)
	}
	open := serve(t, environment(t), "--metrics=open")
	if status, _ := open.get(t, "/metrics", "X-Forwarded-For", "192.0.2.7"); status != 200 {
		t.Errorf("opened by the operator, /metrics answers %d", status)
	}
}

func TestLargeHeadersAreRefused(t *testing.T) {
	p := serve(t, environment(t))
	if status, _ := p.get(t, "/healthz", "X-Large", strings.Repeat("x", 64<<10)); status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("64 KB of headers are answered %d", status)
	}
}

// A request under way when the server is told to stop is answered, and only then does the server end.
func TestShutdownLetsARequestFinish(t *testing.T) {
	env := environment(t)
	c := newCredential(t, env)
	p := serve(t, env)
	u, err := url.Parse(p.base)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	body := statement("22222222-2222-4222-8222-222222222222", "1", "https://lms.example/a")
	r, _ := http.NewRequest("POST", p.base+"/xapi/statements", nil)
	r.SetBasicAuth(c.Key, c.Secret)
	_, err = fmt.Fprintf(conn, "POST /xapi/statements HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\n"+
		"X-Experience-API-Version: 1.0.3\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", u.Host, r.Header.Get("Authorization"), len(body))
	if err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	if asked, err := http.ReadResponse(answers, r); err != nil || asked.StatusCode != http.StatusContinue {
		t.Fatalf("the server does not ask for the body: %v (%v)", asked, err)
	}
	code := make(chan int, 1)
	go func() { code <- p.stop(t) }()
	eventually(t, "the server takes no new connections", func() bool {
		again, err := net.Dial("tcp", u.Host)
		if err == nil {
			_ = again.Close()
		}
		return err != nil
	})
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(answers, r)
	if err != nil || answer.StatusCode != 200 {
		t.Fatalf("the request under way got %v (%v)\n%s", answer, err, p.logged())
	}
	if got := <-code; got != 0 {
		t.Errorf("the server ended with %d", got)
	}
}

func TestToolKeyIsMadeOnceForItsOwnerAlone(t *testing.T) {
	env := environment(t)
	file := filepath.Join(t.TempDir(), "db", "cairn.db")
	env = append(env, "CAIRN_DB="+file)
	p := serve(t, env)
	_, first := p.get(t, "/lti/keys")
	info, err := os.Stat(file + ".key")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("the key file: %v (%v)", info, err)
	}
	p.stop(t)
	again := serve(t, env)
	if _, second := again.get(t, "/lti/keys"); second != first || !strings.Contains(first, `"kid"`) || strings.Contains(first, `"d"`) {
		t.Errorf("the key set was %s and is %s", first, second)
	}
}

func TestServerEndsWhenItsAddressIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	env := environment(t)
	began := time.Now()
	r := command(t, env, "serve", "--addr", l.Addr().String())
	if r.code != exitAddress || !strings.Contains(r.problem, "CAIRN_ADDR") {
		t.Errorf("ended with %d: %s", r.code, r.problem)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s to say so", took)
	}
}
