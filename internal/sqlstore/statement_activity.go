package sqlstore

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"cairn/xapi"
)

// The canonical definition of an activity is merged from what statements say of it, in the order they are stored (xAPI 1.0.3
// Part 2, 2.4.4.1: an LRS may take in what it is told). The rule: a later property takes the place of an earlier one; name,
// description and extensions are merged entry by entry under the same rule; nothing is removed by being left out.
var mergedByEntry = map[string]bool{"name": true, "description": true, "extensions": true}

// told is a definition that the row of its activity already holds, as far as this process knows.
type told struct {
	activity int64
	hash     uint64
}

var toldSeed = maphash.MakeSeed()

// definitionRow is a row of the table activity.
type definitionRow struct {
	Term       int64  `db:"term"`
	Definition string `db:"definition"`
}

// writeActivities merges what the accepted statements say of activities, and writes the rows that change by it.
func (in *intake) writeActivities(ctx context.Context, ids map[term]int64) error {
	said, asked := in.said(ids)
	if len(said) == 0 {
		return nil
	}
	rows, err := in.definitions(ctx, asked)
	if err != nil {
		return err
	}
	changed := map[int64]string{}
	for _, d := range said {
		merged, err := mergeDefinition(rows[d.activity], d.json)
		if err != nil {
			return fmt.Errorf("sqlstore: merge the definition of an activity: %w", err)
		}
		if merged != rows[d.activity] {
			rows[d.activity], changed[d.activity] = merged, merged
		}
	}
	if err := in.updateActivities(ctx, changed); err != nil {
		return err
	}
	in.tx.AfterCommit(func() { in.tx.db.rememberTold(said, changed) })
	return nil
}

// definition is what one statement says of one activity.
type definition struct {
	told
	json []byte
}

// said answers the definitions that may be news, in order, and their activities.
func (in *intake) said(ids map[term]int64) (said []definition, asked []int64) {
	seen := map[told]bool{}
	for _, n := range in.accepted {
		for _, d := range n.new.Definitions {
			t := told{ids[term{xapi.TermActivity, d.Activity}], maphash.Bytes(toldSeed, d.JSON)}
			if in.tx.db.told.holds(t) || seen[t] {
				continue
			}
			seen[t] = true
			said, asked = append(said, definition{t, d.JSON}), append(asked, t.activity)
		}
	}
	slices.Sort(asked)
	return said, slices.Compact(asked)
}

func (in *intake) definitions(ctx context.Context, activities []int64) (map[int64]string, error) {
	var rows []definitionRow
	d := in.tx.db.d
	if err := in.tx.Select(ctx, &rows, `SELECT term, definition FROM activity WHERE `+d.inInts("term"), d.list(activities)); err != nil {
		return nil, fmt.Errorf("sqlstore: read definitions: %w", err)
	}
	out := make(map[int64]string, len(activities))
	for _, r := range rows {
		out[r.Term] = r.Definition
	}
	return out, nil
}

func (in *intake) updateActivities(ctx context.Context, changed map[int64]string) error {
	terms := slices.Sorted(maps.Keys(changed))
	definitions, names, types := make([]string, len(terms)), make([]string, len(terms)), make([]string, len(terms))
	for i, t := range terms {
		definitions[i] = changed[t]
		names[i], types[i] = describe(changed[t])
	}
	upsert := bulk{table: "activity", columns: []column{ints("term", terms), texts("definition", definitions), texts("name", names), texts("type", types)},
		suffix: " ON CONFLICT (term) DO UPDATE SET definition = excluded.definition, name = excluded.name, type = excluded.type"}
	return upsert.later(ctx, in.tx, "keep definitions")
}

// mergeDefinition answers the definition with what is said of it now. had is "" for the first.
func mergeDefinition(had string, now []byte) (string, error) {
	if had == "" {
		v := jsontext.Value(slices.Clone(now))
		if err := v.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false)); err != nil {
			return "", err
		}
		return string(v), nil
	}
	return mergeObjects([]byte(had), now, mergedByEntry)
}

// mergeObjects puts the members of now over those of had; the members named by deep are merged themselves.
func mergeObjects(had, now []byte, deep map[string]bool) (string, error) {
	var a, b map[string]jsontext.Value
	if err := json.Unmarshal(had, &a); err != nil {
		return "", err
	}
	if err := json.Unmarshal(now, &b); err != nil {
		return "", err
	}
	for k, v := range b {
		if old, ok := a[k]; ok && deep[k] {
			merged, err := mergeObjects(old, v, nil)
			if err != nil {
				return "", err
			}
			v = jsontext.Value(merged)
		}
		a[k] = v
	}
	out, err := json.Marshal(a, json.Deterministic(true))
	if err != nil {
		return "", err
	}
	return mergeDefinition("", out)
}

// describe takes the name to show and the type from a definition: the English name, else the first by language tag.
func describe(definition string) (name, kind string) {
	var d struct {
		Name map[string]string `json:"name"`
		Type string            `json:"type"`
	}
	if json.Unmarshal([]byte(definition), &d) != nil {
		return "", "" // every definition was checked when its statement was; one that is odd still has its JSON
	}
	for _, tag := range slices.Sorted(maps.Keys(d.Name)) {
		if name == "" || english(tag) && !english(name) {
			name = tag
		}
	}
	return visible(d.Name[name]), visible(d.Type)
}

func english(tag string) bool {
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return language == "en"
}

// visible leaves out U+0000, which PostgreSQL's text cannot hold and nobody can see.
func visible(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// rememberTold keeps what the rows hold now: of an activity whose row changed, only what was said last is surely in it.
func (db *DB) rememberTold(said []definition, changed map[int64]string) {
	for activity := range changed {
		db.told.forget(activity)
	}
	last := map[int64]bool{}
	for _, d := range slices.Backward(said) {
		if _, moved := changed[d.activity]; !moved || !last[d.activity] {
			db.told.put(d.told)
		}
		last[d.activity] = true
	}
}
