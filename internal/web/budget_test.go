package web_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"testing"
)

// TestPagesKeepToTheirBudgets holds what pages.md 5 allows, compressed as a proxy does.
func TestPagesKeepToTheirBudgets(t *testing.T) {
	file := func(name string) []byte {
		body, err := os.ReadFile("static/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	w := newWorld(t)
	crowd(w)
	visitedLong(w)
	for name, b := range map[string]struct {
		body []byte
		most int // bytes
	}{
		"style sheet": {file("app.css"), 12 << 10},
		"script":      {file("app.js"), 8 << 10},
		"overview":    {w.get("amara", "/me").Body.Bytes(), 30 << 10},
		"people":      {w.get("tove", "/course/people").Body.Bytes(), 30 << 10},
		"record":      {w.get("amara", "/me/record").Body.Bytes(), 30 << 10},
		"long list":   {w.get("amara", "/me/list").Body.Bytes(), 30 << 10},
	} {
		if got := compressed(t, b.body); got > b.most {
			t.Errorf("%s has %d bytes compressed, at most %d", name, got, b.most)
		}
	}
}

func compressed(t *testing.T, body []byte) int {
	t.Helper()
	if len(body) < 500 {
		t.Fatalf("next to nothing to compress: %s", body)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}
