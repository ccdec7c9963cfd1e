package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

// statementForm is a statement of about 1.1 KB, in the shape of those that Moodle's plugin sends. Gaps: id, actor (name of the
// account), verb, activity, event time, course, LMS, xAPI registration.
const statementForm = `{"id":"%[1]s","actor":{"name":"Learner %[2]s","account":{"homePage":"%[7]s","name":"%[2]s"}},` +
	`"verb":{"id":"%[3]s","display":{"en":"Completed"}},"object":{"objectType":"Activity","id":"%[7]s/mod/page/view.php?id=%[4]d",` +
	`"definition":{"type":"https://w3id.org/xapi/acrossx/activities/page","name":{"en":"Activity number %[4]d of the course"}}},` +
	`"timestamp":"%[5]s","context":{"platform":"Moodle","language":"en","registration":"%[8]s",` +
	`"extensions":{"http://lrs.learninglocker.net/define/extensions/info":{"http://moodle.org":"4.5.6 (Build: 20250811)",` +
	`"event_name":"\\core\\event\\course_module_completion_updated"}},"contextActivities":{"parent":[` +
	`{"objectType":"Activity","id":"%[7]s/course/view.php?id=%[6]d","definition":{"type":"https://w3id.org/xapi/cmi5/activitytype/course","name":{"en":"Course %[6]d"}}}],` +
	`"category":[{"objectType":"Activity","id":"%[7]s","definition":{"type":"http://id.tincanapi.com/activitytype/lms","name":{"en":"The LMS"}}}]}},` +
	`"result":{"completion":true,"success":true,"score":{"raw":8,"min":0,"max":10}}}`

var verbs = []string{
	"http://adlnet.gov/expapi/verbs/completed", "http://id.tincanapi.com/verb/viewed", "http://adlnet.gov/expapi/verbs/answered",
	"http://adlnet.gov/expapi/verbs/passed",
}

// Spread of the generated statements: batches overlap in people and activities, as those of one course do.
const (
	people     = 500
	activities = 200
	courses    = 10
)

// sampleLMS is the LMS of statements that nobody folds.
const sampleLMS = "https://lms.example.org"

func activityIRI(lms string, number int) string {
	return fmt.Sprintf("%s/mod/page/view.php?id=%d", lms, number)
}

// generator answers a source of statements; the same worker always sends the same people and activities.
func generator(worker int) func(*bytes.Buffer) { return source(sampleLMS, worker, people, activities) }

// generatorFor answers a source of statements of an LMS about the people who have launched from it.
func generatorFor(lms string) func(*bytes.Buffer) { return source(lms, 0, launchPeople, activities) }

func source(lms string, worker, people, activities int) func(*bytes.Buffer) {
	random := rand.New(rand.NewPCG(uint64(worker), 1))
	return func(out *bytes.Buffer) {
		id := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rand.Uint32(), rand.Uint32()&0xffff, random.Uint32()&0xfff, random.Uint32()&0xfff, rand.Uint64()&0xffffffffffff)
		write(out, lms, id, fmt.Sprint(100+random.IntN(people)), verbs[random.IntN(len(verbs))], random.IntN(activities))
	}
}

// statementOf is a completed statement of one person, the number-th of its kind.
func statementOf(lms, user string, number, activity int) []byte {
	var out bytes.Buffer
	write(&out, lms, fmt.Sprintf("00000000-0000-4000-8000-%012x", number), user, verbs[0], activity)
	return out.Bytes()
}

func write(out *bytes.Buffer, lms, id, user, verb string, activity int) {
	at := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	fmt.Fprintf(out, statementForm, id, user, verb, activity, at, activity%courses, lms, registrationOf(user))
}

// registrationOf is the xAPI registration of everything that a person does.
func registrationOf(user string) string { return fmt.Sprintf("d687696d-000b-524d-8c22-%012s", user) }

// body is a batch as JSON; a batch of one is the statement itself.
func body(next func(*bytes.Buffer), batch int) []byte {
	var out bytes.Buffer
	if batch == 1 {
		next(&out)
		return out.Bytes()
	}
	out.WriteByte('[')
	for i := range batch {
		if i > 0 {
			out.WriteByte(',')
		}
		next(&out)
	}
	out.WriteByte(']')
	return out.Bytes()
}
