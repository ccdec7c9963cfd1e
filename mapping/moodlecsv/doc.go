// Package moodlecsv is the exchange of frameworks as the CSV of Moodle's "Import competency framework" (tool_lpimportcsv). Moodle
// knows less of a framework than Cairn does: each way answers a report of what is lost.
package moodlecsv

// Format names the format in reports.
const Format = "Moodle CSV"

// Columns in Moodle's words, which its importer proposes by their order.
const (
	colParent     = "Parent ID number"
	colID         = "ID number"
	colName       = "Short name"
	colText       = "Description"
	colTextFormat = "Description format"
	colScale      = "Scale values"
	colScaleSet   = "Scale configuration"
	colRule       = "Rule type (optional)"
	colOutcome    = "Rule outcome (optional)"
	colRuleSet    = "Rule config (optional)"
	colRelated    = "Cross-referenced competency ID numbers"
	colExported   = "Exported ID (optional)"
	colFramework  = "Is framework"
	colTaxonomy   = "Taxonomy"
)

var columns = []string{colParent, colID, colName, colText, colTextFormat, colScale, colScaleSet, colRule, colOutcome, colRuleSet, colRelated,
	colExported, colFramework, colTaxonomy}

// What Moodle's importer takes: it cuts longer names and ID numbers off by itself.
const maxMoodle = 100 // characters

// between stands between the ID number of a framework and the code of an item. Moodle compares ID numbers as PHP does, where
// "6.1" equals "6.10": with the framework's name before them they are never numbers.
const between = ":"
