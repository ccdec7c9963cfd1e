package ltitest

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// pick is one deep linking request on its way: who asked for content, and where it goes. The session key in the return address
// names it.
type pick struct {
	user, course, tool string
	data               string
}

// ContentItem is one thing that a tool sent back from deep linking (Deep Linking 2.0, section 3).
type ContentItem struct {
	Type     string            `json:"type"`
	Title    string            `json:"title"`
	Text     string            `json:"text"`
	URL      string            `json:"url"`
	HTML     string            `json:"html"`
	Custom   map[string]string `json:"custom"`
	LineItem *ItemLineItem     `json:"lineItem"`
	Link     string            `json:"-"` // id of the resource link made of it; "" when none was made
	Raw      map[string]any    `json:"-"` // every member, as sent
}

// ItemLineItem is the grade column that a content item asks for.
type ItemLineItem struct {
	Label            string         `json:"label"`
	Maximum          *float64       `json:"scoreMaximum"`
	ResourceID       string         `json:"resourceId"`
	Tag              string         `json:"tag"`
	GradesReleased   *bool          `json:"gradesReleased"`
	SubmissionReview map[string]any `json:"submissionReview"`
}

// Picked is one deep linking answer that the platform took.
type Picked struct {
	At                            time.Time
	User, Course, Tool            string
	Items                         []ContentItem
	Message, Log, Error, ErrorLog string
}

// ErrContent says why a deep linking answer was not taken.
var ErrContent = errors.New("ltitest: the deep linking answer is not acceptable")

// Picked answers the deep linking answers that were taken for a course, oldest first.
func (p *Platform) Picked(course string) []Picked {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.picked), func(k Picked) bool { return k.Course != course })
}

// contentAnswer are the claims of a deep linking response (Deep Linking 2.0, section 4.5).
type contentAnswer struct {
	Issuer     string           `json:"iss"`
	Audience   audience         `json:"aud"`
	IssuedAt   float64          `json:"iat"`
	Expires    float64          `json:"exp"`
	Nonce      string           `json:"nonce"`
	Deployment string           `json:"https://purl.imsglobal.org/spec/lti/claim/deployment_id"`
	Message    string           `json:"https://purl.imsglobal.org/spec/lti/claim/message_type"`
	Version    string           `json:"https://purl.imsglobal.org/spec/lti/claim/version"`
	Items      []map[string]any `json:"https://purl.imsglobal.org/spec/lti-dl/claim/content_items"`
	Data       *string          `json:"https://purl.imsglobal.org/spec/lti-dl/claim/data"`
	Msg        string           `json:"https://purl.imsglobal.org/spec/lti-dl/claim/msg"`
	Log        string           `json:"https://purl.imsglobal.org/spec/lti-dl/claim/log"`
	ErrorMsg   string           `json:"https://purl.imsglobal.org/spec/lti-dl/claim/errormsg"`
	ErrorLog   string           `json:"https://purl.imsglobal.org/spec/lti-dl/claim/errorlog"`
}

// AcceptContent is what the return address of deep linking does with a posted form: it checks the signed answer and makes links
// of its items. ErrContent.
func (p *Platform) AcceptContent(ctx context.Context, address string, form url.Values) (Picked, error) {
	u, err := url.Parse(address)
	if err != nil {
		return Picked{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	p.mu.Lock()
	k, known := p.picks[u.Query().Get("sesskey")]
	t := p.tools[k.tool]
	p.mu.Unlock()
	if !known || t == nil {
		return Picked{}, fmt.Errorf("%w: the session key is unknown or used", ErrContent)
	}
	token := form.Get("JWT")
	if err := p.verify(ctx, t, token); err != nil {
		return Picked{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	var a contentAnswer
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil || json.Unmarshal(payload, &a) != nil {
		return Picked{}, fmt.Errorf("%w: the claims cannot be read", ErrContent)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.checkContent(a, k, t); err != nil {
		return Picked{}, fmt.Errorf("%w: %w", ErrContent, err)
	}
	if !p.profile.ReusableReturn {
		delete(p.picks, u.Query().Get("sesskey"))
	}
	return p.take(a, k), nil
}

// checkContent checks the claims in their order, and what the settings accept unless the profile takes anything.
func (p *Platform) checkContent(a contentAnswer, k pick, t *Tool) error {
	now := float64(p.config.Now().Unix())
	_, replayed := p.nonces[t.ID+" "+a.Nonce]
	switch {
	case a.Issuer != t.ClientID || !slices.Contains(a.Audience, p.issuer):
		return errors.New("issuer or audience")
	case a.Expires <= now || a.IssuedAt > now || a.Expires-a.IssuedAt > 3600:
		return errors.New("times")
	case a.Nonce == "" || replayed && !p.profile.ReusableReturn:
		return errors.New("nonce")
	case a.Message != "LtiDeepLinkingResponse" || a.Version != "1.3.0" || a.Deployment != t.DeploymentID:
		return errors.New("message type, version or deployment")
	case k.data != "" && (a.Data == nil || *a.Data != k.data):
		return errors.New("data was not echoed")
	case len(a.Items) > 1 && !p.profile.AcceptMultiple:
		return errors.New("one item was asked for")
	}
	p.nonces[t.ID+" "+a.Nonce] = struct{}{}
	for _, item := range a.Items {
		kind, _ := item["type"].(string)
		if !slices.Contains(p.profile.AcceptTypes, kind) && !p.profile.AnyContentType {
			return fmt.Errorf("type %q was not asked for", kind)
		}
		if address, _ := item["url"].(string); address == "" && kind != "html" && p.profile.ItemsNeedURL {
			return errors.New("an item without an address")
		}
	}
	return nil
}

// take keeps the answer and places its links. Platform.mu must be held.
func (p *Platform) take(a contentAnswer, k pick) Picked {
	out := Picked{
		At: p.config.Now(), User: k.user, Course: k.course, Tool: k.tool,
		Message: a.Msg, Log: a.Log, Error: a.ErrorMsg, ErrorLog: a.ErrorLog,
	}
	for _, raw := range a.Items {
		var item ContentItem
		body := must(json.Marshal(raw))
		if err := json.Unmarshal(body, &item); err != nil {
			item = ContentItem{Type: "unreadable"}
		}
		item.Raw = raw
		if item.Type == "ltiResourceLink" || p.profile.AnyContentType {
			item.Link = p.place(item, k).ID
		}
		out.Items = append(out.Items, item)
	}
	p.picked = append(p.picked, out)
	return out
}

// place makes a resource link of an item. Moodle takes the link's title for the label of its line item.
func (p *Platform) place(item ContentItem, k pick) ResourceLink {
	l := ResourceLink{
		Course: k.course, Tool: k.tool, Section: 1, Title: or(item.Title, p.tools[k.tool].Name), Description: item.Text,
		TargetLinkURI: item.URL, Custom: item.Custom,
	}
	if i := item.LineItem; i != nil && i.Maximum != nil && (p.profile.AcceptLineItem == nil || *p.profile.AcceptLineItem) {
		l.LineItem = &LineItem{Label: or(i.Label, l.Title), Maximum: *i.Maximum, ResourceID: i.ResourceID, Tag: i.Tag}
		if p.profile.DropsLineItemDates {
			l.LineItem.Label = l.Title
		} else {
			l.LineItem.GradesReleased, l.LineItem.SubmissionReview = i.GradesReleased, i.SubmissionReview
		}
	}
	return p.addLink(l)
}

const maxContentBody = 1 << 20

// contentReturn answers the form that the tool's page posts at the end of deep linking. Moodle posts it once more to itself, as the
// first post comes from another site and brings no cookie.
func (p *Platform) contentReturn(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, maxContentBody))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		p.errorPage(w, http.StatusBadRequest, "The form could not be read.")
		return
	}
	if p.profile.RepostsAnswers && !form.Has("repost") {
		form.Set("repost", "1")
		p.record(r, "content", "", http.StatusOK)
		p.autoPost(w, r.URL.RequestURI(), form)
		return
	}
	taken, err := p.AcceptContent(r.Context(), r.URL.String(), form)
	if err != nil {
		p.record(r, "content", "", http.StatusBadRequest)
		p.errorPage(w, http.StatusBadRequest, err.Error())
		return
	}
	p.record(r, "content", "", http.StatusOK)
	p.mu.Lock()
	c, _ := p.course(taken.Course)
	p.mu.Unlock()
	text := fmt.Sprintf("%d added.", len(taken.Items))
	p.show(w, r, http.StatusOK, "picked", page{Title: "Added", Course: c, Notice: taken.Message, Failure: taken.Error, Text: text})
}

// pickPage shows the tool's picker in a frame to who teaches the course; pickStart is the page inside the frame.
func (p *Platform) pickPage(w http.ResponseWriter, r *http.Request, v page) {
	v.Title, v.Tool = "Add content", r.URL.Query().Get("tool")
	p.mu.Lock()
	t := p.tools[v.Tool]
	p.mu.Unlock()
	if t == nil || v.Learns {
		p.errorPage(w, http.StatusForbidden, "Only who teaches the course can add content.")
		return
	}
	v.ToolOrigin = origin(t.LoginURL)
	p.show(w, r, http.StatusOK, "pick", v)
}

func (p *Platform) pickStart(w http.ResponseWriter, r *http.Request, v page) {
	init, err := p.InitiateDeepLinking(v.User.Sub, v.Course.ID, r.URL.Query().Get("tool"))
	if err != nil || v.Learns {
		p.errorPage(w, http.StatusForbidden, "This tool cannot be used here.")
		return
	}
	p.send(w, r, init)
}

// send goes on to the tool with an initiation, by POST or, as the profile has it, by redirect.
func (p *Platform) send(w http.ResponseWriter, r *http.Request, init Initiation) {
	if p.profile.InitiateByGET {
		http.Redirect(w, r, init.Address(), http.StatusFound)
		return
	}
	p.autoPost(w, init.URL, init.Form)
}

// deepLinkSettings say what the platform takes (Deep Linking 2.0, section 4.4.1), and keep the request until it is answered.
func (p *Platform) deepLinkSettings(l launch, t *Tool, c Course) map[string]any {
	key := p.random(5)
	out := map[string]any{
		"accept_types": p.profile.AcceptTypes, "accept_presentation_document_targets": p.profile.AcceptTargets,
		"accept_multiple": p.profile.AcceptMultiple, "auto_create": false, "title": t.Name, "text": "",
		"deep_link_return_url": fmt.Sprintf("%s/mod/lti/contentitem_return.php?course=%s&id=%s&sesskey=%s",
			p.issuer, url.QueryEscape(c.ID), url.QueryEscape(t.ID), key),
	}
	if p.profile.MoodleExtensions {
		out["accept_copy_advice"], out["accept_unsigned"], out["can_confirm"] = false, false, false
	}
	if p.profile.AcceptLineItem != nil {
		out["accept_lineitem"] = *p.profile.AcceptLineItem
	}
	k := pick{user: l.user, course: c.ID, tool: t.ID}
	if p.profile.DeepLinkData {
		k.data = `{"key": "` + key + `", "signs": "<&>\u2028é"}`
		out["data"] = k.data
	}
	p.picks[key] = k
	return out
}
