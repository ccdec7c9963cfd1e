package sqlstore_test

import (
	"regexp"
	"testing"

	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// naming is how columns are called that say who somebody is.
var naming = regexp.MustCompile(`^(learner|account|agent|author|owner|actor|subject|member.*|user.*|person.*|email|mailbox|username|sourced_id|.*_by)$`)

// Whoever adds a table about people has to say how it is erased: in personTables, authorColumns, or here, with a reason.
func TestEveryColumnThatNamesPeopleIsErased(t *testing.T) {
	known := map[string]string{
		"account.learner": "the row is erased", "account.subject": "the row is erased",
		"account_claim.email": "the row is erased", "account_claim.mailbox": "the row is erased", "account_claim.username": "the row is erased",
		"account_claim.sourced_id": "the row is erased", "account_link.agent": "the row is erased",
		"agent_link.account": "the row is erased", "agent_link.agent": "the row is erased, also of others", "agent_link.subject": "the row is erased",
		"evidence.agent": "the row is erased", "rating.account": "the row is erased",
		"document.owner":  "a hash, and the row is erased",
		"statement.actor": "a term, which is blanked", "checkpoint.actor": "a term, which is blanked",
	}
	for _, column := range sqlstore.ErasedColumns() {
		known[column] = "erased"
	}
	d := storetest.SQLite(t)
	d.Open(t)
	raw := d.Raw(t)
	var tables []string
	if err := raw.Select(&tables, `SELECT name FROM sqlite_master WHERE type = 'table'`); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var columns []string
		if err := raw.Select(&columns, `SELECT name FROM pragma_table_info('`+table+`')`); err != nil {
			t.Fatal(err)
		}
		for _, column := range columns {
			if naming.MatchString(column) && known[table+"."+column] == "" {
				t.Errorf("nobody says what becomes of %s.%s when a person is erased", table, column)
			}
		}
	}
}
