package ltitest

import (
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
)

// The statements below have the shapes that Moodle's logstore_xapi plugin sends: no id, arrays of parents with section and
// course, the LMS as category, the event in an extension.

// object is one JSON object of a statement.
type object = map[string]any

// Verbs and activity types of the plugin.
const (
	verbCompleted   = "http://adlnet.gov/expapi/verbs/completed"
	verbUncompleted = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/uncompleted"
	verbViewed      = "http://id.tincanapi.com/verb/viewed"
	verbStarted     = "http://activitystrea.ms/schema/1.0/start"
	verbSubmitted   = "http://activitystrea.ms/schema/1.0/submit"
	verbScored      = "https://w3id.org/xapi/tla/verbs/scored"
	verbAnswered    = "http://adlnet.gov/expapi/verbs/answered"
	verbLogin       = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/login"
	verbLogout      = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/logout"

	kindLMS        = "http://id.tincanapi.com/activitytype/lms"
	kindCourse     = "https://w3id.org/xapi/cmi5/activitytype/course"
	kindSection    = "http://id.tincanapi.com/activitytype/section"
	kindAttempt    = "http://adlnet.gov/expapi/activities/attempt"
	kindSubmission = "https://xapi.edlm/profiles/edlm-lms/concepts/activity-types/submission"
	kindQuestion   = "http://adlnet.gov/expapi/activities/cmi.interaction"
)

var verbNames = map[string]string{
	verbCompleted: "Completed", verbUncompleted: "Uncompleted", verbViewed: "Viewed", verbStarted: "Started",
	verbSubmitted: "Submitted", verbScored: "Scored", verbAnswered: "Answered", verbLogin: "Logged In", verbLogout: "Logged Out",
}

var moduleKinds = map[Kind]string{
	Page:       "https://w3id.org/xapi/acrossx/activities/page",
	Quiz:       "http://adlnet.gov/expapi/activities/assessment",
	Assignment: "https://xapi.edlm/profiles/edlm-lms/concepts/activity-types/assignment",
	lti:        "http://adlnet.gov/expapi/activities/media",
}

// event names what happened in the LMS and the function of the plugin that told it.
type event struct{ name, function string }

var (
	eventCompletion = event{`\core\event\course_module_completion_updated`, `\src\transformer\events\core\course_module_completion_updated`}
	eventCourse     = event{`\core\event\course_viewed`, `\src\transformer\events\core\course_viewed`}
	eventLogin      = event{`\core\event\user_loggedin`, `\src\transformer\events\core\user_loggedin`}
	eventLogout     = event{`\core\event\user_loggedout`, `\src\transformer\events\core\user_loggedout`}
	eventStarted    = event{`\mod_quiz\event\attempt_started`, `\src\transformer\events\mod_quiz\attempt_started`}
	eventAttempt    = event{`\mod_quiz\event\attempt_submitted`, `\src\transformer\events\mod_quiz\attempt_submitted\handler`}
	eventSubmitted  = event{`\mod_assign\event\assessable_submitted`, `\src\transformer\events\mod_assign\assignment_submitted`}
	eventGraded     = event{`\mod_assign\event\submission_graded`, `\src\transformer\events\mod_assign\assignment_graded`}
)

// eventViewed is the view of a module, whichever it is.
func eventViewed(k Kind) event {
	return event{fmt.Sprintf(`\mod_%s\event\course_module_viewed`, k), `\src\transformer\events\all\course_module_viewed`}
}

// thing is an activity as it stands in a statement.
func thing(id, kind, name string) object {
	return object{"objectType": "Activity", "id": id, "definition": object{"type": kind, "name": object{"en": name}}}
}

func (p *Platform) lmsThing() object { return thing(p.issuer, kindLMS, p.config.Name) }

func (p *Platform) courseThing(c Course) object {
	return thing(p.issuer+"/course/view.php?id="+c.ID, kindCourse, c.Title)
}

func (p *Platform) sectionThing(c Course, number int) object {
	return thing(fmt.Sprintf("%s/course/section.php?id=%d", p.issuer, p.sectionID(c.ID, number)), kindSection,
		fmt.Sprintf("%s Section %d", c.Title, number))
}

// ModuleIRI is the activity id under which the platform's statements speak of a course module.
func (p *Platform) ModuleIRI(kind Kind, module int) string {
	return fmt.Sprintf("%s/mod/%s/view.php?id=%d", p.issuer, kind, module)
}

func (p *Platform) moduleThing(a Activity) object {
	return thing(p.ModuleIRI(a.Kind, a.Module), moduleKinds[a.Kind], a.Name)
}

// within are the parents of what lies in a module's section: section and course.
func (p *Platform) within(a Activity) []any {
	c, _ := p.course(a.Course)
	return []any{p.sectionThing(c, a.Section), p.courseThing(c)}
}

// actor is the agent the plugin makes of a user, by the setting of the LRS.
func (p *Platform) actor(u User) object {
	switch home := or(p.config.LRS.HomePage, p.issuer); p.config.LRS.Identify {
	case ByMailbox:
		return object{"name": u.Name(), "mbox": "mailto:" + u.Email}
	case ByUsername:
		return object{"name": u.Name(), "account": object{"homePage": home, "name": u.Username}}
	default:
		return object{"name": u.Name(), "account": object{"homePage": home, "name": u.Sub}}
	}
}

// statement begins a statement. A nil parents leaves contextActivities with the category alone.
func (p *Platform) statement(e event, u User, at time.Time, verb string, target object, parents []any) object {
	activities := object{"category": []any{p.lmsThing()}}
	if parents != nil {
		activities["parent"] = parents
	}
	visit := fmt.Sprintf("%s/session/%s/%d", p.issuer, u.Sub, p.visits[u.Sub])
	return object{
		"actor": p.actor(u), "verb": object{"id": verb, "display": object{"en": verbNames[verb]}}, "object": target,
		"timestamp": at.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z"),
		"context": object{
			"platform": "Moodle", "language": "en", "contextActivities": activities,
			"registration": uuid.NewSHA1(uuid.NameSpaceURL, []byte(visit)).String(),
			"extensions": object{"http://lrs.learninglocker.net/define/extensions/info": object{
				"http://moodle.org": Moodle().Release, "https://github.com/xAPI-vle/moodle-logstore_xapi": "5.0.1",
				"event_name": e.name, "event_function": e.function,
			}},
		},
	}
}

// visitStatement tells of login and logout; it has no contextActivities at all.
func (p *Platform) visitStatement(u User, at time.Time, e event, verb string) object {
	s := p.statement(e, u, at, verb, p.lmsThing(), nil)
	delete(s["context"].(object), "contextActivities")
	return s
}

func (p *Platform) courseViewed(u User, at time.Time, c Course) object {
	return p.statement(eventCourse, u, at, verbViewed, p.courseThing(c), nil)
}

func (p *Platform) moduleViewed(u User, at time.Time, a Activity) object {
	return p.statement(eventViewed(a.Kind), u, at, verbViewed, p.moduleThing(a), p.within(a))
}

// completion tells that a module became complete; success is sent for quizzes only.
func (p *Platform) completion(u User, at time.Time, a Activity, success *bool) object {
	s := p.statement(eventCompletion, u, at, verbCompleted, p.moduleThing(a), p.within(a))
	result := object{"completion": true}
	if success != nil {
		result["success"] = *success
	}
	s["result"] = result
	return s
}

func (p *Platform) uncompletion(u User, at time.Time, a Activity) object {
	return p.statement(eventCompletion, u, at, verbUncompleted, p.moduleThing(a), p.within(a))
}

// attempt is one try at a quiz.
type attempt struct {
	number  int
	points  float64
	success bool
	seconds int
}

func (p *Platform) attemptThing(a Activity, t attempt) object {
	id := fmt.Sprintf("%s/mod/quiz/attempt.php?attempt=%d&cmid=%d", p.issuer, t.number, a.Module)
	return thing(id, kindAttempt, a.Name+" Attempt "+strconv.Itoa(t.number))
}

func (p *Platform) attemptStarted(u User, at time.Time, a Activity, t attempt) object {
	return p.statement(eventStarted, u, at, verbStarted, p.attemptThing(a, t), append([]any{p.moduleThing(a)}, p.within(a)...))
}

func (p *Platform) attemptCompleted(u User, at time.Time, a Activity, t attempt) object {
	s := p.statement(eventAttempt, u, at, verbCompleted, p.attemptThing(a, t), append([]any{p.moduleThing(a)}, p.within(a)...))
	s["result"] = object{
		"score": points(t.points, a.Maximum), "completion": true, "success": t.success, "duration": fmt.Sprintf("PT%dS", t.seconds),
	}
	return s
}

// points is a score as the plugin writes it: scaled runs from -1 to 1, with the middle of the scale at 0.
func points(raw, maximum float64) object {
	return object{"raw": raw, "min": 0, "max": maximum, "scaled": round5(2*raw/maximum - 1)}
}

// answered tells of the quiz's one question, of the kind true-false, whose right answer is true.
func (p *Platform) answered(u User, at time.Time, a Activity, t attempt) object {
	question := thing(fmt.Sprintf("%s/question/question.php?cmid=%d&id=1", p.issuer, a.Module), kindQuestion, a.QuestionName)
	definition := question["definition"].(object)
	definition["description"] = object{"en": a.Question}
	definition["interactionType"] = "true-false"
	definition["correctResponsesPattern"] = []any{"true"}
	parents := append([]any{p.attemptThing(a, t), p.moduleThing(a)}, p.within(a)...)
	s := p.statement(eventAttempt, u, at, verbAnswered, question, parents)
	s["result"] = object{
		"response": strconv.FormatBool(t.success), "completion": true, "success": t.success,
		"extensions": object{"http://learninglocker.net/xapi/cmi/true-false/response": t.success},
	}
	return s
}

func (p *Platform) submissionThing(a Activity) object {
	return thing(p.ModuleIRI(a.Kind, a.Module)+"#submission", kindSubmission, a.Name+" Submission")
}

func (p *Platform) submitted(u User, at time.Time, a Activity) object {
	parents := append([]any{p.moduleThing(a)}, p.within(a)...)
	return p.statement(eventSubmitted, u, at, verbSubmitted, p.submissionThing(a), parents)
}

func (p *Platform) graded(u, teacher User, at time.Time, a Activity, raw float64, success bool) object {
	parents := append([]any{p.moduleThing(a)}, p.within(a)...)
	s := p.statement(eventGraded, u, at, verbScored, p.submissionThing(a), parents)
	s["context"].(object)["instructor"] = p.actor(teacher)
	s["result"] = object{"success": success, "score": points(raw, a.Maximum)}
	return s
}
