package lti

import (
	"net/url"
	"strings"
)

// The custom parameters by which a course copy is known (LTI Core 1.3, 6.1 and appendix B, $Context.id.history and
// $ResourceLink.id.history): the ids that the course and the link were copied from, the last first. Moodle fills in neither, so the id
// in a link's own custom parameters has to do there.
const (
	CustomContextHistory = "context_id_history"
	CustomLinkHistory    = "resource_link_id_history"
)

// HistoryParameters are the custom parameters to register with, so that launches bring what ContextHistory and LinkHistory read
// (Core 1.3, appendix B).
func HistoryParameters() map[string]string {
	return map[string]string{CustomContextHistory: "$Context.id.history", CustomLinkHistory: "$ResourceLink.id.history"}
}

// ContextHistory answers the ids of the courses that this one was copied from, the last first (Core 1.3, appendix B,
// $Context.id.history); nil when it is not told.
func (l *Launch) ContextHistory() []string { return history(l.Custom[CustomContextHistory]) }

// LinkHistory answers the ids of the resource links that this one was copied from, the last first (Core 1.3, appendix B,
// $ResourceLink.id.history); nil when it is not told.
func (l *Launch) LinkHistory() []string { return history(l.Custom[CustomLinkHistory]) }

// maxHistory bounds how many copies are followed.
const maxHistory = 50

// history reads a list of ids with commas between; an id is percent-encoded where it holds one.
func history(list string) []string {
	var ids []string
	for part := range strings.SplitSeq(list, ",") {
		id, err := url.PathUnescape(strings.TrimSpace(part))
		if err == nil && id != "" && len(id) <= 4*maxID && len(ids) < maxHistory {
			ids = append(ids, id)
		}
	}
	return ids
}

// Return answers the platform's return address with a message for the person, and with one that tells of a failure (LTI Core 1.3, 5.4.4);
// "" when the platform gave none. What the address carries of its own stays.
func (p Presentation) Return(message, failure string) string {
	u, err := url.Parse(p.ReturnURL)
	if err != nil || webAddress(p.ReturnURL) == "" {
		return ""
	}
	return withQuery(u, map[string]string{"lti_msg": message, "lti_errormsg": failure}).String()
}
