package ltitest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// toolPage keeps a value in the platform's storage, reads it again, asks for one that is not there, and tells what it heard.
const toolPage = `<!DOCTYPE html><body><script>
var target = %s, messages = %s, heard = [];
var frame = target.frame === "_parent" ? parent : parent.frames[target.frame];
function send() { frame.postMessage(messages[heard.length], target.origin); }
addEventListener("message", function (e) {
  if (e.source !== frame || e.origin !== target.origin) return;
  heard.push(e.data);
  if (heard.length < messages.length) return send();
  fetch("/heard", { method: "POST", body: JSON.stringify(heard) });
});
send();
</script>`

// TestStorageInABrowser puts a value into each kind of storage from a tool's frame of another site, and gets it back.
func TestStorageInABrowser(t *testing.T) {
	ctx := startChromium(t)
	for _, profile := range []ltitest.Profile{ltitest.Canvas(), ltitest.Sakai()} {
		t.Run(profile.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			put, get, none := lti.PutSecret("state", "the secret"), lti.GetSecret("state"), lti.GetSecret("another state")
			p, heard := storageTool(t, profile, []lti.StorageMessage{put, get, none, {Subject: lti.SubjectCapabilities, ID: "c"}})
			login := fmt.Sprintf("fetch('/login/index.php', {method: 'POST', body: new URLSearchParams({user: '4'})}).then(function () { location = '/mod/lti/view.php?id=%d' })", 7)
			check(t, chromedp.Do(ctx, chromedp.Navigate(p.Issuer()+"/")))
			_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](login))
			check(t, err)
			var replies []jsontext.Value
			select {
			case body := <-heard:
				check(t, json.Unmarshal(body, &replies))
			case <-ctx.Done():
				t.Fatal("the storage did not answer")
			}
			for i, to := range []lti.StorageMessage{put, get} {
				if value, err := lti.ReadStorageReply(to, replies[i]); err != nil || value != "the secret" {
					t.Errorf("%s: %q, %v", to.Subject, value, err)
				}
			}
			if _, err := lti.ReadStorageReply(none, replies[2]); !errors.Is(err, lti.ErrStorageReply) {
				t.Errorf("a value that was never kept: %v", err)
			}
			var can struct {
				Messages []struct{ Subject, Frame string } `json:"supported_messages"`
			}
			check(t, json.Unmarshal(replies[3], &can, json.MatchCaseInsensitiveNames(true)))
			if len(can.Messages) != 3 || can.Messages[0].Frame != profile.StorageTarget {
				t.Errorf("capabilities %s", replies[3])
			}
		})
	}
}

// storageTool is a platform and a tool that does nothing but try the storage it is offered.
func storageTool(t *testing.T, profile ltitest.Profile, messages []lti.StorageMessage) (*ltitest.Platform, chan []byte) {
	t.Helper()
	lms := httptest.NewUnstartedServer(nil) // closes at once also what a browser opened ahead and never used
	_, port, err := net.SplitHostPort(lms.Listener.Addr().String())
	check(t, err)
	p := ltitest.New(ltitest.Config{Profile: profile, Now: time.Now, Key: platformKey(), Issuer: "http://localhost:" + port})
	heard := make(chan []byte, 1)
	tool := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/heard" {
			body, _ := io.ReadAll(r.Body)
			heard <- body
			return
		}
		target, ok := lti.Registration{AuthorizationEndpoint: p.Issuer() + "/mod/lti/auth.php"}.Storage(r.FormValue("lti_storage_target"))
		if !ok {
			t.Errorf("storage %q", r.FormValue("lti_storage_target"))
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, toolPage, asJSON(t, target), asJSON(t, messages))
	}))
	t.Cleanup(tool.Close)
	ltitest.Lab(p, ltitest.Tool{LoginURL: tool.URL + "/login", TargetLinkURI: tool.URL + "/launch"})
	lms.Config.Handler = p
	lms.Start()
	t.Cleanup(lms.Close)
	return p, heard
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	body, err := json.Marshal(v)
	check(t, err)
	return body
}

func startChromium(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("test-third-party-cookie-phaseout", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium (Debian package chromium): %v", err)
	}
	return ctx
}
