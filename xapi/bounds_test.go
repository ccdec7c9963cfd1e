package xapi_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"cairn/xapi"
)

// A body of a few bytes a value is refused before it takes much more memory than it has octets.
func TestValuesOfABodyAreBounded(t *testing.T) {
	for name, raw := range map[string]string{
		"numbers": "[" + strings.Repeat("1,", 8_000_000) + "1]", "arrays": "[" + strings.Repeat("[],", 5_000_000) + "1]",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		err := xapi.Check([]byte(raw), xapi.V1)
		runtime.ReadMemStats(&after)
		var refused *xapi.Invalid
		if !errors.As(err, &refused) || refused.Rule != "json_too_many_values" {
			t.Errorf("%s: %v", name, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 100<<20 {
			t.Errorf("%s: %d MB", name, took>>20)
		}
	}
}

// Text full of commas is one value, and takes no list of a length it never has.
func TestLongTextIsOneValue(t *testing.T) {
	raw := `{"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://v.example/did"},"object":{"id":"http://o.example/1"},
		"context":{"extensions":{"http://e.example/text":"` + strings.Repeat(",[{", 1_000_000) + `"}}}`
	if err := xapi.Check([]byte(raw), xapi.V1); err != nil {
		t.Error(err)
	}
}
