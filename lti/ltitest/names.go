package ltitest

// Names fixed by the LTI specifications, as the platform writes them.
const (
	claim     = "https://purl.imsglobal.org/spec/lti/claim/"
	claimAGS  = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
	claimNRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
	claimBO   = "https://purl.imsglobal.org/spec/lti-bo/claim/basicoutcome"
	claimDL   = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

	scopeLineItem     = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
	scopeLineItemRead = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
	scopeResultRead   = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
	scopeScore        = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
	scopeMembership   = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
	scopeToolSetting  = "https://purl.imsglobal.org/spec/lti-ts/scope/toolsetting"

	typeLineItems   = "application/vnd.ims.lis.v2.lineitemcontainer+json"
	typeLineItem    = "application/vnd.ims.lis.v2.lineitem+json"
	typeResults     = "application/vnd.ims.lis.v2.resultcontainer+json"
	typeScore       = "application/vnd.ims.lis.v1.score+json"
	typeMembers     = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
	typeMembersV1   = "application/vnd.ims.lis.v2.membershipcontainer+json"
	typeJSON        = "application/json"
	typeHTML        = "text/html"
	utf8Suffix      = "; charset=utf-8"
	assertionType   = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	courseSection   = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseSection"
	messageResource = "LtiResourceLinkRequest"
	messageDeepLink = "LtiDeepLinkingRequest"
	messageReview   = "LtiSubmissionReviewRequest"

	contextRoles = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
)

// Roles that the platform's people commonly have; any other role may be given in full.
const (
	RoleLearner          = contextRoles + "Learner"
	RoleInstructor       = contextRoles + "Instructor"
	RoleContentDeveloper = contextRoles + "ContentDeveloper"
	RoleManager          = contextRoles + "Manager"
	RoleInstitutionAdmin = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator"
	RoleSystemAdmin      = "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"
)

// agsScopes stand in the endpoint claim, in the order in which Moodle writes them.
var agsScopes = []string{scopeLineItem, scopeLineItemRead, scopeResultRead, scopeScore}

// allScopes are granted to a tool that names none.
var allScopes = append(append([]string{}, agsScopes...), scopeMembership, scopeToolSetting)
