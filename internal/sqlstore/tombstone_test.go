package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/xapi/lrs"
)

// An older copy that was restored knows nothing of an erasure; with the tombstones it is done again, and only for what was before.
func TestTombstonesEraseAgainInARestoredCopy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, session := enrolled(t, d)
		erase(t, l, find(t, l.s, zoe))
		stones, err := l.s.Tombstones(context.Background())
		if err != nil || len(stones.People) == 0 {
			t.Fatalf("%d tombstones, %v", len(stones.People), err)
		}
		text, err := json.Marshal(stones)
		if err != nil || strings.Contains(string(text), zoe) || strings.Contains(string(text), session.Learner) {
			t.Fatalf("the file names her: %s, %v", text, err)
		}
		older := storetest.Database{Name: d.Name, DSN: d.DSN, Clock: d.Clock}
		if d.Name == "postgres" {
			older = storetest.Postgres(t)
			older.Clock = d.Clock
		} else {
			older.DSN = filepath.Join(t.TempDir(), "older.db")
		}
		copied, _ := enrolled(t, older) // a copy in which she still is, with a key of its own
		d.Clock.Move(time.Hour)
		if _, _, err := copied.s.ApplyTombstones(context.Background(), sqlstore.Tombstones{}); !errors.Is(err, sqlstore.ErrTombstones) {
			t.Errorf("any file is taken: %v", err)
		}
		for i := range stones.People { // the copy was made in a later life of the test's clock
			stones.People[i].Erased = d.Clock.Now()
		}
		people, total, err := copied.s.ApplyTombstones(context.Background(), stones)
		if err != nil || people != 1 || total.Statements == 0 {
			t.Fatalf("%d people, %+v, %v", people, total, err)
		}
		if where := mentions(t, older, zoe); len(where) > 0 {
			t.Errorf("she is still in %v", where)
		}
		if people, _, err := copied.s.ApplyTombstones(context.Background(), stones); err != nil || people != 0 {
			t.Errorf("the second time it erased %d, %v", people, err)
		}
		if err := copied.s.Add(context.Background(), storetest.Key, storetest.PrepareJSON(t, did(60, agentJSON(zoe), quizObject), storetest.Key.ID)); err != nil || copied.s.Dropped() != 1 {
			t.Errorf("her statement was not dropped: %v", err)
		}
	})
}

// quality.md, "Security": also byte for byte, in the file and its log.
func TestErasureLeavesNoByteInTheFile(t *testing.T) {
	d := storetest.SQLite(t)
	l, session := enrolled(t, d)
	erase(t, l, find(t, l.s, zoe))
	if err := l.s.Compact(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{d.DSN, d.DSN + "-wal"} {
		text, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		for _, word := range []string{zoe, session.Learner, session.Account} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s still holds %s", filepath.Base(name), word)
			}
		}
	}
}

// quality.md, "Security": export by learner. It has every kind, attachments too, and no token.
func TestExportTellsEverythingAboutAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		p := find(t, l.s, zoe)
		kinds, statements := map[string]int{}, 0
		if err := l.s.ExportPerson(context.Background(), p, func(line sqlstore.PersonLine) error {
			kinds[line.Kind]++
			text, err := json.Marshal(line)
			if err != nil {
				return err
			}
			if strings.Contains(string(text), "hash-") {
				t.Errorf("a token is told: %s", text)
			}
			if line.Kind == "statement" {
				statements++
				if !strings.Contains(string(text), zoe) {
					t.Errorf("a statement of others is told: %s", text)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		holding, err := l.s.Holding(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		if int64(statements) != holding.Counts["statements"]+holding.Counts["named"] || statements != 11 {
			t.Errorf("%d statements are told, %v are held", statements, holding.Counts)
		}
		for _, kind := range []string{"person", "statement", "account", "account_claim", "account_link", "agent_link", "session", "membership", "document", "roster", "evidence", "progress", "transition", "delivery", "event"} {
			if kinds[kind] == 0 {
				t.Errorf("no %s is told: %v", kind, kinds)
			}
		}
		if err := l.s.ExportPerson(context.Background(), p, func(sqlstore.PersonLine) error { return io.ErrShortWrite }); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("a full disk goes unnoticed: %v", err)
		}
	})
}

// The data of an attachment stays as long as another statement came with it.
func TestErasureKeepsDataThatOthersSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, _ := enrolled(t, d)
		with := func(id int, actor, data string) {
			sha2 := fmt.Sprintf("%x", sha256.Sum256([]byte(data)))
			p := storetest.PrepareJSON(t, strings.TrimSuffix(did(id, actor, quizObject), "}")+`,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":`+
				fmt.Sprint(len(data))+`,"sha2":"`+sha2+`"}]}`, storetest.Key.ID)
			p[0].Attachments[0].Data = []byte(data)
			if err := l.s.Add(context.Background(), storetest.Key, p); err != nil {
				t.Fatal(err)
			}
		}
		with(70, agentJSON(zoe), "hers alone")
		with(71, agentJSON(zoe), "of both")
		with(72, agentJSON("tom"), "of both")
		erase(t, l, find(t, l.s, zoe))
		if n := count(t, d, "attachment"); n != 1 {
			t.Errorf("%d contents are left", n)
		}
		if where := mentions(t, d, "hers alone"); len(where) > 0 {
			t.Errorf("hers is left in %v", where)
		}
		if _, err := l.s.Statement(context.Background(), storetest.ID(72), false); errors.Is(err, lrs.ErrNotFound) {
			t.Error("his statement is gone")
		}
	})
}
