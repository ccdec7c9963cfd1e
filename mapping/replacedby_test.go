package mapping_test

import (
	"testing"

	"cairn/mapping"
)

// TestReplacedByInOurCSV is what README says of it: a line of the whole names what replaces an old item, two lines split it, and a new
// item may say that it is only a part.
func TestReplacedByInOurCSV(t *testing.T) {
	const a, b, one, two, three = "0f5b1f0e-1111-4111-8111-00000000000a", "0f5b1f0e-1111-4111-8111-00000000000b", "0f5b1f0e-1111-4111-8111-000000000001",
		"0f5b1f0e-1111-4111-8111-000000000002", "0f5b1f0e-1111-4111-8111-000000000003"
	read := func(table string) mapping.Framework {
		t.Helper()
		f, err := mapping.Meta{}.Parse("f.csv", []byte(table))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	older := read("id,kind,code,title,version\n,framework,f,F,1\n" + a + ",capability,A,First,\n" + b + ",capability,B,Second,\n")
	newer := read("id,kind,code,title,version,relations\n,framework,f,F,2,\"urn:uuid:" + a + " replacedBy " + one + "\nurn:uuid:" + a + " replacedBy " + two +
		"\nurn:uuid:" + b + " replacedBy " + three + "\"\n" + one + ",capability,C,Third,,\n" + two + ",capability,D,Fourth,,\n" + three + ",capability,E,Fifth,,isPartOf urn:uuid:" + b + "\n")
	d := mapping.Diff(older, newer)
	fates := map[string]mapping.Fate{}
	for _, r := range d.Retired {
		fates[r.ID] = r.Fate
	}
	if fates[a] != mapping.FateSplit || fates[b] != mapping.FateNarrower {
		t.Errorf("%+v", d.Retired)
	}
}
