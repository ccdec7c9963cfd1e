package lrs

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// cursor is what a more link holds: the filter, where the page ended, and how far the first page saw. Nothing is kept on the
// server, so a link works for as long as the key does, in every process. Whose statements may be seen is not in it: that is
// decided by the credential that follows the link.
type cursor struct {
	Version           int    `json:"x"`
	Agent             string `json:"a,omitzero"`
	Verb              string `json:"v,omitzero"`
	Activity          string `json:"o,omitzero"`
	Registration      string `json:"r,omitzero"`
	RelatedAgents     bool   `json:"ra,omitzero"`
	RelatedActivities bool   `json:"ro,omitzero"`
	Since             int64  `json:"s,omitzero"` // microseconds since 1970, as stored times are kept
	Until             int64  `json:"u,omitzero"`
	Limit             int    `json:"l"`
	Ascending         bool   `json:"asc,omitzero"`
	After             int64  `json:"p"`
	UpTo              int64  `json:"m,omitzero"`
	Format            string `json:"f,omitzero"`
	Attachments       bool   `json:"at,omitzero"`
}

const cursorVersion = 1

// macSize is the length of the signature: half of SHA-256, which is plenty and keeps links short.
const macSize = 16

// more is the address of the next page: a path on this server (Data 2.5).
func (h *handler) more(q Query, v view) (string, error) {
	raw, err := json.Marshal(cursor{
		cursorVersion, q.Agent, q.Verb, q.Activity, q.Registration, q.RelatedAgents, q.RelatedActivities,
		micros(q.Since), micros(q.Until), q.Limit, q.Ascending, q.After, q.UpTo, v.format, v.attachments,
	})
	if err != nil {
		return "", fmt.Errorf("lrs: writing a more link: %w", err)
	}
	token := base64.RawURLEncoding.EncodeToString(append(h.sign(raw), raw...))
	return strings.TrimRight(h.Prefix, "/") + "/statements?cursor=" + token, nil
}

// nextPage follows a more link. It takes no other parameter.
func (h *handler) nextPage(w http.ResponseWriter, r *request, found map[string]string, token string) error {
	if err := alone(found); err != nil {
		return err
	}
	q, v, ok := h.readCursor(token)
	if !ok {
		return refusal(http.StatusBadRequest, "cursor_invalid", "this more link was not made by this server, or its key was changed")
	}
	v.languages = acceptedLanguages(r.Header.Get("Accept-Language"))
	return h.page(w, r, q, v)
}

func (h *handler) readCursor(token string) (q Query, v view, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < macSize || !hmac.Equal(raw[:macSize], h.sign(raw[macSize:])) {
		return q, v, false
	}
	var c cursor
	if err := json.Unmarshal(raw[macSize:], &c); err != nil || c.Version != cursorVersion {
		return q, v, false
	}
	return Query{
		Agent: c.Agent, Verb: c.Verb, Activity: c.Activity, Registration: c.Registration,
		RelatedAgents: c.RelatedAgents, RelatedActivities: c.RelatedActivities,
		Since: instant(c.Since), Until: instant(c.Until), Limit: min(c.Limit, h.MaxPage), Ascending: c.Ascending,
		After: c.After, UpTo: c.UpTo,
	}, view{format: c.Format, attachments: c.Attachments}, true
}

func (h *handler) sign(raw []byte) []byte {
	mac := hmac.New(sha256.New, h.Key)
	mac.Write([]byte("cairn more link\n"))
	mac.Write(raw)
	return mac.Sum(nil)[:macSize]
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
