package web

import (
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/lti"
)

// moduleOf is the activity that the platform itself keeps for the link: what its statements name when the link is viewed, graded
// or completed. Moodle tells the number of the course module in the message hint alone; the platform has answered to that hint
// for this very link, so it is not only the browser's word.
func moduleOf(l *lti.Launch, reg Registration) string {
	if reg.ModulePattern == "" {
		return ""
	}
	var hint struct {
		Module jsontext.Value `json:"cmid"`
	}
	if json.Unmarshal([]byte(l.Login.MessageHint), &hint) != nil {
		return ""
	}
	number := strings.Trim(string(hint.Module), `"`)
	if number == "" || strings.Trim(number, "0123456789") != "" {
		return ""
	}
	return strings.NewReplacer("{issuer}", strings.TrimSuffix(reg.Issuer, "/"), "{cmid}", number).Replace(reg.ModulePattern)
}
