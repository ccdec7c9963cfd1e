// Package xapi is the Experience API statement: its model, the rules a statement must keep, the preparation that makes it
// ready to store and to find again, and the comparison of two statements. It knows xAPI 1.0.3 and 2.0 (IEEE 9274.1.1). It
// knows no SQL, no HTTP resource and no LTI.
package xapi
