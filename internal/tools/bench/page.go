package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"cairn/internal/sqlstore"
	"cairn/lti/ltitest"
	"cairn/mapping"
)

// What the pages are measured over (quality.md, "Targets").
const (
	pageCapabilities = 195 // tracked, each with a tag
	pageEvidence     = 500 // items of the learner whose page is opened
	cohortPeople     = 500 // learners of the course
	cohortEvidence   = 20  // items of each of the others
	pageHTML         = 30 << 10
)

// pages measures a learner's page and the page of a cohort, one request after the other, and how large they are.
func (b *bench) pages() error {
	dsn := filepath.Join(b.dir, "page.db")
	s, err := b.prepare(dsn)
	if err != nil {
		return err
	}
	platform, link, err := b.platformOf(s, cohortPeople)
	if err != nil {
		return err
	}
	defer func() { _ = platform.Close() }()
	if err := b.fillCohort(s, dsn, platform, link); err != nil {
		return err
	}
	if err := s.start(); err != nil {
		return err
	}
	defer s.stop()
	if err := s.settled(); err != nil {
		return err
	}
	for _, p := range []struct {
		work, user, path string
		most             time.Duration
	}{
		{fmt.Sprintf("learner page, %d capabilities, %d items of evidence", pageCapabilities, pageEvidence), cohortSub(0), "me?role=all", 20 * time.Millisecond},
		{fmt.Sprintf("cohort page, %d learners, 25 shown", cohortPeople), teacherSub, "course/people", 200 * time.Millisecond},
	} {
		if err := b.page(s, platform, link, p.work, p.user, p.path, p.most); err != nil {
			return fmt.Errorf("%s: %w", p.work, err)
		}
	}
	return nil
}

// fillCohort makes what the pages show: everybody has launched, all that is tracked is tagged, and people have evidence. The server
// that took the launches has stopped.
func (b *bench) fillCohort(s *server, dsn string, p *ltitest.Platform, link string) error {
	if err := s.start(); err != nil {
		return err
	}
	client := browser()
	for i := range cohortPeople {
		if _, err := launchFor(client, s.base, p, cohortSub(i), link); err != nil {
			return err
		}
	}
	s.stop()
	store, err := sqlstore.Open(b.ctx, dsn, sqlstore.Options{Now: time.Now})
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if _, err := store.PublishFramework(b.ctx, wholeFramework(), s.base); err != nil {
		return err
	}
	if err := tag(b.ctx, store, p.Issuer(), pageCapabilities); err != nil {
		return err
	}
	sent := 0
	return b.append(store, s, pageEvidence+(cohortPeople-1)*cohortEvidence, func(out *bytes.Buffer) {
		who, activity := 0, sent
		if sent >= pageEvidence {
			who, activity = 1+(sent-pageEvidence)%(cohortPeople-1), sent*7
		}
		sent++
		out.Write(statementOf(p.Issuer(), cohortSub(who), sent, activity%pageCapabilities))
	})
}

// wholeFramework is a version of the built-in framework with as many capabilities as the published one has statements.
func wholeFramework() mapping.Framework {
	f := mapping.Builtin()
	f.Version = "bench"
	var sections []string
	tracked := 0
	for _, n := range f.Items {
		if n.Kind == mapping.NodeSection {
			sections = append(sections, n.ID)
		} else {
			tracked++
		}
	}
	for i := range pageCapabilities - tracked {
		id := uuid.NewSHA1(uuid.NameSpaceOID, fmt.Appendf(nil, "bench %d", i)).String()
		f.Items = append(f.Items, mapping.Node{ID: id, Code: fmt.Sprintf("B%d", i), Parent: sections[i%len(sections)], Kind: mapping.NodeCapability,
			Title: fmt.Sprintf("Use what number %d of the statements asks for in daily work", i), Level: 1 + i%4})
	}
	return f
}

// page opens one page again and again.
func (b *bench) page(s *server, p *ltitest.Platform, link, work, user, path string, most time.Duration) error {
	client := browser()
	v, err := launchFor(client, s.base, p, user, link)
	if err != nil {
		return err
	}
	at, _, _ := strings.Cut(v.address, "/s/")
	token, _, _ := strings.Cut(strings.TrimPrefix(v.address, at+"/s/"), "/")
	v.address = at + "/s/" + token + "/" + path
	html, err := v.open(client) // the first one reads the list of the course
	if err != nil {
		return err
	}
	took, spent := make([]time.Duration, b.count/4), cpu(s.process.Process.Pid)
	for i := range took {
		began := time.Now()
		if _, err := v.open(client); err != nil {
			return err
		}
		took[i] = time.Since(began)
	}
	spent = (cpu(s.process.Process.Pid) - spent) / time.Duration(len(took))
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	b.table.put(row{fmt.Sprintf("%s, one after the other, p99 (p50 %s, processor %s), SQLite", work, p50.Round(10*time.Microsecond), spent.Round(10*time.Microsecond)), p99.Round(10 * time.Microsecond).String(), "-", "-", most.String(), yes(p99 <= most)})
	size, err := compressed(html)
	if err != nil {
		return err
	}
	b.table.put(row{fmt.Sprintf("HTML of it, compressed (%d KB as it is)", len(html)>>10), fmt.Sprintf("%.1f KB", float64(size)/1024), "-", "-", "30 KB", yes(size <= pageHTML)})
	return nil
}

// compressed is how many bytes a page has on its way, as a proxy packs it.
func compressed(page []byte) (int, error) {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(page); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	return out.Len(), nil
}
