package main

import (
	"strings"
	"testing"
)

func TestPullsFromASecondCairnAndNeverSendsItBack(t *testing.T) {
	from := newRecordStore(t, "")
	to := newRecordStore(t, strings.TrimPrefix(from.base, "http://"))
	from.send(t, statementLine(1, "v"), statementLine(2, "v"), statementLine(3, "v"))
	to.send(t, statementLine(3, "v")) // both have it
	args := []string{"--name", "other", "--endpoint", from.base + "/xapi", "--key", from.cred.Key, "--secret-file", from.secretFile(t)}
	succeed(t, to.env, nil, append([]string{"source", "add", "--every", "1s"}, args...)...)
	eventually(t, "what was there is pulled", func() bool { return to.has(t, 1) && to.has(t, 2) })
	succeed(t, to.env, nil, append([]string{"forward", "add"}, args...)...)
	from.send(t, statementLine(4, "v"), voidLine(5, 2))
	eventually(t, "what came later is pulled, and its voids", func() bool { return to.has(t, 4) && to.status(t, "voidedStatementId", 2) == 200 })
	var source sourceView
	eventually(t, "it is counted", func() bool { // after it is stored
		succeed(t, to.env, &source, "source", "status", "other")
		return source.Stored == 4
	})
	if source.Refused != 0 || source.Through == "" || source.Problem != "" {
		t.Errorf("the source is %+v", source)
	}
	var target targetView
	eventually(t, "the target is current", func() bool {
		succeed(t, to.env, &target, "forward", "status", "other")
		return target.Lag == 0
	})
	if target.Sent != 1 || target.Refused != 0 { // the one that was its own
		t.Errorf("the target is %+v", target)
	}
	_, body, err := to.cred.xapi(t.Context(), "GET", to.base+"/xapi/statements?statementId=00000000-0000-4000-8000-000000000001", nil)
	if err != nil || !strings.Contains(body, `"name":"source/`+source.ID) || strings.Contains(body, from.cred.Key) {
		t.Errorf("pulled was %s (%v)", body, err)
	}
	succeed(t, to.env, nil, "source", "pause", "other")
	from.send(t, statementLine(6, "v"))
	if succeed(t, to.env, &source, "source", "status", "other"); source.State != "paused" {
		t.Errorf("paused it is %+v", source)
	}
	succeed(t, to.env, nil, "source", "resume", "other")
	eventually(t, "it goes on", func() bool { return to.has(t, 6) })
	eventually(t, "the figures tell", func() bool {
		_, figures := to.get(t, "/metrics")
		return strings.Contains(figures, `cairn_source_statements_total{source="other"} 5`)
	})
	if listed := command(t, to.env, "source", "list"); !strings.Contains(listed.out, "other") {
		t.Errorf("the list says %s", listed.out)
	}
	succeed(t, to.env, nil, "source", "remove", "other")
	if r := command(t, to.env, "source", "status", "other"); r.code != exitRefused || !to.has(t, 6) {
		t.Errorf("what was removed ended with %d", r.code)
	}
}

func TestSourceAddChecksItsFlags(t *testing.T) {
	env := environment(t)
	for _, change := range [][]string{{"--every", "1ms"}, {"--verb", "no iri"}} {
		args := append([]string{"source", "add", "--name", "n", "--endpoint", "https://lrs.example", "--key", "k", "--secret-file", "-"}, change...)
		if r := command(t, env, args...); r.code != exitUsage {
			t.Errorf("%v ended with %d", change, r.code)
		}
	}
}
