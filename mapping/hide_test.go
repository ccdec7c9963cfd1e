package mapping_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestHide(t *testing.T) {
	line := [][]int{{0, 1, 2, 3}}
	tests := map[string]struct {
		group  int
		counts []int
		lines  [][]int
		least  int
		want   []bool
	}{
		"a small group shows nothing":              {4, []int{0, 4}, [][]int{{0, 1}}, 5, []bool{true, true}},
		"everybody, and nobody, may be shown":      {20, []int{0, 20, 0, 0}, line, 5, []bool{false, false, false, false}},
		"a small count, and the next smallest":     {20, []int{3, 7, 10, 0}, line, 5, []bool{true, true, false, true}},
		"all but a few":                            {20, []int{17}, nil, 5, []bool{true}},
		"exactly all":                              {20, []int{20}, nil, 5, []bool{false}},
		"five may be shown":                        {20, []int{5, 15}, [][]int{{0, 1}}, 5, []bool{false, false}},
		"an operator may ask for more":             {20, []int{5, 15}, [][]int{{0, 1}}, 10, []bool{true, true}},
		"and never for fewer":                      {20, []int{3}, nil, 2, []bool{true}},
		"a count without a sum hides no other one": {20, []int{3, 10}, nil, 5, []bool{true, false}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mapping.Hide(tt.group, tt.counts, tt.lines, tt.least)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestHiddenCountsCannotBeWorkedOut goes through every way that a group of up to 26 can fall into four parts.
func TestHiddenCountsCannotBeWorkedOut(t *testing.T) {
	lines := [][]int{{0, 1, 2, 3}}
	for group := range 27 {
		for a := range group + 1 {
			for b := range group - a + 1 {
				for c := range group - a - b + 1 {
					checkHidden(t, group, []int{a, b, c, group - a - b - c}, lines)
				}
			}
		}
	}
}

// TestHiddenCountsOfTablesCannotBeWorkedOut has sums of rows and of columns.
func TestHiddenCountsOfTablesCannotBeWorkedOut(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		rows, columns, group := 2+random.IntN(4), 2+random.IntN(4), 0
		counts, lines := make([]int, rows*columns), make([][]int, rows+columns)
		for i := range counts {
			counts[i] = random.IntN(12)
			group += counts[i]
			lines[i/columns] = append(lines[i/columns], i)
			lines[rows+i%columns] = append(lines[rows+i%columns], i)
		}
		checkHidden(t, group, counts, lines)
	}
}

// checkHidden holds what a reader can do with a table: read what is shown, and take it from the sum of its line.
func checkHidden(t *testing.T, group int, counts []int, lines [][]int) {
	t.Helper()
	const least = mapping.SmallestGroup
	hidden := mapping.Hide(group, counts, lines, least)
	few := func(n int) bool { return n > 0 && n < least }
	for i, n := range counts {
		if !hidden[i] && (few(group) || few(n) || few(group-n)) {
			t.Fatalf("group of %d, %v shows %d", group, counts, n)
		}
	}
	for _, line := range lines {
		count, sum := 0, 0
		for _, i := range line {
			if hidden[i] {
				count, sum = count+1, sum+counts[i]
			}
		}
		if count == 1 || count > 0 && count < len(line) && sum < least {
			t.Fatalf("group of %d, %v, line %v: %d hidden counts add up to %d", group, counts, line, count, sum)
		}
	}
}
