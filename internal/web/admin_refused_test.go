package web_test

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/internal/web"
)

func (a *adminWorld) forwardAt(id string) int {
	return slices.IndexFunc(a.forwards, func(f web.Forward) bool { return f.ID == id })
}

func (a *adminWorld) RemoveForward(_ context.Context, id string) error {
	i := a.forwardAt(id)
	if i < 0 {
		return web.ErrNotFound
	}
	a.forwards = slices.Delete(a.forwards, i, i+1)
	return a.broken
}

func (a *adminWorld) Refused(_ context.Context, id string, limit int) ([]web.RefusedRecord, error) {
	if id != "dept" {
		return nil, a.broken
	}
	return []web.RefusedRecord{{Statement: "7b8d4cd6-1111-4111-8111-000000000001", Status: 400, Problem: "it answered 400: the verb is not allowed here", At: now.Add(-2 * time.Hour)}}[:min(1, limit)], a.broken
}

func (a *adminWorld) SendAgain(_ context.Context, id, statement string) (int, error) {
	a.done = append(a.done, "again "+id+" "+statement)
	return 1, a.broken
}

func (a *adminWorld) Dismiss(_ context.Context, id, statement string) (int, error) {
	a.done = append(a.done, "dismiss "+id+" "+statement)
	return 1, a.broken
}

func TestRefusedRecordsAreToldWithTheAnswerAndSentAgain(t *testing.T) {
	w := newWorld(t)
	at := "/admin/access/forwards/dept"
	w.admin.forwards[w.admin.forwardAt("dept")].Refused = 70
	checkSays(t, w.get("operator", at+"/refused").Body.String(), []string{
		"7b8d4cd6-1111-4111-8111-000000000001", "it answered 400: the verb is not allowed here", "22 November 2026, 12:32pm", "Send all again", "The newest 1 of 70 are listed."}, nil)
	checkSays(t, w.get("operator", "/admin/access/forwards/org/refused").Body.String(), []string{"Nothing is refused now."}, []string{"Send all again"})
	for path, says := range map[string]string{"again": "1 record is sent again, within seconds.", "dismiss": "1 record was taken off the list."} {
		got := w.post(t, "operator", at+"/refused", at+"/"+path, url.Values{"statement": {"s1"}})
		to := got.Header().Get("Location")
		if got.Code != 303 || !strings.HasSuffix(to, "=1#notice") {
			t.Fatalf("%s: %d to %s", path, got.Code, to)
		}
		_, query, _ := strings.Cut(strings.TrimSuffix(to, "#notice"), "?")
		checkSays(t, w.get("operator", at+"/refused?"+query).Body.String(), []string{says}, nil)
	}
	slices.Sort(w.admin.done)
	if all := strings.Join(w.admin.done, ", "); all != "again dept s1, dismiss dept s1" {
		t.Errorf("done: %s", all)
	}
}

func TestForwardIsRemovedAfterItsEffectIsNamed(t *testing.T) {
	w := newWorld(t)
	at := "/admin/access/forwards/dept/remove"
	checkSays(t, w.get("operator", at).Body.String(), []string{"Remove Dept LRS", "Nothing more is sent there.", "The other side keeps what it was sent.", `class="danger"`}, nil)
	got := w.post(t, "operator", at, at, url.Values{})
	if got.Code != 303 || w.admin.forwardAt("dept") >= 0 {
		t.Fatalf("%d, %v", got.Code, w.admin.forwards)
	}
	checkSays(t, w.get("operator", "/admin/access?removed=1").Body.String(), []string{"The forward was removed."}, []string{"Dept LRS"})
}
