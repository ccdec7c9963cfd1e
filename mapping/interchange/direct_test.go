package interchange_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
	"cairn/mapping/interchange"
)

// TestRelatedSkillsOfDirectAreRelations: the report says how many, what else is left out, and the way out and in again loses nothing.
func TestRelatedSkillsOfDirectAreRelations(t *testing.T) {
	const table = "competency_domain,competency,skill,description,slug,related_skills,tools_languages_methodologies,learning_resources\n" +
		"Data,,,About data,data,,,\n,Engineering,,,engineering,,,\n,,Databases,Keeps data,databases,wrangling| queries |nowhere,SQL,a book\n" +
		",,Wrangling,,wrangling,databases|wrangling,,\n,,Queries,,queries,engineering,,\n"
	got, err := interchange.Read(mapping.Meta{ID: "direct", Title: "DIRECT", Version: "1"}, "direct.csv", []byte(table), nothing)
	if err != nil {
		t.Fatal(err)
	}
	id := func(slug string) string { return mapping.ItemID("direct", slug) }
	want := mapping.SortRelations([]mapping.Relation{
		{From: id("databases"), Type: mapping.RelationRelatedTo, To: id("wrangling")}, {From: id("databases"), Type: mapping.RelationRelatedTo, To: id("queries")},
		{From: id("wrangling"), Type: mapping.RelationRelatedTo, To: id("databases")}, {From: id("queries"), Type: mapping.RelationRelatedTo, To: id("engineering")},
	})
	if diff := cmp.Diff(want, got.Framework.Relations); diff != "" {
		t.Errorf("relations (-want +got):\n%s", diff)
	}
	report := mapping.Fidelity{
		Format: "DIRECT", Kept: []mapping.FidelityLine{{What: "sections", Count: 2}, {What: "capabilities", Count: 3}},
		Mapped: []mapping.FidelityLine{{What: "related skills", Count: 4, Note: "relations of the kind isRelatedTo"}},
		Dropped: []mapping.FidelityLine{{What: "related skills", Count: 2, Note: "they name no other row of the table, or one twice"},
			{What: "tools languages methodologies", Count: 1, Note: "a framework of Cairn has no place for it"},
			{What: "learning resources", Count: 1, Note: "a framework of Cairn has no place for it"}},
	}
	if diff := cmp.Diff(report, got.Report); diff != "" {
		t.Errorf("report (-want +got):\n%s", diff)
	}
	for _, format := range []interchange.Format{interchange.CASE, interchange.CSV} {
		again, err := interchange.Read(mapping.Meta{}, "any name", export(t, format, got.Framework), nothing)
		if diff := cmp.Diff(got.Framework, again.Framework); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", format, err, diff)
		}
	}
}
