package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/lrs"
)

// Previews finds out what a changeset would do, beside the requests that ask: pipeline.Previews.
type Previews interface {
	// Start begins a preview for an owner and answers its id, the same for the same edits; false when there are too many.
	Start(owner string, cs mapping.Changeset) (id string, ok bool)
	// Look answers how far one has come, once it is done or after waiting so long; false when it is not known.
	Look(ctx context.Context, id string, wait time.Duration) (pipeline.PreviewStatus, bool)
	// Apply applies a changeset whose effect was shown, and answers its position. pipeline.ErrMoreLose.
	Apply(ctx context.Context, cs mapping.Changeset, shown pipeline.Preview) (int64, pipeline.Preview, error)
}

func (s *service) previewRoutes() []route {
	const group = "Previews"
	return []route{
		{
			method: http.MethodPost, path: "/previews", name: "startPreview", group: group, scope: lrs.ScopeAlignmentsWrite,
			summary: "Find out on real data what edits would do, without writing",
			about: "Who gains a capability, who loses one, and what ends earlier; a change of percent alone is no effect and not listed. What takes longer than a moment is answered 202 with its address; ask there. " +
				"A preview lives for some minutes in the process that made it: where it is not known any more, post the same edits again. " +
				"Counts that would tell of single people are left out for who may not read learners.",
			body: func() any { return &previewRequest{} }, statuses: []int{http.StatusOK, http.StatusAccepted}, gives: preview{}, do: s.startPreview,
		},
		{
			method: http.MethodGet, path: "/previews/{preview}", name: "getPreview", group: group, scope: lrs.ScopeAlignmentsWrite, gone: true,
			summary: "How far a preview has come, and what it found", statuses: []int{http.StatusOK, http.StatusAccepted}, gives: preview{}, do: s.getPreview,
		},
	}
}

// previewRequest is edits to try.
type previewRequest struct {
	Scope scopeRequest  `json:"scope"`
	Edits []editRequest `json:"edits"`
}

// preview is what edits would do.
type preview struct {
	ID      string `json:"id"`
	Done    bool   `json:"done"`
	Checked int    `json:"checked"` // learners looked at so far
	Of      int    `json:"of"`      // all of them; 0 while they are not counted yet
	// The rest is there when it is done.
	After        *int64                   `json:"after,omitzero"` // for the changeset that applies it
	At           time.Time                `json:"at,omitzero"`    // the one moment of all of it
	Pairs        *tally                   `json:"pairs,omitzero"` // of learner and capability
	People       *tally                   `json:"people,omitzero"`
	Capabilities []capabilityTally        `json:"capabilities,omitzero"`
	Hidden       bool                     `json:"hidden,omitzero"`      // some counts are left out: they would tell of single people
	Fingerprint  string                   `json:"fingerprint,omitzero"` // the same for the same effects on the same people
	Changes      []pipeline.PreviewChange `json:"changes,omitzero"`     // losses first when not all are here; for who may read learners
	More         bool                     `json:"more,omitzero"`        // not all changes are here
}

// tally counts effects. A count that is not there is hidden.
type tally struct {
	Gain   *int `json:"gain,omitzero"`
	Lose   *int `json:"lose,omitzero"`
	Expire *int `json:"expire,omitzero"`
}

// capabilityTally counts the learners of one capability.
type capabilityTally struct {
	Capability string `json:"capability"`
	Now        *int   `json:"now,omitzero"`  // evidenced before
	Then       *int   `json:"then,omitzero"` // and after
	tally
}

func (s *service) startPreview(c *call) (answer, error) {
	asked := c.body.(*previewRequest)
	cs, err := s.tried(c, asked.Scope, asked.Edits)
	if err != nil {
		return answer{}, err
	}
	if len(cs.Edits) == 0 {
		return answer{}, newProblem("body_invalid", "a preview is of at least one edit").at("/edits")
	}
	if err := s.Alignments.Check(c.Context(), cs); err != nil {
		return answer{}, err
	}
	id, ok := s.Previews.Start(c.author(), cs)
	if !ok {
		return answer{}, newProblem("previews_busy", "too many previews are under way; try again in a few seconds")
	}
	return s.look(c, id)
}

// previewed is the id of every changeset that is tried, so that the same edits are the same preview.
const previewed = "00000000-0000-0000-0000-000000000000"

// tried is edits as a changeset to look at.
func (s *service) tried(c *call, scope scopeRequest, edits []editRequest) (mapping.Changeset, error) {
	return s.read(c, &changesetRequest{ID: previewed, Scope: scope, Edits: edits})
}

func (s *service) getPreview(c *call) (answer, error) {
	id, err := s.previewID(c, c.PathValue("preview"))
	if err != nil {
		return answer{}, err
	}
	return s.look(c, id)
}

// previewName is a preview's id as the credential that made it is told: no other one can ask for it.
func (s *service) previewName(c *call, id string) string {
	mac := hmac.New(sha256.New, s.Key)
	fmt.Fprintf(mac, "cairn api preview\n%s\n%s", c.author(), id)
	return id + hex.EncodeToString(mac.Sum(nil)[:8])
}

// previewID is the id that a name stands for. ErrNotFound for one of another credential.
func (s *service) previewID(c *call, name string) (string, error) {
	id := name[:max(len(name)-16, 0)]
	if !hmac.Equal([]byte(name), []byte(s.previewName(c, id))) {
		return "", ErrNotFound
	}
	return id, nil
}

// shown is what a preview that is done has found.
func (s *service) shown(c *call, name string) (pipeline.Preview, error) {
	id, err := s.previewID(c, name)
	status, ok := pipeline.PreviewStatus{}, false
	if err == nil {
		status, ok = s.Previews.Look(c.Context(), id, s.PreviewFor)
	}
	if !ok || !status.Done || status.Err != nil {
		return pipeline.Preview{}, newProblem("preview_gone", "there is no such preview any more, or it is not done: make it again").at("/preview")
	}
	return status.Preview, nil
}

// shownOf is what the preview that a changeset names has found, when it was of the same edits in the same scope: the id of a preview is
// their digest.
func (s *service) shownOf(c *call, asked *changesetRequest) (pipeline.Preview, error) {
	found, err := s.shown(c, asked.Preview)
	if err != nil {
		return found, err
	}
	cs, err := s.tried(c, asked.Scope, asked.Edits)
	if err != nil {
		return found, err
	}
	switch {
	case s.previewName(c, pipeline.PreviewID(c.author(), cs)) != asked.Preview:
		return found, newProblem("preview_differs", "the preview was of other edits, or of another scope: preview these").at("/preview")
	case asked.After != nil && *asked.After != found.After:
		return found, newProblem("preview_differs", "the preview was made after another changeset than this says").at("/after")
	}
	return found, nil
}

// look answers how far a preview has come.
func (s *service) look(c *call, id string) (answer, error) {
	status, ok := s.Previews.Look(c.Context(), id, s.PreviewFor)
	switch {
	case !ok:
		return answer{}, ErrNotFound
	case status.Err != nil:
		return answer{}, status.Err
	}
	out := preview{ID: s.previewName(c, id), Done: status.Done, Checked: status.Checked, Of: status.Of}
	at := Prefix + "/previews/" + out.ID
	if !status.Done {
		c.head.Set("Retry-After", "1")
		return answer{status: http.StatusAccepted, body: out, location: at}, nil
	}
	people := c.credential.May(lrs.ScopeLearnersRead) && c.credential.Limits.Activity == ""
	out.fill(status, hider{all: people, least: s.SmallestGroup, group: status.Preview.Checked})
	return answer{body: out, location: at}, nil
}

// fill tells what was found, to who may see people or in totals.
func (p *preview) fill(status pipeline.PreviewStatus, h hider) {
	found := status.Preview
	p.After, p.At = &found.After, found.At.UTC()
	for _, one := range found.Capabilities {
		p.Capabilities = append(p.Capabilities, h.capability(one))
	}
	p.Pairs, p.People = h.total(found.Pairs, found.People), h.total(found.People, found.People)
	p.Hidden = h.hidden
	if h.all {
		p.Fingerprint, p.Changes, p.More = found.Fingerprint, status.Changes, status.More
	}
	if h.hidden {
		p.Checked, p.Of = 0, 0
	}
}
