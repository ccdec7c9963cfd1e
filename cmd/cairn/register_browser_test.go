package main

import (
	"encoding/json"
	"testing"

	"cairn/lti/ltitest"
)

// An administrator registers Cairn in a real browser, in a frame of the LMS, which is another site and blocks third-party cookies:
// they see what will be registered, press the button, and the LMS closes the page when it is told to.
func TestAdministratorRegistersInAFrame(t *testing.T) {
	r, lms := newRegistrar(t), newLMS(t, ltitest.Moodle())
	lms.AddUser(ltitest.User{Sub: "2", Given: "Lou", Family: "Lead", Says: "Administrator"})
	address, err := json.Marshal(r.invite(t))
	if err != nil {
		t.Fatal(err)
	}
	b := openTab(t)
	b.logIn(demoAddresses{LMS: lms.Issuer(), Cairn: r.base}, "Lou Lead")
	b.visit(lms.Issuer() + "/admin/tools.php")
	if _, err := b.in(false, `document.getElementById("address").value = `+string(address)); err != nil {
		t.Fatal(err)
	}
	b.press(false, "Register")
	b.sees(true, "Nothing has been registered yet", lms.Issuer(), "Register Cairn with this LMS")
	b.axe("registration, asked")
	b.picture("register-1-asked")
	b.press(true, "Register Cairn with this LMS")
	b.sees(true, "Cairn is registered with your LMS", "Switch the tool on", "Close this page")
	b.axe("registration, done")
	b.picture("register-2-done")
	b.press(true, "Close this page")
	b.sees(false, "The tool has finished its registration.", "Switch on Cairn")
}
