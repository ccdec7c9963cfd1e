package xapi_test

import (
	"testing"

	"cairn/xapi"
)

// FuzzForms holds that every statement that is accepted can be given in every form, that the form canonical is a valid statement
// about the same, and that giving it twice changes nothing more.
func FuzzForms(f *testing.F) {
	seeds(f, "testdata/valid", "testdata/moodle")
	f.Fuzz(func(t *testing.T, raw []byte, two bool) {
		v := xapi.V1
		if two {
			v = xapi.V2
		}
		batch, err := xapi.Prepare(raw, options(v))
		if err != nil {
			return
		}
		for _, p := range batch {
			out := p.JSON(stored)
			activities, err := xapi.ActivitiesOf(out)
			if err != nil {
				t.Fatal(err)
			}
			definitions := map[string][]byte{}
			for _, id := range activities {
				definitions[id] = []byte(`{"name":{"en":"x","fr":"y"}}`)
			}
			for _, given := range []map[string][]byte{nil, definitions} {
				canonical, err := xapi.Canonical(out, []string{"fr", "en"}, given)
				if err != nil {
					t.Fatal(err)
				}
				if err := xapi.Check(canonical, xapi.V2); err != nil {
					t.Fatalf("%v\n%s\n%s", err, out, canonical)
				}
				again, err := xapi.Canonical(canonical, []string{"fr", "en"}, given)
				if err != nil || string(again) != string(canonical) {
					t.Errorf("%v\n%s\n%s", err, canonical, again)
				}
			}
			ids, err := xapi.IDs(out)
			if err != nil || len(ids) > len(out) {
				t.Errorf("%v\n%s\n%s", err, out, ids)
			}
		}
	})
}

func TestBestLanguage(t *testing.T) {
	for _, c := range []struct {
		tags, asked []string
		want        string
	}{
		{nil, []string{"en"}, ""},
		{[]string{"de", "en"}, nil, "en"},
		{[]string{"de", "und"}, nil, "und"},
		{[]string{"de", "fr"}, []string{"it"}, "de"},
		{[]string{"de", "fr"}, []string{"it", "*"}, "de"},
		{[]string{"en", "fr-CA", "fr"}, []string{"fr"}, "fr"},
		{[]string{"en", "fr-CA"}, []string{"FR"}, "fr-CA"},
		{[]string{"en", "frs"}, []string{"fr"}, "en"},
		{[]string{"en", "zh-Hant"}, []string{"zh-Hant-TW"}, "zh-Hant"},
		{[]string{"en", "zh"}, []string{"zh-Hant-TW", "en"}, "zh"},
	} {
		if got := xapi.BestLanguage(c.tags, c.asked); got != c.want {
			t.Errorf("%v for %v: %q, want %q", c.tags, c.asked, got, c.want)
		}
	}
}
