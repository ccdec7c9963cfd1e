package xapi

import "slices"

// The rules, in the order of the specification. Each has a folder of its own in testdata/invalid.
var (
	ruleJSON          = Rule{"json_malformed", "Data 2.2, XAPI-00014"}
	ruleUTF8          = Rule{"json_not_utf8", "Communication 1.4, XAPI-00015"}
	ruleDuplicate     = Rule{"property_repeated", "Data 2.2.s3.b7, RFC 8259 4"}
	ruleDepth         = Rule{"json_too_deep", "RFC 8259 9: a limit of this store"}
	ruleNotStatement  = Rule{"statement_not_object", "Data 2.2, XAPI-00014"}
	ruleNull          = Rule{"null_value", "Data 2.2, XAPI-00001"}
	ruleActorMissing  = Rule{"actor_missing", "Data 2.2, XAPI-00003"}
	ruleVerbMissing   = Rule{"verb_missing", "Data 2.2, XAPI-00004"}
	ruleObjectMissing = Rule{"object_missing", "Data 2.2, XAPI-00005"}
	ruleType          = Rule{"wrong_type", "Data 2.2, XAPI-00006"}
	ruleCase          = Rule{"property_wrong_case", "Data 2.2, XAPI-00008"}
	ruleUnknown       = Rule{"property_unknown", "Data 2.2, XAPI-00010"}
	ruleIRI           = Rule{"iri_malformed", "Data 2.2, XAPI-00007, XAPI-00011"}
	ruleIDRepeated    = Rule{"id_repeated_in_batch", "Communication 2.1.2"}
	ruleVoidingObject = Rule{"voiding_object_not_reference", "Data 2.3.2, XAPI-00017, XAPI-00020"}
	ruleUUID          = Rule{"uuid_malformed", "Data 2.4.1, Data 4.4, XAPI-00029, XAPI-00030"}
	ruleAgentType     = Rule{"agent_object_type", "Data 2.4.2, XAPI-00031"}
	ruleIFIMissing    = Rule{"agent_not_identified", "Data 2.4.2.1, XAPI-00034"}
	ruleIFISeveral    = Rule{"agent_identified_twice", "Data 2.4.2.1, Data 2.4.2.2, XAPI-00034, XAPI-00037"}
	ruleGroupMembers  = Rule{"anonymous_group_without_members", "Data 2.4.2.2, XAPI-00035"}
	ruleMember        = Rule{"group_member_not_agent", "Data 2.4.2.2, XAPI-00036"}
	ruleMbox          = Rule{"mbox_malformed", "Data 2.4.2.3, XAPI-00038"}
	ruleMboxSHA1      = Rule{"mbox_sha1sum_malformed", "Data 2.4.2.3, XAPI-00039"}
	ruleHomePage      = Rule{"account_home_page_missing", "Data 2.4.2.4, XAPI-00042"}
	ruleAccountName   = Rule{"account_name_missing", "Data 2.4.2.4, XAPI-00043"}
	ruleVerbID        = Rule{"verb_id_missing", "Data 2.4.3, XAPI-00044"}
	ruleObjectType    = Rule{"object_type_unknown", "Data 2.4.4, XAPI-00046"}
	ruleActivityID    = Rule{"activity_id_missing", "Data 2.4.4.1, XAPI-00047"}
	ruleInteraction   = Rule{"interaction_type_unknown", "Data 2.4.4.1, XAPI-00049"}
	ruleNoInteraction = Rule{"interaction_type_missing", "Data 2.4.4.1, Interaction Activities"}
	ruleComponentID   = Rule{"component_id_missing", "Data 2.4.4.1, Interaction Components"}
	ruleComponentTwin = Rule{"component_id_repeated", "Data 2.4.4.1, Interaction Components"}
	ruleSubNested     = Rule{"substatement_nested", "Data 2.4.4.3, XAPI-00071"}
	ruleSubProperty   = Rule{"substatement_property", "Data 2.4.4.3, XAPI-00067, XAPI-00068, XAPI-00069, XAPI-00070"}
	ruleRefID         = Rule{"statement_reference_id_missing", "Data 2.4.4.3, XAPI-00072"}
	ruleRefType       = Rule{"statement_reference_type", "Data 2.4.4.3, XAPI-00073"}
	ruleScoreRange    = Rule{"score_min_not_below_max", "Data 2.4.5.1, XAPI-00080, XAPI-00081"}
	ruleScoreRaw      = Rule{"score_raw_out_of_range", "Data 2.4.5.1, XAPI-00082"}
	ruleScoreScaled   = Rule{"score_scaled_out_of_range", "Data 2.4.5.1, XAPI-00083"}
	ruleRevision      = Rule{"revision_without_activity", "Data 2.4.6, XAPI-00084"}
	rulePlatform      = Rule{"platform_without_activity", "Data 2.4.6, XAPI-00085"}
	ruleTeam          = Rule{"team_not_group", "Data 2.4.6, XAPI-00088"}
	ruleContextKey    = Rule{"context_activities_key", "Data 2.4.6.2, XAPI-00093"}
	ruleContextAgent  = Rule{"context_agent", "xAPI 2.0 4.2.2.5"}
	ruleRelevantTypes = Rule{"relevant_types_empty", "xAPI 2.0 4.2.2.5"}
	ruleAuthority     = Rule{"authority_group", "Data 2.4.9, XAPI-00098"}
	ruleVersion       = Rule{"statement_version", "Data 2.4.10, XAPI-00101"}
	ruleAttachment    = Rule{"attachment_property_missing", "Data 2.4.11"}
	ruleLength        = Rule{"attachment_length", "Data 2.4.11, XAPI-00102"}
	ruleMediaType     = Rule{"attachment_content_type", "Data 2.4.11, XAPI-00105"}
	ruleExtensionKey  = Rule{"extension_key", "Data 4.1, XAPI-00118"}
	ruleLanguage      = Rule{"language_tag", "Data 4.2, XAPI-00121"}
	ruleTimestamp     = Rule{"timestamp_malformed", "Data 4.5, XAPI-00123"}
	ruleDuration      = Rule{"duration_malformed", "Data 4.6, XAPI-00124"}
)

// These belong to requests, not to statements.
var (
	ruleVersionHeader = Rule{"version_header", "Communication 3.3"}
	ruleNodes         = Rule{"json_too_many_values", "RFC 8259 9: a limit of this store, at most 1000000 values in a body"}
)

var rules = []Rule{
	ruleJSON, ruleUTF8, ruleDuplicate, ruleDepth, ruleNotStatement, ruleNull, ruleActorMissing, ruleVerbMissing,
	ruleObjectMissing, ruleType, ruleCase, ruleUnknown, ruleIRI, ruleIDRepeated, ruleVoidingObject, ruleUUID, ruleAgentType,
	ruleIFIMissing, ruleIFISeveral, ruleGroupMembers, ruleMember, ruleMbox, ruleMboxSHA1, ruleHomePage, ruleAccountName,
	ruleVerbID, ruleObjectType, ruleActivityID, ruleInteraction, ruleNoInteraction, ruleComponentID, ruleComponentTwin,
	ruleSubNested, ruleSubProperty, ruleRefID, ruleRefType, ruleScoreRange, ruleScoreRaw, ruleScoreScaled, ruleRevision,
	rulePlatform, ruleTeam, ruleContextKey, ruleContextAgent, ruleRelevantTypes, ruleAuthority, ruleVersion, ruleAttachment,
	ruleLength, ruleMediaType, ruleExtensionKey, ruleLanguage, ruleTimestamp, ruleDuration,
}

// Rules are the rules of statements, in the order of the specification. The caller owns the slice.
func Rules() []Rule { return slices.Clone(rules) }
