package ltitest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cairn/lti/ltitest"
)

// TestAdministratorRegistersATool by its address, sees it wait, and switches it on.
func TestAdministratorRegistersATool(t *testing.T) {
	p, _, as := sampleSite(t)
	admin := as("2")
	admin.open("/admin/tools.php", "Register a tool", "Cairn", ">On<")
	admin.press("/admin/register.php", url.Values{"address": {"http://127.0.0.1:9/register?invitation=x"}},
		`src="http://127.0.0.1:9/register?invitation=x&amp;openid_configuration=`, "registration_token=", "org.imsglobal.lti.close")
	tool := p.Tools()[0]
	tool.Pending = true
	p.AddTool(tool)
	admin.open("/admin/tools.php?closed", "Switch on Cairn", "has finished its registration")
	admin.press("/admin/tools.php", url.Values{"tool": {tool.ID}}, ">On<")
	if p.Tools()[0].Pending {
		t.Error("the tool still waits")
	}
	for _, form := range []url.Values{{"address": {"javascript:alert(1)"}}, {"address": {"http://127.0.0.1:9/"}, "tool": {"99"}}} {
		if status, _ := admin.do(admin.client.PostForm(admin.base+"/admin/register.php", form)); status != http.StatusBadRequest {
			t.Errorf("%v: %d", form, status)
		}
	}
}

// TestTeachersAddAndReview by the tool's own pages, where the tool has them; learners do neither.
func TestTeachersAddAndReview(t *testing.T) {
	p, s, as := sampleSite(t)
	teacher, learner := as(s.Author), as(s.Learner)
	course, picker := "/course/view.php?id="+s.Course, "/mod/lti/contentitem.php?id="+s.Course+"&tool="+s.Tool.ID
	if strings.Contains(teacher.open(course), "Add from") {
		t.Error("content is offered of a tool that has none to pick")
	}
	tool := p.Tools()[0]
	tool.DeepLinking, tool.Review = true, true
	p.AddTool(tool)
	teacher.open(course, "Add from Cairn")
	teacher.open(picker, `src="/mod/lti/contentitem_start.php?id=`)
	teacher.open("/mod/lti/contentitem_start.php?id="+s.Course+"&tool="+s.Tool.ID, "lti_message_hint")
	if strings.Contains(learner.open(course), "Add from") {
		t.Error("a learner is offered to add content")
	}
	review := "/mod/lti/review.php?id=" + s.Course + "&item=" + "1" + "&user=" + s.Learner
	start := strings.Replace(review, "review.php", "review_start.php", 1)
	for _, path := range []string{picker, "/mod/lti/contentitem_start.php?id=" + s.Course + "&tool=" + s.Tool.ID, review, start} {
		if status, _ := learner.do(learner.client.Get(learner.base + path)); status != http.StatusForbidden {
			t.Errorf("a learner at %s: %d", path, status)
		}
	}
	teacher.open(review, `src="/mod/lti/review_start.php?`)
	teacher.open(start, "lti_message_hint")
	if status, _ := teacher.do(teacher.client.Get(teacher.base + "/mod/lti/review.php?id=" + s.Course + "&item=99&user=4")); status != http.StatusForbidden {
		t.Errorf("a review of no line item: %d", status)
	}
}

// TestStorageStandsBesideTheTool where the profile offers it, and nowhere else.
func TestStorageStandsBesideTheTool(t *testing.T) {
	for _, profile := range ltitest.Profiles() {
		p := ltitest.New(ltitest.Config{Profile: profile, Now: newClock().Now, Key: platformKey()})
		ltitest.Lab(p, ltitest.Tool{LoginURL: labTool + "/login", TargetLinkURI: labTool + "/launch"})
		check(t, p.Start())
		u := &person{TB: t, client: ltitest.NewBrowser(ltitest.AllCookies), base: p.Issuer()}
		u.press("/login/index.php", url.Values{"user": {"4"}})
		body := u.open("/mod/lti/view.php?id=7")
		named := profile.StorageTarget != "" && profile.StorageTarget != "_parent"
		if strings.Contains(body, `name="`+profile.StorageTarget+`"`) != named || strings.Contains(body, "/storage.js") != (profile.StorageTarget == "_parent") {
			t.Errorf("%s: %s", profile.Name, body)
		}
		status, frame := u.do(u.client.Get(u.base + "/mod/lti/storage.php"))
		if (status == http.StatusOK) != named || named && !strings.Contains(frame, `["`+labTool+`"]`) {
			t.Errorf("%s: storage frame %d %s", profile.Name, status, frame)
		}
		check(t, p.Close())
	}
}
