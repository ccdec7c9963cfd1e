package lti

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// The refusals of a deep linking response. Pages offer only what the settings accept, so that nobody meets them.
var (
	ErrNotDeepLinking     = errors.New("lti: only a deep linking request is answered with content items")
	ErrContentNotAccepted = errors.New("lti: the platform does not accept content items of this type")
	ErrSeveralItems       = errors.New("lti: the platform accepts one content item only")
	ErrItemNotOurs        = errors.New("lti: an LTI link leads to an address of this tool")
)

// The places where a platform may show an item (Deep Linking 2.0, 4.4.1, accept_presentation_document_targets).
const (
	TargetEmbed  = "embed"
	TargetFrame  = "iframe"
	TargetWindow = "window"
)

// DeepLinkingSettings is what a deep linking request asks for (Deep Linking 2.0, 4.4.1).
type DeepLinkingSettings struct {
	ReturnURL        string
	AcceptTypes      []string // ItemLink and the others
	AcceptTargets    []string // TargetFrame and the others
	AcceptMediaTypes string   // of files, as in an Accept header; "" does not narrow
	AcceptMultiple   bool     // false as well when the platform does not tell
	AcceptLineItem   *bool    // nil when the platform does not tell, as Moodle, which makes them
	AutoCreate       bool     // the items are stored at once, with no further question
	Title            string
	Text             string
	Data             *string // to be echoed byte for byte; nil when there is none
}

// Accepts says whether items of the type may be sent (Deep Linking 2.0, 4.4.1, accept_types). Others become odd activities on Moodle,
// so they are never sent.
func (s *DeepLinkingSettings) Accepts(itemType string) bool {
	return s != nil && slices.Contains(s.AcceptTypes, itemType)
}

// TakesLineItems says whether a link may bring a grade column: yes, unless the platform says that it would ignore it
// (Deep Linking 2.0, 4.4.1, accept_lineitem).
func (s *DeepLinkingSettings) TakesLineItems() bool {
	return s != nil && (s.AcceptLineItem == nil || *s.AcceptLineItem)
}

// TakesMediaType says whether a file of the media type may be sent (Deep Linking 2.0, 4.4.1, accept_media_types).
func (s *DeepLinkingSettings) TakesMediaType(kind string) bool {
	if s == nil || strings.TrimSpace(s.AcceptMediaTypes) == "" {
		return s != nil
	}
	family, _, _ := strings.Cut(kind, "/")
	for part := range strings.SplitSeq(s.AcceptMediaTypes, ",") {
		name, _, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "*/*" || name == strings.ToLower(kind) || name == strings.ToLower(family)+"/*" {
			return true
		}
	}
	return false
}

// DeepLinkingAnswer is what the tool says at the end of picking (Deep Linking 2.0, 4.5). No items means that nothing was picked, or,
// with an error, that picking failed. Message and Error are shown to the person, Log and ErrorLog are for the platform's log.
type DeepLinkingAnswer struct {
	Items    []ContentItem
	Message  string
	Log      string
	Error    string
	ErrorLog string
}

// DeepLinkingForm is the form by which the browser brings the answer to the platform (Deep Linking 2.0, 4.5): a POST to URL with the
// one field JWT. The token is good for responseLife.
type DeepLinkingForm struct {
	URL string
	JWT string
}

// Values are the fields of the form (Deep Linking 2.0, 4.5).
func (f DeepLinkingForm) Values() url.Values { return url.Values{"JWT": {f.JWT}} }

// The times of a signed answer: the page that holds it posts it at once, and it is dated back for platforms whose clock is behind ours.
const (
	responseLife = 5 * time.Minute
	responseBack = 60 * time.Second
)

// AnswerDeepLinking signs the answer to a deep linking launch by the key (Deep Linking 2.0, 4.5; Security 5.2). Grade columns and hints
// that the platform does not take are left out. ErrNotDeepLinking, ErrContentNotAccepted, ErrSeveralItems, ErrContentItem,
// ErrItemNotOurs.
func (t *Tool) AnswerDeepLinking(l *Launch, a DeepLinkingAnswer, key KeyPair) (DeepLinkingForm, error) {
	if l.MessageType != DeepLinkingRequest || l.DeepLinking == nil {
		return DeepLinkingForm{}, ErrNotDeepLinking
	}
	if err := t.checkItems(l.DeepLinking, a.Items); err != nil {
		return DeepLinkingForm{}, err
	}
	nonce, err := t.secret()
	if err != nil {
		return DeepLinkingForm{}, err
	}
	claims, err := json.Marshal(t.responseClaims(l, a, nonce))
	if err != nil {
		return DeepLinkingForm{}, fmt.Errorf("lti: write a deep linking response: %w", err)
	}
	token, err := signToken(claims, key)
	if err != nil {
		return DeepLinkingForm{}, err
	}
	return DeepLinkingForm{URL: l.DeepLinking.ReturnURL, JWT: token}, nil
}

func (t *Tool) checkItems(s *DeepLinkingSettings, items []ContentItem) error {
	if len(items) > 1 && !s.AcceptMultiple {
		return ErrSeveralItems
	}
	for _, item := range items {
		if !s.Accepts(item.itemType()) {
			return fmt.Errorf("%w: %s", ErrContentNotAccepted, item.itemType())
		}
		if err := item.check(); err != nil {
			return err
		}
		if link, ok := item.(ResourceLinkItem); ok && !t.URLs.Ours(link.URL) {
			return ErrItemNotOurs
		}
	}
	return nil
}

// responseMessage are the claims of a deep linking response. The audience is the platform's issuer, without any change to it.
type responseMessage struct {
	Issuer      string      `json:"iss"`
	Audience    string      `json:"aud"`
	IssuedAt    int64       `json:"iat"`
	Expires     int64       `json:"exp"`
	Nonce       string      `json:"nonce"`
	Deployment  string      `json:"https://purl.imsglobal.org/spec/lti/claim/deployment_id"`
	MessageType MessageType `json:"https://purl.imsglobal.org/spec/lti/claim/message_type"`
	Version     string      `json:"https://purl.imsglobal.org/spec/lti/claim/version"`
	Items       []any       `json:"https://purl.imsglobal.org/spec/lti-dl/claim/content_items"`
	Data        *string     `json:"https://purl.imsglobal.org/spec/lti-dl/claim/data,omitzero"`
	Message     string      `json:"https://purl.imsglobal.org/spec/lti-dl/claim/msg,omitzero"`
	Log         string      `json:"https://purl.imsglobal.org/spec/lti-dl/claim/log,omitzero"`
	Error       string      `json:"https://purl.imsglobal.org/spec/lti-dl/claim/errormsg,omitzero"`
	ErrorLog    string      `json:"https://purl.imsglobal.org/spec/lti-dl/claim/errorlog,omitzero"`
}

func (t *Tool) responseClaims(l *Launch, a DeepLinkingAnswer, nonce string) responseMessage {
	now := t.Now()
	items := make([]any, len(a.Items))
	for i, item := range a.Items {
		items[i] = item.sent(l.DeepLinking)
	}
	return responseMessage{
		Issuer: l.Registration.ClientID, Audience: l.Registration.Issuer, IssuedAt: now.Add(-responseBack).Unix(), Expires: now.Add(responseLife).Unix(),
		Nonce: nonce, Deployment: l.Deployment, MessageType: DeepLinkingResponse, Version: Version, Items: items,
		Data: l.DeepLinking.Data, Message: a.Message, Log: a.Log, Error: a.Error, ErrorLog: a.ErrorLog,
	}
}
