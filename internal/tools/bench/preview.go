package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/google/uuid"

	"cairn/internal/tools/pgtemp"
)

// previewMost is within what a preview answers, or else it runs as a job that tells how far it has come.
const previewMost = 10 * time.Second

// previews measures how long a program waits until it knows what an edit would do to everyone.
func (b *bench) previews() error {
	if err := b.previewsOn("SQLite", filepath.Join(b.dir, "preview.db")); err != nil {
		return err
	}
	cluster, err := pgtemp.Start(b.ctx, pgtemp.Options{Durable: true})
	if err != nil {
		return err
	}
	defer cluster.Stop()
	return b.previewsOn("PostgreSQL", cluster.DSN)
}

func (b *bench) previewsOn(database, dsn string) error {
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	capability, err := b.fillCrowd(s, dsn)
	if err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	one, tag, people := activityIRI(sampleLMS, 7), uuid.NewString(), b.size/crowdEach
	add := func(kind, iri string) string {
		return fmt.Sprintf(`{"add":{"id":%q,"capability":%q,"selector":{"kind":%q,"iri":%q}}}`, tag, capability, kind, iri)
	}
	if err := b.preview(s, database, "a tag that 1 in 20 statements are about", add("exact", one), people/2); err != nil {
		return err
	}
	if err := b.preview(s, database, "a tag that all statements are about", add("prefix", sampleLMS+"/mod/page/view.php"), people); err != nil {
		return err
	}
	var applied struct{ Pos int64 }
	if status, err := s.api(http.MethodPost, "/changesets", edits(add("exact", one)), &applied); err != nil || status != http.StatusCreated {
		return fmt.Errorf("a tag is applied with %d: %w", status, err)
	}
	if err := s.settled(); err != nil {
		return err
	}
	if err := b.preview(s, database, "the removal of that tag, from half of the learners", fmt.Sprintf(`{"remove":%q}`, tag), people/2); err != nil {
		return err
	}
	fmt.Printf("    most memory of the server: %.0f MB\n", resident(s.process.Process.Pid))
	return nil
}

// edits is one edit for the whole instance, as the API takes it.
func edits(one string) []byte {
	return fmt.Appendf(nil, `{"scope":{"kind":"instance"},"edits":[%s]}`, one)
}

// found is how far a preview has come.
type found struct {
	ID      string
	Done    bool
	Checked int
	Of      int
	People  struct{ Gain, Lose int }
}

// preview asks for a preview and then again until it is done. It has to find as many people who gain or lose.
func (b *bench) preview(s *server, database, of, edit string, touched int) error {
	var p found
	steps, before := 0, 0
	began := time.Now()
	status, err := s.api(http.MethodPost, "/previews", edits(edit), &p)
	for ; err == nil && status == http.StatusAccepted; status, err = s.api(http.MethodGet, "/previews/"+p.ID, nil, &p) {
		if p.Checked > before {
			steps, before = steps+1, p.Checked
		}
		if time.Since(began) > 10*time.Minute {
			return errors.New("a preview is not done after 10 minutes")
		}
		time.Sleep(50 * time.Millisecond)
	}
	took := time.Since(began)
	switch {
	case err != nil || status != http.StatusOK:
		return fmt.Errorf("a preview of %s is answered %d: %w", of, status, err)
	case p.People.Gain+p.People.Lose != touched:
		return fmt.Errorf("a preview of %s found %+v, not %d", of, p.People, touched)
	}
	b.table.put(row{
		work:     fmt.Sprintf("preview of %s; %s statements, %s learners, %s", of, figure(float64(b.size)), figure(float64(b.size/crowdEach)), database),
		measured: fmt.Sprintf("%s, its progress was told %d times", took.Round(10*time.Millisecond), steps), limit: "-", ratio: "-",
		target: fmt.Sprintf("%.0f s, or a job with progress", previewMost.Seconds()), met: yes(took <= previewMost || steps > 1),
	})
	return nil
}

// api calls Cairn's own API and reads what it answers.
func (s *server) api(method, path string, body []byte, into any) (status int, err error) {
	r, err := http.NewRequestWithContext(s.b.ctx, method, s.base+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.SetBasicAuth(s.key, s.secret)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode, json.NewDecoder(answer.Body).Decode(into)
}
