package lti_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// TestStorage_target is a frame by name at the origin of the platform's authorization endpoint, whatever the initiation says.
func TestStorage_target(t *testing.T) {
	reg := lti.Registration{Issuer: "https://canvas.instructure.com", AuthorizationEndpoint: "https://sso.canvaslms.com:8443/api/lti/authorize_redirect?x=1"}
	for target, want := range map[string]bool{
		"post_message_forwarding": true, "_parent": true, "frame-1.x": true, "": false, "_top": false, "_blank": false, "_self": false,
		"a b": false, `"onload=`: false, "javascript:x": false, "Ø": false, strings.Repeat("x", 101): false,
	} {
		got, ok := reg.Storage(target)
		expected := lti.PlatformStorage{}
		if want {
			expected = lti.PlatformStorage{Frame: target, Origin: "https://sso.canvaslms.com:8443"}
		}
		if diff := cmp.Diff(expected, got); diff != "" || ok != want {
			t.Errorf("%q: %v (-want +got):\n%s", target, ok, diff)
		}
	}
	if _, ok := (lti.Registration{AuthorizationEndpoint: "javascript:x"}).Storage("_parent"); ok {
		t.Error("a storage at no address")
	}
}

// TestStorage_messages of several launches do not mix, and the state does not stand in them.
func TestStorage_messages(t *testing.T) {
	put, get, other := lti.PutSecret("state-a", "secret"), lti.GetSecret("state-a"), lti.GetSecret("state-b")
	if put.Key != get.Key || get.Key == other.Key || put.ID == get.ID || strings.Contains(put.Key+put.ID, "state-a") {
		t.Errorf("%+v %+v %+v", put, get, other)
	}
	want := `{"subject":"lti.get_data","message_id":"` + get.ID + `","key":"` + get.Key + `"}`
	if got := string(encode(t, get)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestStorage_replies(t *testing.T) {
	put, get := lti.PutSecret("s", "secret"), lti.GetSecret("s")
	reply := func(subject, id, rest string) string {
		return `{"subject":"` + subject + `","message_id":"` + id + `",` + rest + `}`
	}
	kept := `"key":"` + get.Key + `","value":"secret"`
	for name, c := range map[string]struct {
		to    lti.StorageMessage
		reply string
		good  bool
	}{
		"kept":              {put, reply("lti.put_data.response", put.ID, kept), true},
		"read":              {get, reply("lti.get_data.response", get.ID, kept), true},
		"another value":     {put, reply("lti.put_data.response", put.ID, `"key":"`+put.Key+`","value":"x"`), false},
		"another message":   {get, reply("lti.get_data.response", put.ID, kept), false},
		"another subject":   {get, reply("lti.put_data.response", get.ID, kept), false},
		"our own message":   {get, reply("lti.get_data", get.ID, kept), false},
		"another key":       {get, reply("lti.get_data.response", get.ID, `"key":"x","value":"secret"`), false},
		"nothing was kept":  {get, reply("lti.get_data.response", get.ID, `"key":"`+get.Key+`","value":null`), false},
		"a failure":         {get, reply("lti.get_data.response", get.ID, kept+`,"error":{"code":"wrong_origin","message":"<b>"}`), false},
		"too long":          {get, reply("lti.get_data.response", get.ID, `"value":"`+strings.Repeat("x", 9000)+`"`), false},
		"no JSON":           {get, `secret`, false},
		"value of no shape": {get, reply("lti.get_data.response", get.ID, `"key":"`+get.Key+`","value":{"a":1}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			value, err := lti.ReadStorageReply(c.to, []byte(c.reply))
			if c.good != (err == nil) || c.good && value != "secret" || !c.good && (!errors.Is(err, lti.ErrStorageReply) || value != "") {
				t.Errorf("%q, %v", value, err)
			}
		})
	}
}

// FuzzStorageReply takes nothing but an answer to the message that was sent.
func FuzzStorageReply(f *testing.F) {
	get := lti.GetSecret("s")
	f.Add(`{"subject":"lti.get_data.response","message_id":"` + get.ID + `","key":"` + get.Key + `","value":"v"}`)
	f.Add(`{"error":{"code":1},"value":[]}`)
	f.Fuzz(func(t *testing.T, reply string) {
		_, err := lti.ReadStorageReply(get, []byte(reply))
		if err != nil && !errors.Is(err, lti.ErrStorageReply) {
			t.Fatalf("%q: %v", reply, err)
		}
	})
}
