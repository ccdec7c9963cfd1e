package lti_test

import (
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// pickerLaunch is a deep linking launch at the tool of the bench, its settings to be changed.
func pickerLaunch(b *bench, change func(*lti.DeepLinkingSettings)) *lti.Launch {
	settings := &lti.DeepLinkingSettings{
		ReturnURL: issuer + "/return", AcceptMultiple: true,
		AcceptTypes:   []string{lti.ItemResourceLink, lti.ItemLink, lti.ItemFile, lti.ItemHTML, lti.ItemImage},
		AcceptTargets: []string{lti.TargetEmbed, lti.TargetFrame, lti.TargetWindow},
	}
	if change != nil {
		change(settings)
	}
	return &lti.Launch{Registration: b.regs.all[0], Deployment: "2", MessageType: lti.DeepLinkingRequest, DeepLinking: settings}
}

// readAnswer takes the signed answer apart; the signature is checked by the platform's tests.
func readAnswer(t testing.TB, form lti.DeepLinkingForm) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(form.Values().Get("JWT"), ".")
	for i, into := range []*map[string]any{&header, &claims} {
		body, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(body, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

// capabilityLink is what the captures 004 and 049 send first.
func capabilityLink(base string) lti.ResourceLinkItem {
	return lti.ResourceLinkItem{
		URL: base + "/launch?cap=plan-project", Title: "Capability: Plan a project", Text: "Do the thing, prove the capability.",
		Custom:     map[string]string{"capability_id": "cap-0001", "framework": "sfia"},
		LineItem:   &lti.ItemLineItem{Label: "Plan a project (score)", ScoreMaximum: 20, ResourceID: "cap-0001", Tag: "capability"},
		Icon:       &lti.Picture{URL: base + "/logo.png", Width: 32, Height: 32},
		Frame:      &lti.FrameHint{Width: 900, Height: 700},
		Window:     &lti.WindowHint{TargetName: "_blank"},
		Available:  lti.TimeSpan{Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)},
		Submission: lti.TimeSpan{End: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC)},
	}
}

// TestDeepLinking_answer_as_Moodle_took_it replays the captured request and compares with the answer that Moodle accepted.
func TestDeepLinking_answer_as_Moodle_took_it(t *testing.T) {
	var captured struct {
		ReturnURL string         `json:"deep_link_return_url"`
		Claims    map[string]any `json:"claims"`
	}
	body, err := os.ReadFile(filepath.Join("testdata", "moodle", captures.answers[0]))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &captured); err != nil {
		t.Fatal(err)
	}
	launch, err := replay(t, captures.launches[0])
	if err != nil {
		t.Fatal(err)
	}
	b := newMoodleBench(t)
	form, err := b.tool.AnswerDeepLinking(launch, lti.DeepLinkingAnswer{Items: []lti.ContentItem{capabilityLink(moodleTool)}, Message: "picked!"}, toolKey())
	if err != nil {
		t.Fatal(err)
	}
	header, claims := readAnswer(t, form)
	if header["kid"] != toolKey().ID || header["alg"] != "RS256" || form.URL != captured.ReturnURL {
		t.Errorf("header %v, posted to %s", header, form.URL)
	}
	now := float64(b.clock.now().Unix())
	if nonce, _ := claims["nonce"].(string); len(nonce) != 43 || claims["iat"] != now-60 || claims["exp"] != now+300 {
		t.Errorf("nonce %v, iat %v, exp %v", claims["nonce"], claims["iat"], claims["exp"])
	}
	for _, own := range []string{"nonce", "iat", "exp"} {
		claims[own] = captured.Claims[own]
	}
	if diff := cmp.Diff(captured.Claims, claims); diff != "" {
		t.Errorf("claims (-captured +ours):\n%s", diff)
	}
}

// TestDeepLinking_items_of_every_type in the words of the specification (Deep Linking 2.0, 3).
func TestDeepLinking_items_of_every_type(t *testing.T) {
	b := newBench(t)
	icon := &lti.Picture{URL: "https://files.example/i.png"}
	items := []lti.ContentItem{
		lti.ResourceLinkItem{URL: target},
		lti.LinkItem{URL: "https://a.example/", Title: "T", Text: "x", EmbedHTML: "<p>", Frame: &lti.FrameHint{Src: "https://a.example/f", Width: 2}, Window: &lti.WindowHint{Features: "height=1"}},
		lti.FileItem{URL: "https://files.example/a.pdf", Icon: icon, ExpiresAt: time.Date(2026, 11, 23, 1, 0, 0, 0, time.FixedZone("", 3600))},
		lti.HTMLItem{HTML: "<b>h</b>", Title: "H"},
		lti.ImageItem{URL: "https://files.example/i.png", Width: 3, Height: 4, Thumbnail: icon},
	}
	form, err := b.tool.AnswerDeepLinking(pickerLaunch(b, nil), lti.DeepLinkingAnswer{Items: items}, toolKey())
	if err != nil {
		t.Fatal(err)
	}
	_, claims := readAnswer(t, form)
	want := []any{
		map[string]any{"type": "ltiResourceLink", "url": target},
		map[string]any{
			"type": "link", "url": "https://a.example/", "title": "T", "text": "x", "embed": map[string]any{"html": "<p>"},
			"iframe": map[string]any{"src": "https://a.example/f", "width": 2.}, "window": map[string]any{"windowFeatures": "height=1"},
		},
		map[string]any{"type": "file", "url": "https://files.example/a.pdf", "icon": map[string]any{"url": icon.URL}, "expiresAt": "2026-11-23T00:00:00Z"},
		map[string]any{"type": "html", "html": "<b>h</b>", "title": "H"},
		map[string]any{"type": "image", "url": "https://files.example/i.png", "width": 3., "height": 4., "thumbnail": map[string]any{"url": icon.URL}},
	}
	if diff := cmp.Diff(want, claims[lti.ClaimContentItems]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDeepLinking_leaves_out_what_the_platform_does_not_take(t *testing.T) {
	b, no, yes := newBench(t), false, true
	for name, c := range map[string]struct {
		change func(*lti.DeepLinkingSettings)
		gone   []string
	}{
		"all taken":             {func(s *lti.DeepLinkingSettings) { s.AcceptLineItem = &yes }, nil},
		"line items not told":   {func(s *lti.DeepLinkingSettings) {}, nil},
		"line items ignored":    {func(s *lti.DeepLinkingSettings) { s.AcceptLineItem = &no }, []string{"lineItem"}},
		"no window":             {func(s *lti.DeepLinkingSettings) { s.AcceptTargets = []string{"iframe"} }, []string{"window"}},
		"no frame":              {func(s *lti.DeepLinkingSettings) { s.AcceptTargets = []string{"window"} }, []string{"iframe"}},
		"no target is accepted": {func(s *lti.DeepLinkingSettings) { s.AcceptTargets = nil }, []string{"window", "iframe"}},
	} {
		t.Run(name, func(t *testing.T) {
			answer := lti.DeepLinkingAnswer{Items: []lti.ContentItem{capabilityLink(toolBase)}}
			form, err := b.tool.AnswerDeepLinking(pickerLaunch(b, c.change), answer, toolKey())
			if err != nil {
				t.Fatal(err)
			}
			_, claims := readAnswer(t, form)
			item := claims[lti.ClaimContentItems].([]any)[0].(map[string]any)
			if len(item) != 11-len(c.gone) {
				t.Errorf("%d members: %v", len(item), item)
			}
			for _, name := range c.gone {
				if _, ok := item[name]; ok {
					t.Errorf("%s was sent", name)
				}
			}
		})
	}
}

func TestDeepLinking_refuses_what_was_not_asked_for(t *testing.T) {
	b := newBench(t)
	link := lti.ResourceLinkItem{URL: target}
	only := func(types ...string) func(*lti.DeepLinkingSettings) {
		return func(s *lti.DeepLinkingSettings) { s.AcceptTypes = types }
	}
	for name, c := range map[string]struct {
		change func(*lti.DeepLinkingSettings)
		items  []lti.ContentItem
		want   error
	}{
		"type not accepted":    {only(lti.ItemResourceLink), []lti.ContentItem{lti.HTMLItem{HTML: "x"}}, lti.ErrContentNotAccepted},
		"no types":             {only(), []lti.ContentItem{link}, lti.ErrContentNotAccepted},
		"several":              {func(s *lti.DeepLinkingSettings) { s.AcceptMultiple = false }, []lti.ContentItem{link, link}, lti.ErrSeveralItems},
		"no address":           {nil, []lti.ContentItem{lti.ResourceLinkItem{Title: "x"}}, lti.ErrContentItem},
		"address of another":   {nil, []lti.ContentItem{lti.ResourceLinkItem{URL: "https://evil.example/"}}, lti.ErrItemNotOurs},
		"script":               {nil, []lti.ContentItem{lti.LinkItem{URL: "javascript:alert(1)"}}, lti.ErrContentItem},
		"no HTML":              {nil, []lti.ContentItem{lti.HTMLItem{}}, lti.ErrContentItem},
		"line item of nothing": {nil, []lti.ContentItem{lti.ResourceLinkItem{URL: target, LineItem: &lti.ItemLineItem{}}}, lti.ErrContentItem},
		"ends before it starts": {nil, []lti.ContentItem{lti.ResourceLinkItem{
			URL: target, Submission: lti.TimeSpan{Start: time.Unix(2, 0), End: time.Unix(1, 0)},
		}}, lti.ErrContentItem},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.tool.AnswerDeepLinking(pickerLaunch(b, c.change), lti.DeepLinkingAnswer{Items: c.items}, toolKey())
			if !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := b.tool.AnswerDeepLinking(&lti.Launch{MessageType: lti.ResourceLinkRequest}, lti.DeepLinkingAnswer{}, toolKey()); !errors.Is(err, lti.ErrNotDeepLinking) {
		t.Errorf("a resource link was answered: %v", err)
	}
}

// TestDeepLinking_data_is_echoed byte for byte, from the token to the answer.
func TestDeepLinking_data_is_echoed(t *testing.T) {
	for name, data := range map[string]any{
		"signs":   `{"a" : "<&>\u2028\\u00e9"}  ` + "\t\x01\x7f",
		"letters": "Ødegård 🜁 \u202e", "empty": "", "absent": nil,
	} {
		t.Run(name, func(t *testing.T) {
			settings := map[string]any{"deep_link_return_url": issuer + "/return", "accept_types": []string{"link"}}
			if data != nil {
				settings["data"] = data
			}
			b, claims := newBench(t), baseClaims(t, "deep_linking")
			claims[lti.ClaimDeepLinking] = settings
			launch, err := lti.ParseClaimsForTest(encode(t, claims))
			if err != nil {
				t.Fatal(err)
			}
			launch.Registration = b.regs.all[0]
			form, err := b.tool.AnswerDeepLinking(launch, lti.DeepLinkingAnswer{Log: "l", Error: "e", ErrorLog: "el"}, toolKey())
			if err != nil {
				t.Fatal(err)
			}
			_, answer := readAnswer(t, form)
			if got, ok := answer[lti.ClaimData]; ok != (data != nil) || got != data {
				t.Errorf("echoed %q of %q", got, data)
			}
			items, ok := answer[lti.ClaimContentItems].([]any)
			if !ok || len(items) != 0 {
				t.Errorf("items %v", answer[lti.ClaimContentItems])
			}
			for member, want := range map[string]string{"log": "l", "errormsg": "e", "errorlog": "el"} {
				if got := answer["https://purl.imsglobal.org/spec/lti-dl/claim/"+member]; got != want {
					t.Errorf("%s: %v", member, got)
				}
			}
			if _, ok := answer["https://purl.imsglobal.org/spec/lti-dl/claim/msg"]; ok {
				t.Error("an empty message was sent")
			}
		})
	}
}

func TestDeepLinking_settings(t *testing.T) {
	var none *lti.DeepLinkingSettings
	if none.Accepts(lti.ItemLink) || none.TakesLineItems() || none.TakesMediaType("image/png") {
		t.Error("no settings accept something")
	}
	for accepted, want := range map[string]bool{"": true, "*/*": true, "image/*": true, "text/html, IMAGE/PNG;q=1": true, "text/html": false} {
		if got := (&lti.DeepLinkingSettings{AcceptMediaTypes: accepted}).TakesMediaType("image/png"); got != want {
			t.Errorf("%q takes image/png: %v", accepted, got)
		}
	}
}
