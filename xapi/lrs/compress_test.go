package lrs_test

import (
	"compress/gzip"
	"io"
	"strconv"
	"strings"
	"testing"
)

func TestAnswersArePackedForThoseWhoTakeIt(t *testing.T) {
	s := serve(t)
	for n := range 20 {
		s.post(t, "", statement(n, ""))
	}
	d := documentResources[0]
	s.put(t, d.at("long"), strings.Repeat("x", 5000), "text/plain")
	whole := s.do(t, call{path: statements, header: map[string]string{"Accept-Encoding": "identity"}})
	for name, c := range map[string]struct {
		path, method, accepts string
		packed                bool
	}{
		"a page":                   {statements, "GET", "gzip, deflate", true},
		"a page with attachments":  {statements + "?attachments=true", "GET", "br;q=1.0, GZIP;q=0.5", true},
		"gzip refused":             {statements, "GET", "gzip;q=0, *", false},
		"something odd":            {statements, "GET", "gzip;x", false},
		"something else":           {statements, "GET", "br", false},
		"short":                    {statements + "?limit=1", "GET", "gzip", false},
		"with a tag of its octets": {d.at("long"), "GET", "gzip", false},
		"HEAD":                     {statements, "HEAD", "gzip", false},
		"a refusal":                {statements + "?x=" + strings.Repeat("y", 3000), "GET", "gzip", false},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.do(t, call{path: c.path, method: c.method, header: map[string]string{"Accept-Encoding": c.accepts}})
			if packed := got.header.Get("Content-Encoding") == "gzip"; packed != c.packed {
				t.Fatal(got.header)
			}
			if !c.packed {
				if n := got.header.Get("Content-Length"); c.method == "GET" && n != strconv.Itoa(len(got.body)) {
					t.Error(n)
				}
				return
			}
			r, err := gzip.NewReader(strings.NewReader(got.body))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(r)
			if err != nil || got.header.Get("Vary") != "Accept-Encoding" || c.path == statements && string(body) != whole.body {
				t.Error(err, got.header, string(body))
			}
		})
	}
}
