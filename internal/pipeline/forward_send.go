package pipeline

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/xapi"
)

// sending is one page of statements on its way to a target.
type sending struct {
	*Forwarder
	target   Target
	to       *remote
	through  int64 // the position when the whole page is settled
	settling int64 // everything up to it has been answered
	whole    bool
	accepted int
	dead     []Dead
	doubtful []Dead // refused in words that may be meant for all: 403, or a 500 again and again
	again    bool   // they were refused before: one that is in doubt is refused again, and holds up nothing
	took     []int64
	isStore  bool // the target has said that it is a record store
}

// notNow stops a page: the target does not serve us for the time being.
type notNow struct {
	problem string
	wait    time.Duration
}

// Error is error.
func (n *notNow) Error() string { return "pipeline: not now: " + n.problem }

// page sends all of it, or ends with *notNow.
func (s *sending) page(ctx context.Context, page []Outgoing) error {
	for _, some := range together(page) {
		if err := s.batch(ctx, some); err != nil {
			return err
		}
	}
	if len(s.doubtful) > 0 && s.accepted == 0 {
		return &notNow{s.doubtful[0].Problem + " to every statement sent", 0}
	}
	s.whole = true
	return nil
}

// mostTogether bounds a request in octets.
const mostTogether = 1 << 20

// together divides a page into requests. A statement with attachments goes alone, so that what is held is bounded by what came with one.
func together(page []Outgoing) (out [][]Outgoing) {
	size := 0
	for i, o := range page {
		alone := o.HasAttachments() || i > 0 && page[i-1].HasAttachments()
		if size += len(o.JSON); i == 0 || alone || size > mostTogether {
			out, size = append(out, nil), len(o.JSON)
		}
		last := len(out) - 1
		out[last] = append(out[last], o)
	}
	return out
}

// batch sends statements with one request. When they are refused it halves them, until it is known which one is.
func (s *sending) batch(ctx context.Context, list []Outgoing) error {
	if err := s.keep(ctx, s.target); err != nil {
		return err
	}
	q, err := s.compose(ctx, list)
	if err != nil {
		return err
	}
	a := s.to.call(ctx, q)
	switch s.judge(a, list) {
	case tookAll:
		s.accepted += len(list)
		s.settling = list[len(list)-1].Pos
		for _, o := range list {
			s.took = append(s.took, o.Pos)
		}
		return nil
	case refusedForNow:
		if a.status == http.StatusOK {
			a.problem = "it answered 200, but not with the ids of the statements; is the endpoint right?"
		}
		return &notNow{a.problem, a.after}
	case refusedOne:
		if len(list) == 1 {
			return s.refused(ctx, list[0], a)
		}
	case refusedPerhaps:
		if len(list) == 1 {
			return s.doubt(list[0], a)
		}
	}
	if err := s.batch(ctx, list[:len(list)/2]); err != nil {
		return err
	}
	return s.batch(ctx, list[len(list)/2:])
}

// verdict is what an answer means for the statements of a request.
type verdict int

const (
	tookAll        verdict = iota
	refusedForNow          // nothing is said about the statements
	refusedOne             // one of them at least is refused for good
	refusedPerhaps         // one of them, or the credential, or everything
)

// often is after how many failed attempts a target that fails with 500 is asked which statement it fails on.
const often = 5

func (s *sending) judge(a answer, list []Outgoing) verdict {
	switch a.status {
	case http.StatusOK:
		if confirms(a.body, list) {
			return tookAll
		}
		return refusedForNow // whoever answered so is no record store: a sign-in page, a proxy
	case http.StatusBadRequest, http.StatusConflict, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return refusedOne
	case http.StatusForbidden:
		return refusedPerhaps
	case http.StatusInternalServerError, http.StatusNotImplemented:
		if s.target.Attempts >= often {
			return refusedPerhaps
		}
	}
	return refusedForNow
}

// confirms says whether the answer is the ids of the statements, in any case (Communication 2.1.2).
func confirms(body []byte, list []Outgoing) bool {
	var ids []string
	if json.Unmarshal(body, &ids) != nil || len(ids) != len(list) {
		return false
	}
	for i, id := range ids {
		if !strings.EqualFold(id, list[i].ID) {
			return false
		}
	}
	return true
}

// refused deals with one statement that the target refused: one it has already, and equal, is as good as taken.
func (s *sending) refused(ctx context.Context, one Outgoing, a answer) error {
	if a.status == http.StatusConflict {
		equal, err := s.has(ctx, one)
		if err != nil {
			return err
		}
		if equal {
			s.accepted++
			s.settling, s.took = one.Pos, append(s.took, one.Pos)
			return nil
		}
	}
	if err := s.mustBeStore(ctx); err != nil {
		return err
	}
	s.dead = append(s.dead, Dead{one.Pos, one.ID, a.status, a.problem})
	s.settling = one.Pos
	return nil
}

// has asks the target for its statement with the id, and whether it is equal.
func (s *sending) has(ctx context.Context, one Outgoing) (bool, error) {
	var a answer
	for _, parameter := range []string{"statementId", "voidedStatementId"} {
		if a = s.to.call(ctx, remoteRequest{address: "/statements?" + parameter + "=" + one.ID, version: versionOf(one.JSON)}); a.status == http.StatusOK {
			break
		}
	}
	if a.status == 0 || a.status == http.StatusTooManyRequests || a.status >= http.StatusInternalServerError {
		return false, &notNow{a.problem, a.after}
	}
	if a.status != http.StatusOK {
		return false, nil
	}
	ours, err := PrepareForeign(one.JSON, comparing)
	if err != nil {
		return false, nil
	}
	theirs, err := PrepareForeign(a.body, comparing)
	return err == nil && ours.Equals(theirs.Fingerprint[:], theirs.Timestamp), nil
}

// comparing is an authority for statements that are only compared: it does not count.
var comparing = xapi.AccountAgent("https://cairn.invalid", "comparing")

// mustBeStore asks once whether the target is a record store at all, before a refusal of its is believed for good: a wrong address
// can answer anything (Communication 2.8: About needs no credential).
func (s *sending) mustBeStore(ctx context.Context) error {
	if s.isStore || s.accepted > 0 {
		return nil
	}
	a := s.to.call(ctx, remoteRequest{address: "/about"})
	if len(a.versions()) == 0 {
		return &notNow{"it refused a statement, and does not say at /about that it is a record store; is the endpoint right?", a.after}
	}
	s.isStore = true
	return nil
}

// doubt puts off the judgement of one statement until it is known whether the target takes others.
func (s *sending) doubt(one Outgoing, a answer) error {
	d := Dead{one.Pos, one.ID, a.status, a.problem}
	if s.again || a.status == http.StatusForbidden && one.Voids { // the target is another's there
		s.dead = append(s.dead, d)
	} else {
		s.doubtful = append(s.doubtful, d)
	}
	s.settling = one.Pos
	return nil
}

// settled is what became of the page. Doubtful statements are refused for good when the target took others; else all wait from the
// first of them on.
func (s *sending) settled() Settled {
	out := Settled{Pos: s.settling, Sent: s.accepted, Dead: s.dead}
	if s.whole {
		out.Pos = s.through
	}
	switch {
	case len(s.doubtful) > 0 && s.accepted > 0:
		out.Dead = append(out.Dead, s.doubtful...)
	case len(s.doubtful) > 0:
		out.Pos = s.doubtful[0].Pos - 1
	}
	return out
}

// compose makes the request for statements: JSON, or with data multipart/mixed.
func (s *sending) compose(ctx context.Context, list []Outgoing) (remoteRequest, error) {
	var body bytes.Buffer
	q := remoteRequest{address: "/statements", contentType: "application/json", version: xapi.V1}
	for i, o := range list {
		body.WriteByte("[,"[min(i, 1)])
		body.Write(o.JSON)
		q.version = max(q.version, versionOf(o.JSON))
	}
	body.WriteByte(']')
	q.body = body.Bytes()
	if len(list) != 1 || !list[0].HasAttachments() {
		return q, nil
	}
	data, err := s.cfg.Targets.OutgoingData(ctx, list[0].Pos)
	if err != nil || len(data) == 0 {
		return q, err
	}
	q.body, q.contentType, err = mixed(q.body, list[0].JSON, data)
	return q, err
}

// versionOf is the version that a request with a stored statement needs.
func versionOf(statement []byte) xapi.Version {
	if bytes.Contains(statement, []byte(`"version":"2.`)) {
		return xapi.V2
	}
	return xapi.V1
}
