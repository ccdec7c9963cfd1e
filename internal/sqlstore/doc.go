// Package sqlstore keeps everything Cairn knows in one SQL database, SQLite or PostgreSQL, and is the only package that knows
// SQL and drivers. One text of a query with ? serves both; dialect holds what really differs.
//
// Writes go through DB.write: one transaction, written durably before it returns. On SQLite the writes that wait at the same
// time share one transaction (group commit), each undone alone when it fails. The log (statement and event) is written under
// one lock, see lockLog, so that positions become visible in order.
package sqlstore
