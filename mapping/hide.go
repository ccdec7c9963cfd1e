package mapping

// SmallestGroup is the fewest people that a count may be about before it is hidden (pages.md 4.1). An operator may ask for more,
// never for fewer.
const SmallestGroup = 5

// Hide says which counts of people must not be shown, so that no total tells of one person what they did (pages.md 4.1). group is
// how many people there are in all, counts are numbers of them, and each line names counts that add up to the group, or to another
// count that is shown. least is the smallest group that may be shown, at least SmallestGroup.
//
// Hidden is every count when the group is smaller than least; a count from 1 to least-1; a count that leaves out as few, for the rest
// could be read from it; and in each line, while what is hidden there is one count or adds up to fewer than least, the next smallest:
// what is hidden in a line is never less than two counts that share least people or more, so that no subtraction answers one.
func Hide(group int, counts []int, lines [][]int, least int) []bool {
	least = max(least, SmallestGroup)
	hidden := make([]bool, len(counts))
	few := func(n int) bool { return n > 0 && n < least }
	for i, n := range counts {
		hidden[i] = few(group) || few(n) || few(group-n)
	}
	for again := true; again; {
		again = false
		for _, line := range lines {
			if next := nextToHide(counts, hidden, line, least); next >= 0 {
				hidden[next], again = true, true
			}
		}
	}
	return hidden
}

// nextToHide answers the smallest count of a line that is still shown, when the hidden ones could be worked out from the sum of the
// line; -1 when nothing is to be done. One alone is the rest of the sum, and a small sum of several tells nearly as much.
func nextToHide(counts []int, hidden []bool, line []int, least int) int {
	count, sum, next := 0, 0, -1
	for _, i := range line {
		switch {
		case hidden[i]:
			count++
			sum += counts[i]
		case next < 0 || counts[i] < counts[next]:
			next = i
		}
	}
	if count == 0 || count > 1 && sum >= least {
		return -1
	}
	return next
}
