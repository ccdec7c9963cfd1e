package storetest

import (
	"fmt"
	"strings"
	"testing"

	"cairn/xapi"
)

// Prepare1K makes statements of about 1.1 kB as learning platforms send them, from the number given on: 8 verbs, 500 people,
// 300 activities in 20 courses, each with its definition, course, parent and category.
func Prepare1K(t testing.TB, from, n int) []xapi.Prepared {
	raw := make([]string, n)
	for i := range raw {
		raw[i] = statement1K(from + i)
	}
	return PrepareJSON(t, "["+strings.Join(raw, ",")+"]", Key.ID)
}

func statement1K(i int) string {
	mixed := uint32(i) * 2654435761 >> 8 // spreads neighbours
	person, activity := mixed%500, mixed/500%300
	course := activity % 20
	return fmt.Sprintf(`{"actor":{"objectType":"Agent","name":"Person %d","account":{"homePage":"https://lms.example.org","name":"%d"}},`+
		`"verb":{"id":"http://adlnet.gov/expapi/verbs/verb%d","display":{"en":"verb number %d"}},`+
		`"object":{"objectType":"Activity","id":"https://lms.example.org/mod/quiz/view.php?id=%d","definition":{"type":"http://adlnet.gov/expapi/activities/assessment","name":{"en":"Quiz number %d of the course"}}},`+
		`"result":{"score":{"scaled":0.%d,"raw":%d,"min":0,"max":100},"success":true,"completion":true,"duration":"PT%dS"},`+
		`"context":{"platform":"Moodle","language":"en","contextActivities":{"parent":[{"objectType":"Activity","id":"https://lms.example.org/course/section.php?id=%d"}],`+
		`"grouping":[{"objectType":"Activity","id":"https://lms.example.org/course/view.php?id=%d","definition":{"type":"http://lrs.learninglocker.net/define/type/moodle/course","name":{"en":"Course %d"}}}],`+
		`"category":[{"objectType":"Activity","id":"http://moodle.org","definition":{"type":"http://id.tincanapi.com/activitytype/source","name":{"en":"Moodle"}}}]},`+
		`"extensions":{"http://lrs.example.org/define/extensions/info":{"event":"attempt_submitted","plugin":"logstore","number":%d}}}}`,
		person, person, i%8, i%8, activity, activity, 10+i%90, 10+i%90, 60+i%600, activity/4, course, course, i)
}
