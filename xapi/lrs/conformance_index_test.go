package lrs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// requirements is how many requirements the numbering of ADL's conformance requirements has.
const requirements = 336

// untestable are those that name nothing a client could see.
var untestable = []int{185, 186}

var (
	inText = regexp.MustCompile(`XAPI-(\d{5})`)
	inName = regexp.MustCompile(`XAPI((?:_\d{5}(?:_to)?)+)`)
	number = regexp.MustCompile(`(\d{5})(_to)?`)
)

// TestEveryRequirementHasATest looks for each requirement's number in the names and tables of the tests of this package and of
// package xapi, and in the rules, each of which has fixtures.
func TestEveryRequirementHasATest(t *testing.T) {
	held := map[int]bool{}
	for _, pattern := range []string{"*_test.go", "../*_test.go", "../rules.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			collect(held, string(text))
		}
	}
	for n := 1; n <= requirements; n++ {
		if !held[n] && !slices.Contains(untestable, n) {
			t.Errorf("no test names XAPI-%05d", n)
		}
	}
}

func collect(held map[int]bool, text string) {
	for _, m := range inText.FindAllStringSubmatch(text, -1) {
		n, _ := strconv.Atoi(m[1])
		held[n] = true
	}
	for _, m := range inName.FindAllStringSubmatch(text, -1) {
		from := 0 // of a range that was begun
		for _, part := range number.FindAllStringSubmatch(m[1], -1) {
			n, _ := strconv.Atoi(part[1])
			for first := from; first > 0 && first < n; first++ {
				held[first] = true
			}
			held[n], from = true, 0
			if part[2] != "" {
				from = n
			}
		}
	}
}
