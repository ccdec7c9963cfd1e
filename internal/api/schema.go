package api

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// schemas makes JSON Schemas of the types that answers and bodies are written from, so that what is said of them is true.
type schemas struct {
	all   object
	types map[string]reflect.Type // by name
}

func newSchemas() *schemas { return &schemas{object{}, map[string]reflect.Type{}} }

func ref(name string) object { return object{"$ref": "#/components/schemas/" + name} }

// words are the types that are one of a few words.
var words = map[reflect.Type][]string{
	reflect.TypeFor[mapping.State]():            wordsOf(states...),
	reflect.TypeFor[mapping.ScopeKind]():        wordsOf(mapping.ScopeInstance, mapping.ScopeRegistration, mapping.ScopeCourse),
	reflect.TypeFor[mapping.SelectorKind]():     wordsOf(mapping.SelectorKinds()...),
	reflect.TypeFor[mapping.RuleKind]():         wordsOf(mapping.RuleKind(""), mapping.RuleAny, mapping.RuleAll, mapping.RuleN, mapping.RulePoints, mapping.RuleGroups),
	reflect.TypeFor[mapping.Pick]():             wordsOf(mapping.PickHighest, mapping.PickLatest, mapping.PickMostCommon),
	reflect.TypeFor[mapping.NodeKind]():         wordsOf(mapping.NodeSection, mapping.NodeCapability),
	reflect.TypeFor[mapping.Wording]():          wordsOf(mapping.WordingOfficial, mapping.WordingShortLabel, mapping.WordingStructure),
	reflect.TypeFor[mapping.PublicationState](): wordsOf(mapping.VersionPublished, mapping.VersionRetired),
	reflect.TypeFor[mapping.Reason]():           wordsOf(mapping.Reasons()...),
	reflect.TypeFor[mapping.CauseKind](): wordsOf(mapping.CauseStatement, mapping.CauseVoid, mapping.CauseTakenBack, mapping.CauseTag, mapping.CauseLink, mapping.CauseUnlink, mapping.CauseJoined, mapping.CauseParted,
		mapping.CauseExpiry, mapping.CauseEndorsed, mapping.CauseFramework, mapping.CauseEndorsementWithdrawn),
	reflect.TypeFor[pipeline.Effect](): wordsOf(pipeline.EffectGain, pipeline.EffectLose, pipeline.EffectExpire),
}

// of answers the schema of a value's type.
func (s *schemas) of(v any) object { return s.typed(reflect.TypeOf(v)) }

func (s *schemas) typed(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[mapping.Period](), t == reflect.TypeFor[mapping.Duration]():
		return object{"type": "string", "format": "duration"}
	case words[t] != nil:
		return object{"type": "string", "enum": words[t]}
	case t.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return s.typed(t.Elem())
	case reflect.Struct:
		return s.named(t)
	case reflect.Slice:
		return object{"type": "array", "items": s.typed(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.typed(t.Elem())}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Interface:
		return object{}
	}
	panic(fmt.Sprintf("api: no schema for %s", t)) // found by the test that makes the document
}

// named keeps the schema of a struct under its name, once.
func (s *schemas) named(t reflect.Type) object {
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if was, there := s.types[name]; there && was != t {
		panic(fmt.Sprintf("api: %s and %s have one name in the document", was, t)) // found by the test that makes it
	} else if !there {
		s.types[name] = t
		schema, properties := object{"type": "object"}, object{}
		s.all[name] = schema // before its members, which may be of the same type
		required := s.members(t, properties)
		schema["properties"] = properties
		if len(required) > 0 {
			schema["required"] = required
		}
		if strings.HasSuffix(name, "Request") {
			schema["additionalProperties"] = false
		}
	}
	return ref(name)
}

// members collects the members of a struct, those of what it embeds too, and answers the names of those that are always there.
func (s *schemas) members(t reflect.Type, into object) (required []string) {
	for f := range t.Fields() {
		if f.Anonymous && f.Tag.Get("json") == "" {
			required = append(required, s.members(f.Type, into)...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || name == "" {
			continue
		}
		into[name] = s.typed(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return required
}
