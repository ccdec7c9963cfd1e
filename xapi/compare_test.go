package xapi_test

import (
	"strings"
	"testing"

	"cairn/xapi"
)

// TestEqualStatementsHaveOneFingerprint holds Data 2.3.1, Statement Comparison Requirements.
func TestEqualStatementsHaveOneFingerprint(t *testing.T) {
	group := `"context":{"team":{"objectType":"Group","member":[%1,%2]}},`
	one, two := `{"mbox":"mailto:a@b"}`, `{"account":{"name":"x","homePage":"a:b"}}`
	for name, c := range map[string]struct {
		a, b  string
		equal bool
	}{
		"what_the_store_sets": {statement(``), statement(`"id":"` + someID + `","stored":"2020-01-01T00:00:00Z","version":"1.0.3","authority":{"mbox":"mailto:x@y"},`), true},
		"order_of_properties": {statement(`"result":{"success":true,"response":"x"},`), strings.Replace(statement(``), `"object"`, `"result":{"response":"x","success":true},"object"`, 1), true},
		"white_space":         {statement(``), strings.ReplaceAll(statement(``), `:{`, " :\n{ "), true},
		"instant":             {statement(`"timestamp":"2026-01-01T02:00:00+02:00",`), statement(`"timestamp":"2026-01-01T00:00:00.000000Z",`), true},
		"other_instant":       {statement(`"timestamp":"2026-01-01T00:00:00.000Z",`), statement(`"timestamp":"2026-01-01T00:00:00.001Z",`), false},
		"no_instant":          {statement(``), statement(`"timestamp":"2026-01-01T00:00:00Z",`), false},
		"duration_cut":        {statement(`"result":{"duration":"PT1.239S"},`), statement(`"result":{"duration":"PT1.23S"},`), true},
		"duration_rounded":    {statement(`"result":{"duration":"PT1.239S"},`), statement(`"result":{"duration":"PT1.24S"},`), false},
		"duration_zeros":      {statement(`"result":{"duration":"PT1.0001S"},`), statement(`"result":{"duration":"PT1S"},`), true},
		"duration_units":      {statement(`"result":{"duration":"PT60S"},`), statement(`"result":{"duration":"PT1M"},`), false},
		"members_unordered":   {statement(fill(group, one, two)), statement(fill(group, two, one)), true},
		"members_differ":      {statement(fill(group, one, two)), statement(fill(group, one, one)), false},
		"single_activity":     {statement(`"context":{"contextActivities":{"parent":{"id":"a:b"}}},`), statement(`"context":{"contextActivities":{"parent":[{"id":"a:b"}]}},`), true},
		"activities_ordered":  {statement(`"context":{"contextActivities":{"other":[{"id":"a:b"},{"id":"a:c"}]}},`), statement(`"context":{"contextActivities":{"other":[{"id":"a:c"},{"id":"a:b"}]}},`), false},
		"display":             {statement(``), strings.Replace(statement(``), `did"`, `did","display":{"en":"did"}`, 1), true},
		"definition":          {statement(``), strings.Replace(statement(``), `act"`, `act","definition":{"name":{"en":"x"}}`, 1), true},
		"verb":                {statement(``), strings.Replace(statement(``), `/did"`, `/Did"`, 1), false},
		"uuid_case":           {statement(`"context":{"registration":"EC531277-B57B-4C15-8D91-D292C5B2B8F7"},`), statement(`"context":{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7"},`), true},
		"mbox_domain":         {statement(``), strings.Replace(statement(``), `ann@example`, `ann@EXAMPLE`, 1), true},
		"mbox_local":          {statement(``), strings.Replace(statement(``), `ann@example`, `Ann@example`, 1), false},
		"number_by_value":     {statement(`"result":{"score":{"raw":10}},`), statement(`"result":{"score":{"raw":1.00e1}},`), true},
		"number_beyond_float": {statement(`"result":{"score":{"raw":9007199254740993}},`), statement(`"result":{"score":{"raw":9007199254740992}},`), false},
		"extension_escape":    {statement(`"result":{"extensions":{"a:b":"A/"}},`), statement(`"result":{"extensions":{"a:b":"\u0041\/"}},`), true},
		"extension_value":     {statement(`"result":{"extensions":{"a:b":{"x":null}}},`), statement(`"result":{"extensions":{"a:b":{}}},`), false},
		"response":            {statement(`"result":{"response":"1"},`), statement(`"result":{"response":"2"},`), false},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := prepare(t, c.a, xapi.V1), prepare(t, c.b, xapi.V1)
			if (a.Fingerprint == b.Fingerprint) != c.equal {
				t.Errorf("equal is %v\n%s\n%s", !c.equal, c.a, c.b)
			}
		})
	}
}

func fill(form, one, two string) string {
	return strings.NewReplacer("%1", one, "%2", two).Replace(form)
}

func TestAgentKey(t *testing.T) {
	account := func(home, name string) xapi.Agent {
		return xapi.Agent{Account: &xapi.Account{HomePage: home, Name: name}}
	}
	for want, a := range map[string]xapi.Agent{
		"mbox|mailto:Ann@example.org":                   {Mbox: "mailto:Ann@EXAMPLE.org"},
		"sha1|cd9b00a5611f94eaa7b1661edab976068e364975": {MboxSHA1Sum: "CD9B00A5611F94EAA7B1661EDAB976068E364975"},
		"openid|http://Me.example/":                     {OpenID: "http://Me.example/"},
		"account|https://lms.example|4":                 account("https://lms.example/", "4"),
		"account|https://lms.example/|4":                account("https://lms.example//", "4"),
		"account|https://lms.example/%7C|a|b":           account("https://lms.example/|", "a|b"),
		"":                                              {ObjectType: "Group", Member: []xapi.Agent{{Mbox: "mailto:a@b"}}},
	} {
		if a.Key() != want {
			t.Errorf("%q, want %q", a.Key(), want)
		}
		if want == "" {
			continue
		}
		raw, err := a.JSON()
		if err != nil {
			t.Fatal(err)
		}
		p := prepare(t, `{"actor":`+string(raw)+`,"verb":{"id":"a:b"},"object":{"id":"a:b"}}`, xapi.V1)
		if p.First(xapi.RoleActor) != want {
			t.Errorf("the statement has %q, want %q", p.First(xapi.RoleActor), want)
		}
	}
}

func TestTermsOfEveryPlace(t *testing.T) {
	raw := `{"actor":{"objectType":"Group","mbox":"mailto:g@b","member":[{"mbox":"mailto:m@b"}]},"verb":{"id":"a:verb"},
	"object":{"objectType":"SubStatement","actor":{"mbox":"mailto:sub@b"},"verb":{"id":"a:subverb"},"object":{"id":"a:subobject"},
		"context":{"registration":"` + someID + `","instructor":{"mbox":"mailto:subteacher@b"},"contextActivities":{"other":{"id":"a:subother"}}}},
	"context":{"registration":"` + strings.ToUpper(someID) + `","instructor":{"mbox":"mailto:teacher@b"},
		"team":{"objectType":"Group","member":[{"mbox":"mailto:t@b"},{"mbox":"mailto:t@b"}]},
		"contextAgents":[{"objectType":"contextAgent","agent":{"mbox":"mailto:ca@b"}}],
		"contextGroups":[{"objectType":"contextGroup","group":{"objectType":"Group","mbox":"mailto:cg@b"}}],
		"contextActivities":{"grouping":{"id":"a:grouping"},"category":{"id":"a:category"}}},
	"authority":{"mbox":"mailto:forged@b"}}`
	want := []xapi.Term{
		{xapi.RoleVerb, "a:verb"}, {xapi.RoleActor, "mbox|mailto:g@b"}, {xapi.RoleActor, "mbox|mailto:m@b"},
		{xapi.RoleGrouping, "a:grouping"}, {xapi.RoleCategory, "a:category"}, {xapi.RoleRegistration, someID},
		{xapi.RoleInstructor, "mbox|mailto:teacher@b"}, {xapi.RoleTeam, "mbox|mailto:t@b"},
		{xapi.RoleAuthority, "account|https://cairn.example|key"}, {xapi.RoleSubAgent, "mbox|mailto:sub@b"},
		{xapi.RoleSubAgent, "mbox|mailto:subteacher@b"}, {xapi.RoleSubActivity, "a:subobject"}, {xapi.RoleSubActivity, "a:subother"},
		{xapi.RoleContextAgent, "mbox|mailto:ca@b"}, {xapi.RoleContextAgent, "mbox|mailto:cg@b"},
	}
	got := prepare(t, raw, xapi.V2).Terms
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("term %d:\n%v\nwant\n%v", i, got, want)
		}
	}
}
