package mapping

import (
	"errors"
	"fmt"
	"slices"
)

// ErrFate says that what is to become of an item does not go with the items that are to replace it.
var ErrFate = errors.New("mapping: exact and narrower go with one item that replaces it, split with two or more, retired with none")

// Check says whether so many items may replace one that has this fate. ErrFate.
func (f Fate) Check(heirs int) error {
	ok := false
	switch f {
	case FateExact, FateNarrower:
		ok = heirs == 1
	case FateSplit:
		ok = heirs >= 2
	case FateRetired:
		ok = heirs == 0
	}
	if !ok {
		return fmt.Errorf("%w: %q with %d", ErrFate, string(f), heirs)
	}
	return nil
}

// WithFate answers the framework as a version in which an item of an earlier version, which this one has not, is replaced by some of its
// own (ids), as CASE says it: replacedBy, and isPartOf where one item is only a part of it. What was said of the item before goes. It
// is what Diff then finds. ErrFate, also when a replacing item is not in the framework.
func (f Framework) WithFate(old string, fate Fate, heirs []string) (Framework, error) {
	if err := fate.Check(len(heirs)); err != nil {
		return f, err
	}
	is := nodesByID(f)
	f.Relations = slices.DeleteFunc(slices.Clone(f.Relations), func(r Relation) bool {
		return r.Type == RelationReplacedBy && LastUUID(r.From) == old || r.Type == RelationPartOf && LastUUID(r.To) == old
	})
	for _, heir := range heirs {
		if _, here := is[heir]; !here {
			return f, fmt.Errorf("%w: %s is not in the framework", ErrFate, heir)
		}
		f.Relations = append(f.Relations, Relation{From: "urn:uuid:" + old, Type: RelationReplacedBy, To: heir})
	}
	if fate == FateNarrower {
		f.Relations = append(f.Relations, Relation{From: heirs[0], Type: RelationPartOf, To: "urn:uuid:" + old})
	}
	f.Relations = SortRelations(f.Relations)
	return f, nil
}
