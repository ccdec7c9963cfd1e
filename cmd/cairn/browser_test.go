package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// demoAddresses is what `demo --json` prints once it runs.
type demoAddresses struct{ LMS, Cairn, Key, Secret string }

// startDemoProgram runs the demo as a program; it ends after the test.
func startDemoProgram(t *testing.T) demoAddresses {
	t.Helper()
	cmd := exec.Command(binary, "demo", "--json")
	cmd.Env, cmd.Dir, cmd.Stderr = environment(t), t.TempDir(), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
	})
	var at demoAddresses
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&at); err != nil {
		t.Fatalf("the demo says no addresses: %v", err)
	}
	return at
}

// tab is a browser with third-party cookies blocked, and one page of the LMS open in it.
type tab struct {
	*testing.T
	ctx context.Context
}

func openTab(t *testing.T) tab {
	t.Helper()
	profile := t.TempDir()
	blocked := `{"profile":{"block_third_party_cookies":true,"cookie_controls_mode":1}}`
	if err := os.MkdirAll(filepath.Join(profile, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(blocked), 0o600); err != nil {
		t.Fatal(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile),
		chromedp.WSURLReadTimeout(time.Minute), chromedp.WindowSize(1000, 900),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("test-third-party-cookie-phaseout", true),
		// A frame of another site then lives in the process of its page, where one session can look into both. Cookies do not care.
		chromedp.Flag("disable-site-isolation-trials", true), chromedp.Flag("disable-features", "IsolateOrigins,site-per-process"))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			t.Skip("Chromium is not installed")
		}
		t.Fatalf("start Chromium: %v", err)
	}
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return tab{t, ctx}
}

func (b tab) visit(address string) {
	b.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(address)); err != nil {
		b.Fatalf("open %s: %v", address, err)
	}
}

// errNoFrame says that the page shows no frame.
var errNoFrame = errors.New("the page has no frame")

// in evaluates an expression in the page, or in the tool's frame, beside the page's own scripts and outside its policy.
func (b tab) in(framed bool, expression string) (string, error) {
	return chromedp.Run(b.ctx, func(ctx context.Context, t *chromedp.Target) (string, error) {
		tree, err := cdp.Call(ctx, t, page.GetFrameTree, cdp.Empty{})
		if err != nil {
			return "", err
		}
		frame := tree.FrameTree
		if framed {
			if len(frame.ChildFrames) == 0 {
				return "", errNoFrame
			}
			frame = frame.ChildFrames[0]
		}
		world, err := cdp.Call(ctx, t, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame.Frame.ID})
		if err != nil {
			return "", err
		}
		yes := true
		result, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{
			Expression: expression, ContextID: world.ExecutionContextID, ReturnByValue: &yes, AwaitPromise: &yes, UserGesture: &yes,
		})
		switch {
		case err != nil:
			return "", err
		case result.ExceptionDetails != nil:
			return "", fmt.Errorf("%s", result.ExceptionDetails.Exception.Description)
		}
		var text string
		return text, json.Unmarshal(result.Result.Value, &text)
	})
}

// sees waits until the text of the page or frame holds the words.
func (b tab) sees(framed bool, words ...string) {
	b.Helper()
	last := ""
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		text, err := b.in(framed, `document.readyState === "complete" ? document.body.innerText : ""`)
		if err == nil && holds(text, words) {
			return
		}
		last = fmt.Sprintf("%s (%v)", text, err)
		if err := chromedp.Do(b.ctx, chromedp.Sleep(50*time.Millisecond)); err != nil {
			b.Fatal(err)
		}
	}
	b.Fatalf("the page does not say %q; it says: %s", words, last)
}

func holds(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// press clicks the first link or button whose text begins with the words.
func (b tab) press(framed bool, words string) {
	b.Helper()
	quoted, _ := json.Marshal(words)
	_, err := b.in(framed, fmt.Sprintf(`(() => {
		const all = [...document.querySelectorAll("a, button, summary")];
		const found = all.find(e => e.innerText.trim().startsWith(%s)) || all.find(e => e.innerText.includes(%[1]s));
		if (!found) throw new Error("nothing to press: " + %[1]s + " among " + all.map(e => e.innerText.trim()).join(" | "));
		found.click();
		return "";
	})()`, quoted))
	// A click that leads away may end the frame's world before it answers.
	if err != nil && !strings.Contains(err.Error(), "context") && !strings.Contains(err.Error(), "navigated") {
		b.Fatal(err)
	}
}

// picture keeps what the page looks like, when CAIRN_SCREENSHOTS names a folder.
func (b tab) picture(name string) {
	b.Helper()
	folder := os.Getenv("CAIRN_SCREENSHOTS")
	if folder == "" {
		return
	}
	image, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644)); err != nil {
		b.Fatal(err)
	}
}

// axe runs the accessibility checker in the frame and reports what it finds.
func (b tab) axe(name string) {
	b.Helper()
	script, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return // TestAxeIsInstalled says so
	}
	found, err := b.in(true, string(script)+`;axe.run(document, {resultTypes: ["violations"]}).then(r =>
		(r.passes.length > 5 ? "" : "it checked next to nothing\n") + r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.target.join(" ")).slice(0, 3).join(", ")).join("\n"))`)
	if err != nil {
		b.Errorf("%s: axe did not run: %v", name, err)
	}
	if found != "" {
		b.Errorf("%s: axe finds\n%s", name, found)
	}
}

// The checks of the pages need axe-core, which `make test` installs.
func TestAxeIsInstalled(t *testing.T) {
	if _, err := os.Stat(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js")); err != nil {
		t.Skip("axe-core is not installed (npm ci): the pages in the journey were not checked with it")
	}
}
