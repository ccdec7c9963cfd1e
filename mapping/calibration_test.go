package mapping_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestRatingsStandBesideEvidenceByArchetype(t *testing.T) {
	rated := func(now mapping.RatingWord, s mapping.State, archetypes ...string) mapping.Rated {
		return mapping.Rated{Node: mapping.Node{Archetypes: archetypes}, Now: now, State: s}
	}
	ratings := []mapping.Rated{
		rated(mapping.RatingOnOwn, mapping.Evidenced, "U"), rated(mapping.RatingHelpOthers, mapping.Expiring, "U", "D"),
		rated(mapping.RatingHelpOthers, mapping.InProgress, "D"), rated(mapping.RatingWithHelp, mapping.Evidenced, "U"),
		rated(mapping.RatingNotTried, mapping.Expired, "U"), rated(mapping.RatingNone, mapping.Evidenced, "U"),
	}
	want := []mapping.Calibration{
		{Archetype: "D", Rated: 2, Both: 1, Said: 1}, {Archetype: "U", Rated: 4, Both: 2, Evidence: 1, Neither: 1}, {Archetype: "S"},
	}
	if diff := cmp.Diff(want, mapping.Calibrate([]string{"D", "U", "S"}, ratings)); diff != "" {
		t.Error(diff)
	}
	forAll := mapping.Calibrate(nil, []mapping.Rated{rated(mapping.RatingOnOwn, mapping.NotStarted)})
	if diff := cmp.Diff([]mapping.Calibration{{Rated: 1, Said: 1}}, forAll); diff != "" {
		t.Error(diff)
	}
}
