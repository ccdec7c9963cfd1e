package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// Rounds of load that end in a kill, and how long each lasts. More rounds are a matter of running the test more often.
const (
	killRounds  = 3
	killAfter   = 700 * time.Millisecond
	killSenders = 6
	killBatch   = 10
)

// Acknowledged means durable: after every kill -9 in the middle of load each acknowledged statement is there once, and what was
// projected equals a replay of the log.
func TestKillLosesNothingAcknowledged(t *testing.T) {
	env := environment(t, "CAIRN_BASE_URL=https://cairn.example")
	c := newCredential(t, env)
	world := seed(t, env)
	var acknowledged []string
	for range killRounds {
		p := serve(t, env)
		acknowledged = append(acknowledged, loadThenKill(t, p, c, world)...)
	}
	if len(acknowledged) < 100 {
		t.Fatalf("only %d statements were acknowledged: the test says nothing", len(acknowledged))
	}
	p := serve(t, env)
	for _, id := range acknowledged[:100] {
		status, body, err := c.xapi(t.Context(), http.MethodGet, p.base+"/xapi/statements?statementId="+id, nil)
		if err != nil || status != 200 {
			t.Fatalf("acknowledged statement %s is answered %d %s (%v)", id, status, body, err)
		}
	}
	eventually(t, "everything is projected", func() bool {
		_, body := p.get(t, "/readyz")
		return strings.Contains(body, `"projection_lag":0`)
	})
	if code := p.stop(t); code != 0 {
		t.Fatalf("the server ended with %d", code)
	}
	before := world.look(t, env)
	for _, id := range acknowledged {
		if !before.ids[id] {
			t.Fatalf("acknowledged statement %s is not in the log", id)
		}
	}
	if before.evidence == 0 || before.own == 0 {
		t.Errorf("nothing was evidenced or emitted under load: %+v", before)
	}
	succeed(t, env, nil, "replay")
	if diff := cmp.Diff(before, world.look(t, env), cmp.AllowUnexported(picture{})); diff != "" {
		t.Errorf("a replay gives something else (-live +replayed):\n%s", diff)
	}
	t.Logf("%d acknowledged, %d in the log, %d items of evidence, %d emitted", len(acknowledged), before.statements, before.evidence, before.own)
}

// loadThenKill sends batches until the server is killed and answers the ids that were acknowledged.
func loadThenKill(t *testing.T, p *process, c credential, w world) []string {
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	timer := time.AfterFunc(killAfter, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	var mu sync.Mutex
	var acknowledged []string
	var group sync.WaitGroup
	for range killSenders {
		group.Go(func() {
			for {
				ids, body := w.batch(killBatch)
				status, _, err := c.post(ctx, p.base, body)
				if err != nil {
					return // killed, most likely in the middle of this request
				}
				if status != 200 {
					t.Errorf("a batch under load is answered %d", status)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, ids...)
				mu.Unlock()
			}
		})
	}
	group.Wait()
	<-p.done
	return acknowledged
}

// batch makes statements of the seeded people about the seeded activities, some of them tagged.
func (w world) batch(n int) (ids []string, body []byte) {
	var all []string
	for range n {
		id := uuid.NewString()
		ids = append(ids, id)
		all = append(all, statement(id, fmt.Sprint(rand.IntN(w.people)), fmt.Sprintf("%s/activity/%d", w.issuer, rand.IntN(w.activities))))
	}
	return ids, []byte("[" + strings.Join(all, ",") + "]")
}
