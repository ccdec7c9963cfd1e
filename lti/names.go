package lti

// MessageType is what the platform asks the tool to do (LTI Core 1.3, 5.3.1).
type MessageType string

// The message types of LTI Advantage.
const (
	ResourceLinkRequest     MessageType = "LtiResourceLinkRequest"
	DeepLinkingRequest      MessageType = "LtiDeepLinkingRequest"
	DeepLinkingResponse     MessageType = "LtiDeepLinkingResponse" // sent by the tool
	SubmissionReviewRequest MessageType = "LtiSubmissionReviewRequest"
)

// needs is what the checks of a launch ask of one type of message, beside what every message has.
type needs struct {
	link      bool // a resource link with an id
	target    bool // a target_link_uri; one that is there is always checked
	settings  bool // deep linking settings
	review    bool // the person it is about, and the line item
	anonymous bool // it may name no person: nothing of it is recorded then
}

// messageTypes is the one table of the messages that the checks know.
var messageTypes = map[MessageType]needs{
	ResourceLinkRequest:     {link: true, target: true, anonymous: true},
	DeepLinkingRequest:      {settings: true},
	SubmissionReviewRequest: {target: true, review: true},
}

// Version is the only value of the version claim (LTI Core 1.3, 5.3.2).
const Version = "1.3.0"

// Claims of LTI messages (LTI Core 1.3, 5.3 and 5.4; the services' own specifications).
const (
	ClaimMessageType   = "https://purl.imsglobal.org/spec/lti/claim/message_type"
	ClaimVersion       = "https://purl.imsglobal.org/spec/lti/claim/version"
	ClaimDeployment    = "https://purl.imsglobal.org/spec/lti/claim/deployment_id"
	ClaimTargetLinkURI = "https://purl.imsglobal.org/spec/lti/claim/target_link_uri"
	ClaimResourceLink  = "https://purl.imsglobal.org/spec/lti/claim/resource_link"
	ClaimRoles         = "https://purl.imsglobal.org/spec/lti/claim/roles"
	ClaimContext       = "https://purl.imsglobal.org/spec/lti/claim/context"
	ClaimToolPlatform  = "https://purl.imsglobal.org/spec/lti/claim/tool_platform"
	ClaimRoleScope     = "https://purl.imsglobal.org/spec/lti/claim/role_scope_mentor"
	ClaimPresentation  = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
	ClaimLIS           = "https://purl.imsglobal.org/spec/lti/claim/lis"
	ClaimCustom        = "https://purl.imsglobal.org/spec/lti/claim/custom"
	ClaimExt           = "https://purl.imsglobal.org/spec/lti/claim/ext"
	ClaimLTI11         = "https://purl.imsglobal.org/spec/lti/claim/lti1p1"
	ClaimForUser       = "https://purl.imsglobal.org/spec/lti/claim/for_user"
	ClaimEndpoint      = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
	ClaimNamesRoles    = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
	ClaimDeepLinking   = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
	ClaimContentItems  = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"
	ClaimData          = "https://purl.imsglobal.org/spec/lti-dl/claim/data"
)

// Scopes of the services (AGS 2.0, 3.1; NRPS 2.0, 2.2).
const (
	ScopeLineItem         = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
	ScopeLineItemReadOnly = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
	ScopeResultReadOnly   = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
	ScopeScore            = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
	ScopeMembership       = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
)

// Media types of the services. Platforms compare them as whole strings: no parameter is added.
const (
	MediaLineItem   = "application/vnd.ims.lis.v2.lineitem+json"
	MediaLineItems  = "application/vnd.ims.lis.v2.lineitemcontainer+json"
	MediaScore      = "application/vnd.ims.lis.v1.score+json"
	MediaResults    = "application/vnd.ims.lis.v2.resultcontainer+json"
	MediaMembership = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
)

// Role names in full (LTI Core 1.3, appendix A.2).
const (
	RoleInstructor        = membershipCore + "Instructor"
	RoleLearner           = membershipCore + "Learner"
	RoleContentDeveloper  = membershipCore + "ContentDeveloper"
	RoleAdministrator     = membershipCore + "Administrator"
	RoleMentor            = membershipCore + "Mentor"
	RoleTeachingAssistant = membershipSub + "Instructor#TeachingAssistant"
	RoleInstitutionStaff  = institutionCore + "Staff"
	RoleInstitutionPupil  = institutionCore + "Student"
	RoleInstitutionAdmin  = institutionCore + "Administrator"
	RoleSystemAdmin       = systemCore + "Administrator"
	RoleTestUser          = ltiSystemCore + "TestUser" // the preview person of a platform
)

// The vocabularies of roles: core names follow the '#', sub-roles stand behind a principal role's name.
const (
	membershipCore  = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
	membershipSub   = "http://purl.imsglobal.org/vocab/lis/v2/membership/"
	institutionCore = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
	systemCore      = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"
	ltiSystemCore   = "http://purl.imsglobal.org/vocab/lti/system/person#"
)

// GrantClientCredentials and AssertionJWT are the fixed values of a token request (Security Framework 1.0, 4.1).
const (
	GrantClientCredentials = "client_credentials"
	AssertionJWT           = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)
