package pgtemp_test

import (
	"errors"
	"net"
	"net/url"
	"testing"

	"cairn/internal/tools/pgtemp"
)

func TestClusterAnswersAndGoesAway(t *testing.T) {
	c, err := pgtemp.Start(t.Context(), pgtemp.Options{})
	if errors.Is(err, pgtemp.ErrNotInstalled) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(c.DSN)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatalf("the cluster does not answer at %s: %v", u.Host, err)
	}
	_ = conn.Close()
	c.Stop()
	if conn, err := net.Dial("tcp", u.Host); err == nil {
		_ = conn.Close()
		t.Fatal("the cluster still answers after Stop")
	}
}
