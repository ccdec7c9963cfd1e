package pipeline_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// alignedWorld is a memory with so many alignments of other activities, and statements that none of them takes but one in a hundred.
func alignedWorld(t testing.TB, alignments, statements int) (*memory, catalogs) {
	c, m := builtin(t), newMemory()
	capabilities := c.one.Tracked("")
	m.append(pipeline.Entry{Kind: pipeline.EntryLink, Body: mustJSON(t, amara)})
	for from := 0; from < alignments; from += 1000 {
		cs := mapping.Changeset{ID: fmt.Sprint("cs-", from), At: epoch}
		for i := from; i < min(from+1000, alignments); i++ {
			cs.Edits = append(cs.Edits, mapping.Edit{Add: &mapping.Alignment{
				ID: fmt.Sprintf("a-%06d", i), Capability: capabilities[i%len(capabilities)].ID, Scope: mapping.Scope{Kind: mapping.ScopeInstance},
				Selector: mapping.Selector{Kind: []mapping.SelectorKind{mapping.SelectExact, mapping.SelectUnder, mapping.SelectPrefix}[i%3],
					IRI: fmt.Sprintf("http://other.test/mod/%d/view.php?id=%d", i%7, i)}}})
		}
		m.append(pipeline.Entry{Kind: pipeline.EntryChangeset, Body: mustJSON(t, cs)})
	}
	m.append(pipeline.Entry{Kind: pipeline.EntryChangeset, Body: mustJSON(t, mapping.Changeset{ID: "cs-one", At: epoch, Edits: []mapping.Edit{{Add: &mapping.Alignment{
		ID: "one", Capability: capabilities[0].ID, Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: quiz}}}}})})
	m.cursor.EmitAfter = 1 << 40
	drain(t, projector(m, c, 2000))
	for i := range statements {
		activity := fmt.Sprintf("http://lms.test/mod/page/view.php?id=%d", i%500)
		if i%100 == 0 {
			activity = quiz
		}
		m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Record: mapping.Record{StatementID: fmt.Sprint("s-", i), Agent: amara.Agent, Verb: viewed,
			Activity: activity, Under: []string{course}, Time: epoch}})
	}
	return m, c
}

func mustJSON(t testing.TB, v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// perStatement is what folding the statements takes, without the time in which the state is read.
func perStatement(t testing.TB, alignments, statements int) time.Duration {
	m, c := alignedWorld(t, alignments, statements)
	p := projector(m, c, 500)
	if _, err := p.Step(context.Background()); err != nil { // reads the state
		t.Fatal(err)
	}
	began := time.Now()
	drain(t, p)
	return time.Since(began) / time.Duration(statements-500)
}

// TestManyAlignmentsCostNothingNoticeablePerStatement: an index finds those that take a statement.
func TestManyAlignmentsCostNothingNoticeablePerStatement(t *testing.T) {
	const most = 4.0 // machines are noisy; a walk through them would be a thousand times slower
	best := 1e9
	for range 3 {
		few, many := perStatement(t, 10, 20_000), perStatement(t, 100_000, 20_000)
		best = min(best, float64(many)/float64(few))
		if best <= most {
			t.Logf("with 100,000 alignments a statement takes %.2f times as long as with 10 (%s, %s)", best, few, many)
			return
		}
	}
	t.Errorf("with 100,000 alignments a statement takes %.1f times as long as with 10, at most %.0f times was allowed", best, most)
}
