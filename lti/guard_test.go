package lti_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cairn/lti"
)

// get calls an address by a guarded client and answers the body.
func get(t *testing.T, g lti.Guard, address string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := lti.NewHTTPClient(g)
	defer client.CloseIdleConnections()
	answer, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}

// TestGuard_addresses: none of these is connected to, by whatever spelling.
func TestGuard_addresses(t *testing.T) {
	for _, host := range []string{
		"127.0.0.1", "127.1.2.3", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "0.0.0.0", "[::]", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
		"[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]",
	} {
		t.Run(host, func(t *testing.T) {
			if _, err := get(t, lti.Guard{}, "https://"+host+":9/"); !errors.Is(err, lti.ErrAddressForbidden) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestGuard_metadata_stays_forbidden although the operator allowed private addresses.
func TestGuard_metadata_stays_forbidden(t *testing.T) {
	g := lti.Guard{Private: []string{"169.254.169.254", "0.0.0.0/0", "::/0"}, PlainHTTP: []string{"169.254.169.254", "[fd00:ec2::254]", "fd00:ec2::254"}}
	for _, host := range []string{"169.254.169.254", "[fd00:ec2::254]"} {
		if _, err := get(t, g, "http://"+host+"/"); !errors.Is(err, lti.ErrAddressForbidden) {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestGuard_plain_http_only_where_allowed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.UserAgent()) }))
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	if _, err := get(t, lti.Guard{Private: []string{"127.0.0.1"}}, server.URL); !errors.Is(err, lti.ErrPlainHTTP) {
		t.Errorf("plain http: %v", err)
	}
	if _, err := get(t, lti.Guard{PlainHTTP: []string{host}}, server.URL); !errors.Is(err, lti.ErrAddressForbidden) {
		t.Errorf("private address: %v", err)
	}
	for _, private := range []string{"127.0.0.1", "127.0.0.0/8", host} {
		if body, err := get(t, lti.Guard{PlainHTTP: []string{host}, Private: []string{private}}, server.URL); err != nil || body != "Cairn" {
			t.Errorf("allowed by %s: %q, %v", private, body, err)
		}
	}
	if _, err := get(t, lti.Guard{PlainHTTP: []string{host}, Private: []string{"127.0.0.1"}}, "http://user@"+host); err == nil {
		t.Error("an address with a user's name was called")
	}
}

func TestGuard_redirects(t *testing.T) {
	var other string
	mux := http.NewServeMux()
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) })
	mux.HandleFunc("/there", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "arrived") })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other+"/there", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	server := httptest.NewServer(mux)
	defer server.Close()
	second := httptest.NewServer(mux)
	defer second.Close()
	other = second.URL
	g := lti.Guard{PlainHTTP: []string{"127.0.0.1"}, Private: []string{"127.0.0.1"}}
	if body, err := get(t, g, server.URL+"/here"); err != nil || body != "arrived" {
		t.Errorf("within the origin: %q, %v", body, err)
	}
	for _, path := range []string{"/away", "/loop"} {
		if _, err := get(t, g, server.URL+path); !errors.Is(err, lti.ErrRedirect) {
			t.Errorf("%s: %v", path, err)
		}
	}
	answer, err := lti.NewHTTPClient(g).Post(server.URL+"/here", "text/plain", strings.NewReader("token"))
	if err == nil {
		answer.Body.Close()
	}
	if !errors.Is(err, lti.ErrRedirect) {
		t.Errorf("a redirected POST: %v", err)
	}
}

func TestGuard_bounds_answers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 100)) }))
	defer server.Close()
	g := lti.Guard{PlainHTTP: []string{"127.0.0.1"}, Private: []string{"127.0.0.1"}, MaxAnswer: 99}
	if body, err := get(t, g, server.URL); !errors.Is(err, lti.ErrAnswerTooLarge) || len(body) != 99 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
	g.MaxAnswer = 100
	if body, err := get(t, g, server.URL); err != nil || len(body) != 100 {
		t.Errorf("%d bytes, %v", len(body), err)
	}
}

func TestGuard_gives_up_on_a_silent_host(t *testing.T) {
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer server.Close()
	defer close(done)
	g := lti.Guard{PlainHTTP: []string{"127.0.0.1"}, Private: []string{"127.0.0.1"}, Timeout: 20 * time.Millisecond}
	if _, err := get(t, g, server.URL); err == nil {
		t.Error("an answer came from a silent host")
	}
}

// TestGuard_certificates are checked: a server nobody vouches for is not talked to.
func TestGuard_certificates(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	_, err := get(t, lti.Guard{Private: []string{"127.0.0.1"}}, server.URL)
	var unknown *tls.CertificateVerificationError
	if !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
}
