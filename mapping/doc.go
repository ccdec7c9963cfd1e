// Package mapping turns what learners did into what is known about their capabilities: frameworks, alignments, rules,
// evidence, progress and its explanation. Everything here is pure: no SQL, no HTTP, no clock; integers, not floats; order by
// event time, then log position. The same input gives the same output, which is what makes replay equal to live.
package mapping
