package casefmt

import (
	"slices"

	"cairn/mapping"
)

// In is the package in the words of a version of CASE: 1.0 knows no extensions, no version of CASE, and fewer relations.
func (p Package) In(v Version) Package {
	if v != V1p0 {
		return p
	}
	p.Document.CaseVersion, p.Document.Extensions = "", nil
	p.Items = slices.Clone(p.Items)
	for i := range p.Items {
		p.Items[i].Extensions = nil
	}
	p.Associations = slices.DeleteFunc(slices.Clone(p.Associations), func(a Association) bool { return !in1p0(a.Type) })
	return p
}

func in1p0(relation string) bool {
	t, ok := mapping.ParseRelationType(relation)
	return ok && t != mapping.RelationTranslationOf && len(relation) > 4 && relation[:4] != "ext:"
}

// Knows says whether a version of CASE has the relation of an association.
func Knows(v Version, a Association) bool { return v != V1p0 || in1p0(a.Type) }
