// Package storetest is the behaviour every store must have, run against each database: a real SQLite file and a throw-away
// PostgreSQL. A test package calls Main from TestMain, and Each for what must hold on both.
package storetest
