package ltitest

import "time"

// Profiles answers a profile of every kind there is, Moodle first.
func Profiles() []Profile {
	return []Profile{Moodle(), Canvas(), Blackboard(), D2L(), Sakai(), OpenEdX(), Strict()}
}

// Canvas pages its lists by fifty at most, counts a score as a new submission unless it is told otherwise, refuses callers without
// a name, and offers platform storage in a frame of its own. It shows its configuration only to who brings a registration token,
// and tells the deployment with the first launch.
func Canvas() Profile {
	return Profile{
		Name: "canvas", Version: "cloud", IDTokenLife: time.Hour, AuthorizedParty: true, TokenID: true, RosterVersions: []string{"2.0"},
		AccessTokenLife: time.Hour, AcceptTypes: everyType, AcceptTargets: []string{"embed", "iframe", "window"}, AcceptMultiple: true,
		AcceptLineItem: told(true), DeepLinkData: true, StorageTarget: "post_message_forwarding",
		Placements: []string{"assignment_selection", "link_selection"}, TokenForDiscovery: true, PendingTools: true,
		RegistrationAnswers200: true, PageSize: 50, NeedsUserAgent: true, CountsSubmissions: true,
	}
}

// Blackboard leaves comments out of results of one person, refuses content items without an address, and publishes several keys.
func Blackboard() Profile {
	return Profile{
		Name: "blackboardlearn", Version: "3900", IDTokenLife: 5 * time.Minute, AuthorizedParty: true, RosterVersions: []string{"2.0"},
		AccessTokenLife: time.Hour, AcceptTypes: []string{"link", "ltiResourceLink", "html", "image"}, AcceptTargets: []string{"embed", "iframe", "window"},
		AcceptMultiple: true, AcceptLineItem: told(true), DeepLinkData: true, ItemsNeedURL: true, NoRegistration: true,
		SeveralKeys: true, BareUserResults: true, InitiateByGET: true,
	}
}

// D2L takes one constant audience, and that as text only; its keys name no algorithm, and it hands out no registration token.
func D2L() Profile {
	return Profile{
		Name: "desire2learn", Version: "10.8", IDTokenLife: 5 * time.Minute, AuthorizedParty: true, TokenID: true, RosterVersions: []string{"2.0"},
		AccessTokenLife: time.Hour, AcceptTypes: everyType, AcceptTargets: []string{"iframe", "window"}, AcceptMultiple: true,
		AcceptLineItem: told(true), DeepLinkData: true, Placements: []string{"ContentArea"}, SubmissionReview: true,
		TokenAudience: "https://api.brightspace.com/auth/token", TextAudience: true, KeysWithoutAlg: true, NoRegistrationToken: true,
		DeploymentInAnswer: true,
	}
}

// Sakai offers platform storage in the page around the tool's frame.
func Sakai() Profile {
	return Profile{
		Name: "sakai", Version: "23.1", IDTokenLife: time.Hour, RosterVersions: []string{"2.0"}, AccessTokenLife: time.Hour,
		AcceptTypes: []string{"ltiResourceLink"}, AcceptTargets: []string{"iframe", "window"}, AcceptMultiple: true, AcceptLineItem: told(true),
		StorageTarget: "_parent", Placements: []string{"ContentArea"}, DeploymentInAnswer: true, RegistrationAnswers200: true,
	}
}

// OpenEdX tells full names only, ignores the size of a page, and takes one content item at a time, without line items.
func OpenEdX() Profile {
	return Profile{
		Name: "openedx", Version: "1.0", IDTokenLife: 5 * time.Minute, AuthorizedParty: true, RosterVersions: []string{"2.0"}, AccessTokenLife: time.Hour,
		AcceptTypes: []string{"link", "html", "image", "ltiResourceLink"}, AcceptTargets: []string{"iframe", "window", "embed"},
		AcceptLineItem: told(false), NoRegistration: true, FullNamesOnly: true, IgnoresLimit: true,
	}
}
