package caserest

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// selectable are the fields that objects of CASE have. One that an object lacks is no error; one that none has is.
var selectable = []string{
	"identifier", "uri", "frameworkType", "caseVersion", "creator", "title", "lastChangeDateTime", "officialSourceURL", "publisher",
	"description", "subject", "subjectURI", "language", "version", "adoptionStatus", "statusStartDate", "statusEndDate", "licenseURI", "notes",
	"CFPackageURI", "extensions", "fullStatement", "alternativeLabel", "CFItemType", "CFItemTypeURI", "humanCodingScheme", "listEnumeration",
	"abbreviatedStatement", "conceptKeywords", "conceptKeywordsURI", "educationLevel", "CFDocumentURI", "associationType", "sequenceNumber",
	"originNodeURI", "destinationNodeURI", "CFAssociationGroupingURI", "CFItem", "CFAssociations", "CFConcepts", "CFItemTypes",
}

// selected cuts an object to some of its fields, named with commas between.
func selected(object []byte, fields string) ([]byte, error) {
	names := strings.Split(fields, ",")
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		if !slices.Contains(selectable, names[i]) {
			return nil, badQuery(minorSelection, "fields", strconv.Quote(names[i])+" is no field of CASE.")
		}
	}
	members := map[string]jsontext.Value{}
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, err
	}
	for name := range members {
		if !slices.Contains(names, name) {
			delete(members, name)
		}
	}
	return json.Marshal(members, json.Deterministic(true))
}

// changedAt is when what is told of a version last changed.
func (x *index) changedAt() time.Time {
	if x.Retired.After(x.Published) {
		return x.Retired
	}
	return x.Published
}
