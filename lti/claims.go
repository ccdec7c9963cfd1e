package lti

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
)

var errShape = errors.New("lti: not of the expected shape")

// idToken is what is read from the claims of a token; members not named here are passed over. Claims whose shape a launch check
// asks for stand as they came; the others are left out when they are not of their shape.
type idToken struct {
	Issuer          text        `json:"iss"`
	Audience        audience    `json:"aud"`
	AuthorizedParty text        `json:"azp"`
	Subject         text        `json:"sub"`
	Expires         numericDate `json:"exp"`
	IssuedAt        numericDate `json:"iat"`
	NotBefore       numericDate `json:"nbf"`
	Nonce           text        `json:"nonce"`

	Name       text `json:"name"`
	GivenName  text `json:"given_name"`
	FamilyName text `json:"family_name"`
	Email      text `json:"email"`
	Locale     text `json:"locale"`

	Version       text                       `json:"https://purl.imsglobal.org/spec/lti/claim/version"`
	MessageType   text                       `json:"https://purl.imsglobal.org/spec/lti/claim/message_type"`
	Deployment    text                       `json:"https://purl.imsglobal.org/spec/lti/claim/deployment_id"`
	TargetLinkURI text                       `json:"https://purl.imsglobal.org/spec/lti/claim/target_link_uri"`
	Roles         claim[stringList]          `json:"https://purl.imsglobal.org/spec/lti/claim/roles"`
	ResourceLink  claim[resourceLinkClaim]   `json:"https://purl.imsglobal.org/spec/lti/claim/resource_link"`
	Context       claim[contextClaim]        `json:"https://purl.imsglobal.org/spec/lti/claim/context"`
	Presentation  claim[presentationClaim]   `json:"https://purl.imsglobal.org/spec/lti/claim/launch_presentation"`
	Platform      claim[toolPlatformClaim]   `json:"https://purl.imsglobal.org/spec/lti/claim/tool_platform"`
	LIS           claim[lisClaim]            `json:"https://purl.imsglobal.org/spec/lti/claim/lis"`
	Custom        claim[Custom]              `json:"https://purl.imsglobal.org/spec/lti/claim/custom"`
	Ext           claim[Custom]              `json:"https://purl.imsglobal.org/spec/lti/claim/ext"`
	LTI11         claim[lti11Claim]          `json:"https://purl.imsglobal.org/spec/lti/claim/lti1p1"`
	Endpoint      claim[endpointClaim]       `json:"https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"`
	ForUser       claim[forUserClaim]        `json:"https://purl.imsglobal.org/spec/lti/claim/for_user"`
	NamesRoles    claim[namesRolesClaim]     `json:"https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"`
	DeepLinking   claim[deepLinkingSettings] `json:"https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"`
}

// The objects among the claims. Their members are lenient: one of the wrong shape is left out.
type (
	resourceLinkClaim struct {
		ID          text `json:"id"`
		Title       text `json:"title"`
		Description text `json:"description"`
	}
	contextClaim struct {
		ID    text              `json:"id"`
		Label text              `json:"label"`
		Title text              `json:"title"`
		Types claim[stringList] `json:"type"`
	}
	presentationClaim struct {
		Locale         text `json:"locale"`
		DocumentTarget text `json:"document_target"`
		ReturnURL      text `json:"return_url"`
		Height         size `json:"height"`
		Width          size `json:"width"`
	}
	toolPlatformClaim struct {
		GUID    text `json:"guid"`
		Name    text `json:"name"`
		Family  text `json:"product_family_code"`
		Version text `json:"version"`
	}
	lisClaim struct {
		PersonSourcedID  text `json:"person_sourcedid"`
		SectionSourcedID text `json:"course_section_sourcedid"`
		OfferingSourced  text `json:"course_offering_sourcedid"`
	}
	lti11Claim struct {
		UserID text `json:"user_id"`
	}
	endpointClaim struct {
		Scopes    claim[stringList] `json:"scope"`
		LineItems text              `json:"lineitems"`
		LineItem  text              `json:"lineitem"`
	}
	forUserClaim struct {
		UserID     text              `json:"user_id"`
		Name       text              `json:"name"`
		GivenName  text              `json:"given_name"`
		FamilyName text              `json:"family_name"`
		Email      text              `json:"email"`
		SourcedID  text              `json:"person_sourcedid"`
		Roles      claim[stringList] `json:"roles"`
	}
	namesRolesClaim struct {
		MembershipsURL text              `json:"context_memberships_url"`
		Versions       claim[stringList] `json:"service_versions"`
	}
	deepLinkingSettings struct {
		ReturnURL        text              `json:"deep_link_return_url"`
		AcceptTypes      claim[stringList] `json:"accept_types"`
		AcceptTargets    claim[stringList] `json:"accept_presentation_document_targets"`
		AcceptMediaTypes text              `json:"accept_media_types"`
		AcceptMultiple   claim[bool]       `json:"accept_multiple"`
		AcceptLineItem   claim[bool]       `json:"accept_lineitem"`
		AutoCreate       claim[bool]       `json:"auto_create"`
		Title            text              `json:"title"`
		Text             text              `json:"text"`
		Data             text              `json:"data"`
	}
)

// parseClaims reads the payload of a token once. It refuses repeated member names at any depth and invalid UTF-8.
func parseClaims(payload []byte) (*idToken, error) {
	var t idToken
	if err := json.Unmarshal(payload, &t); err != nil {
		return nil, fmt.Errorf("read claims: %w", err)
	}
	return &t, nil
}
