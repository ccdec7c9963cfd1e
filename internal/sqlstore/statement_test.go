package sqlstore_test

import (
	"testing"

	"cairn/internal/storetest"
)

func TestStatements(t *testing.T) { storetest.Statements(t) }

func TestCredentials(t *testing.T) { storetest.Credentials(t) }

func TestLog(t *testing.T) { storetest.Log(t) }
