package sqlstore_test

import (
	"testing"

	"cairn/internal/storetest"
)

func TestDocuments(t *testing.T) { storetest.Documents(t) }

func TestAttachments(t *testing.T) { storetest.Attachments(t) }
