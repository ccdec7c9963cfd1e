package web_test

import (
	"strings"
	"testing"
)

func TestSmoke(t *testing.T) {
	w := newWorld(t)
	for _, p := range []struct{ who, path string }{{"amara", "/me"}, {"amara", "/me/list"}, {"amara", "/me/section/" + w.capability6()}, {"amara", "/me/capability/" + w.capability("6.1-L2")}, {"tove", "/course/activities"}, {"tove", "/course/history"}} {
		r := w.get(p.who, p.path)
		t.Log(p.path, r.Code, r.Body.Len())
		if r.Code != 200 || strings.Contains(r.Body.String(), "no value") {
			t.Error(r.Body.String(), w.log.String())
		}
	}
}
