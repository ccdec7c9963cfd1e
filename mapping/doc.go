// Package mapping turns what learners did into what is known about their capabilities: frameworks, alignments, rules,
// evidence, progress and its explanation. Everything here is pure: no SQL, no HTTP, no clock; integers, not floats; order by
// event time, then log position. The same input gives the same output, which is what makes replay equal to live.
//
// Where to look: rule.go says what rules there are and rulecheck.go which are refused; evaluate.go how a case becomes a result (judge.go
// judges an item by itself, judgescope.go in a scope, line.go by pick and spacing, ask.go and part.go what a rule asks, window.go what
// time takes away); explain.go why; next.go what is kept and told of it; suggest.go what to do next.
package mapping
