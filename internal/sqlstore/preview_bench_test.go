package sqlstore_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// BenchmarkPreview looks at the effect of a tag on everyone: one that takes a twentieth of all statements, one that takes all of them,
// and the removal of that. Read learners/s, and seconds for everyone. With CAIRN_BENCH_BIG it does so for 100,000 learners with
// 1,000,000 statements; filling the store takes minutes.
func BenchmarkPreview(b *testing.B) {
	learners := 2_000
	if os.Getenv(big) != "" {
		learners = 100_000
	}
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(fmt.Sprintf("%s/learners=%d", name, learners), func(b *testing.B) {
			d := database(b, name)
			c := newCrowd(b, d, learners)
			one, all := c.tag("one", "https://lms.example.org/mod/quiz/view.php?id=7"), c.tag("all", "https://lms.example.org/course/view.php?id=1")
			b.Run("a_twentieth", func(b *testing.B) { c.preview(b, one, learners) })
			b.Run("everything", func(b *testing.B) { c.preview(b, all, learners) })
			c.apply(b, all)
			b.Run("removal", func(b *testing.B) {
				c.preview(b, mapping.Changeset{ID: "cs-gone", Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Edits: []mapping.Edit{{Remove: "all"}}}, learners)
			})
		})
	}
}

// crowded is a store with many learners, who have ten statements each.
type crowded struct {
	s          *sqlstore.Store
	d          storetest.Database
	frameworks *sqlstore.Frameworks
}

func newCrowd(b *testing.B, d storetest.Database, learners int) crowded {
	s, ctx := d.Open(b), context.Background()
	if _, err := s.PublishFramework(ctx, framework("1", "cap-1"), "https://cairn.example"); err != nil {
		b.Fatal(err)
	}
	c := crowded{s: s, d: d}
	var err error
	if c.frameworks, err = s.Frameworks(ctx, "fw"); err != nil {
		b.Fatal(err)
	}
	for i := 0; i < 10*learners; i += 500 {
		if err := s.Add(ctx, storetest.Key, storetest.PrepareJSON(b, completions(i, learners), storetest.Key.ID)); err != nil {
			b.Fatal(err)
		}
		d.Clock.Move(time.Second)
	}
	head, err := s.Head(ctx)
	if err != nil {
		b.Fatal(err)
	}
	project(b, s, d, batch(0, head, func(batch *pipeline.Batch) {
		for i := range learners {
			batch.Linked = append(batch.Linked, pipeline.ActiveLink{Pos: int64(i + 1), Link: learner.Link{Learner: fmt.Sprintf("learner-%06d", i),
				Account: fmt.Sprintf("account-%06d", i), Registration: "r", Issuer: "https://lms.example.org", Subject: fmt.Sprint(i),
				Agent: fmt.Sprintf("account|https://lms.example.org|%d", i)}})
		}
	}))
	if d.Name == "postgres" {
		d.Raw(b).MustExec(`VACUUM ANALYZE`)
	}
	return c
}

// completions is 500 statements from a number on: learners complete twenty quizzes of one course in turn.
func completions(from, learners int) string {
	raw := make([]string, 500)
	for i := range raw {
		n := from + i
		raw[i] = fmt.Sprintf(`{"actor":{"account":{"homePage":"https://lms.example.org","name":"%d"}},"verb":{"id":%q},`+
			`"object":{"id":"https://lms.example.org/mod/quiz/view.php?id=%d"},"context":{"contextActivities":{"grouping":[{"id":"https://lms.example.org/course/view.php?id=1"}]}}}`,
			n%learners, mapping.VerbCompleted, (n/learners+n)%20)
	}
	return "[" + strings.Join(raw, ",") + "]"
}

func (c crowded) tag(id, iri string) mapping.Changeset {
	everywhere := mapping.Scope{Kind: mapping.ScopeInstance}
	return mapping.Changeset{ID: "cs-" + id, Author: "operator", Scope: everywhere, At: c.d.Clock.Now(), Edits: []mapping.Edit{{Add: &mapping.Alignment{
		ID: id, Capability: "cap-1", Scope: everywhere, Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: iri}}}}}
}

func (c crowded) preview(b *testing.B, cs mapping.Changeset, learners int) {
	p := pipeline.Previewer{Frozen: c.s.Frozen, Catalogs: c.frameworks, Now: c.d.Clock.Now}
	for b.Loop() {
		shown, err := p.Preview(context.Background(), cs, nil, nil)
		if err != nil || shown.Checked != learners || shown.Pairs.Gain+shown.Pairs.Lose == 0 {
			b.Fatalf("%+v, %v", shown, err)
		}
	}
	b.ReportMetric(float64(b.N*learners)/b.Elapsed().Seconds(), "learners/s")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
}

// apply applies a changeset and folds it.
func (c crowded) apply(b *testing.B, cs mapping.Changeset) {
	if _, err := c.s.Courses(c.frameworks).Apply(context.Background(), cs); err != nil {
		b.Fatal(err)
	}
	c.d.Clock.Move(time.Hour) // the lease of the batch that linked everyone is over
	l := &life{T: &testing.T{}, s: c.s, d: c.d, frameworks: c.frameworks}
	p := l.projector("bench", 500)
	for {
		switch n, err := p.Step(context.Background()); {
		case err != nil:
			b.Fatal(err)
		case n == 0:
			return
		}
	}
}
