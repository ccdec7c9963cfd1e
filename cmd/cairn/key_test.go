package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cairn/lti"
)

// keyList is what `key list --json` prints.
type keyList struct {
	Encrypted bool
	Keys      []struct{ Kid, State string }
}

func (l keyList) states() string {
	var words []string
	for _, k := range l.Keys {
		words = append(words, k.State)
	}
	return strings.Join(words, " ")
}

// A key is rotated, signs and is retired while a server runs, which never stops publishing what signs.
func TestKeysAreRotatedWithoutRestart(t *testing.T) {
	env := environment(t)
	p := serve(t, env)
	kids := func() string {
		_, body := p.get(t, "/lti/keys")
		return body
	}
	var l keyList
	succeed(t, env, &l, "key", "list")
	first := l.Keys[0].Kid
	if l.states() != "signing" || !strings.Contains(kids(), first) {
		t.Fatalf("at first: %+v", l)
	}
	if r := command(t, env, "key", "retire", first); r.code != exitRefused || !strings.Contains(r.problem, "signs") {
		t.Errorf("retiring the signing key ended with %d: %s", r.code, r.problem)
	}
	succeed(t, env, &l, "key", "rotate")
	next := l.Keys[1].Kid
	if l.states() != "signing next" {
		t.Errorf("rotated: %+v", l)
	}
	if r := command(t, env, "key", "rotate"); r.code != exitRefused {
		t.Errorf("rotating again ended with %d: %s", r.code, r.problem)
	}
	eventually(t, "the server publishes both keys", func() bool { return strings.Contains(kids(), first) && strings.Contains(kids(), next) })
	succeed(t, env, &l, "key", "rotate", "--after", "0s")
	if l.states() != "old next signing" {
		t.Errorf("rotated at once: %+v", l)
	}
	now := l.Keys[2].Kid
	eventually(t, "the server signs with the new key", func() bool {
		return strings.HasPrefix(kids(), `{"keys":[{`) && strings.Index(kids(), now) < strings.Index(kids(), first) && strings.Contains(kids(), now)
	})
	succeed(t, env, nil, "key", "retire", first)
	if succeed(t, env, &l, "key", "retire", next); l.states() != "signing" || l.Keys[0].Kid != now {
		t.Errorf("retired: %+v", l)
	}
	eventually(t, "the server forgets the old keys", func() bool { return !strings.Contains(kids(), first) && !strings.Contains(kids(), next) })
	if r := command(t, env, "key", "retire", first); r.code != exitRefused {
		t.Errorf("retiring it again ended with %d", r.code)
	}
	p.stop(t)
	if again := serve(t, env); !strings.Contains(mustGet(t, again, "/lti/keys"), now) {
		t.Error("after a restart another key is published")
	}
}

func mustGet(t *testing.T, p *process, path string) string {
	t.Helper()
	status, body := p.get(t, path)
	if status != 200 {
		t.Fatalf("%s answers %d", path, status)
	}
	return body
}

// With a secret the file is encrypted from the first start; without it, or with another, nothing starts and the sentence says why.
func TestKeysAreEncryptedAtRest(t *testing.T) {
	plain := environment(t)
	secret := strings.Repeat("s3cret-", 6)
	env := append(plain[:len(plain):len(plain)], "CAIRN_KEY_SECRET="+secret)
	p := serve(t, env)
	before := mustGet(t, p, "/lti/keys")
	p.stop(t)
	file := variable(env, "CAIRN_DB") + ".key"
	text, err := os.ReadFile(file)
	if err != nil || bytes.Contains(text, []byte("PRIVATE")) || bytes.Contains(text, []byte("keys\":")) {
		t.Fatalf("the file is not encrypted (%v): %s", err, text)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file: %v (%v)", info, err)
	}
	for name, c := range map[string]struct {
		env  []string
		says string
	}{
		"missing": {plain, "CAIRN_KEY_SECRET"},
		"wrong":   {append(plain[:len(plain):len(plain)], "CAIRN_KEY_SECRET="+strings.Repeat("another", 6)), "another secret"},
		"short":   {append(plain[:len(plain):len(plain)], "CAIRN_KEY_SECRET=short"), "32"},
		"both":    {append(env[:len(env):len(env)], "CAIRN_KEY_SECRET_FILE=x"), "give one"},
		"no file": {append(plain[:len(plain):len(plain)], "CAIRN_KEY_SECRET_FILE=/none/x"), "/none/x"},
	} {
		for _, args := range [][]string{{"serve"}, {"key", "list"}, {"key", "rotate"}} {
			r := command(t, c.env, args...)
			if r.code != exitUsage || !strings.Contains(r.problem, c.says) || strings.Contains(r.problem, secret) {
				t.Errorf("%s: cairn %s ended with %d: %s", name, strings.Join(args, " "), r.code, r.problem)
			}
		}
	}
	var l keyList
	if succeed(t, env, &l, "key", "rotate"); !l.Encrypted || l.states() != "signing next" {
		t.Errorf("rotated: %+v", l)
	}
	other := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(other, []byte(strings.Repeat("newer-", 6)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	succeed(t, env, nil, "key", "seal", "--new-secret-file", other)
	if r := command(t, env, "serve"); r.code != exitUsage {
		t.Errorf("with the old secret serve ended with %d", r.code)
	}
	again := serve(t, append(plain[:len(plain):len(plain)], "CAIRN_KEY_SECRET_FILE="+other))
	if after := mustGet(t, again, "/lti/keys"); !strings.Contains(after, before[len(`{"keys":[`):len(before)-len(`]}`)]) {
		t.Errorf("the key was %s and is %s", before, after)
	}
}

// A plain file is sealed by a command; the keys stay the same.
func TestPlainKeyFileIsSealed(t *testing.T) {
	env := environment(t)
	p := serve(t, env)
	before := mustGet(t, p, "/lti/keys")
	if r := command(t, env, "key", "seal"); r.code != exitUsage || !strings.Contains(r.problem, "CAIRN_KEY_SECRET") {
		t.Errorf("sealing with nothing ended with %d: %s", r.code, r.problem)
	}
	p.stop(t)
	env = append(env, "CAIRN_KEY_SECRET="+strings.Repeat("x", 32))
	warned := serve(t, env)
	if warned.stop(t); !strings.Contains(warned.logged(), "cairn key seal") {
		t.Errorf("nobody is warned: %s", warned.logged())
	}
	succeed(t, env, nil, "key", "seal")
	if after := mustGet(t, serve(t, env), "/lti/keys"); after != before {
		t.Errorf("the key set was %s and is %s", before, after)
	}
	if r := command(t, append(env, "CAIRN_TOOL_KEY=x", "CAIRN_KEY_SECRET="), "key", "rotate"); r.code != exitRefused && r.code != exitUsage {
		t.Errorf("rotating a key of the environment ended with %d", r.code)
	}
}

// newKey is a key pair in PEM form.
func newKey(t *testing.T) []byte {
	t.Helper()
	pair, err := lti.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	text, err := pair.PEM()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDamagedKeyFilesAreRefused(t *testing.T) {
	keys, err := oneKey(newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.Repeat("x", 32)
	sealed, err := keys.text(secret)
	if err != nil {
		t.Fatal(err)
	}
	open, err := keys.text("")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "other JSON": "{}", "cut": string(sealed[:len(sealed)/2]), "no keys": `{"format":"cairn-keys-1","links":"AAAA"}`,
		"another format": strings.Replace(string(open), keyFormat, "cairn-keys-9", 1), "unknown member": strings.Replace(string(open), `"keys"`, `"x":1,"keys"`, 1),
		"a changed letter": changed(string(sealed), `"sealed": "`), "a changed nonce": changed(string(sealed), `"nonce": "`), "a changed salt": changed(string(sealed), `"salt": "`),
		"no nonce": strings.Replace(string(sealed), `"nonce"`, `"links"`, 1),
	} {
		if _, err := readKeys([]byte(text), secret); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string][]byte{"open": open, "sealed": sealed} {
		got, err := readKeys(text, secret)
		if err != nil || got.all[0].ID != keys.all[0].ID || !bytes.Equal(got.links, keys.links) || got.sealed != (name == "sealed") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	again, err := keys.text(secret)
	if err != nil || bytes.Equal(again, sealed) {
		t.Errorf("sealed twice it is the same (%v)", err)
	}
}

// changed is a text with one letter behind a mark changed.
func changed(text, mark string) string {
	i := strings.Index(text, mark) + len(mark) + 3
	letter := "A"
	if text[i] == 'A' {
		letter = "B"
	}
	return text[:i] + letter + text[i+1:]
}

// Of several keys the newest whose time has come signs; all are published.
func TestSigningKeyIsTheNewestWhoseTimeHasCome(t *testing.T) {
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	var keys toolKeys
	for _, from := range []time.Time{{}, at.Add(time.Hour), at} {
		pair, err := lti.GenerateKey()
		if err != nil {
			t.Fatal(err)
		}
		keys = keys.with(toolKey{KeyPair: pair, From: from})
	}
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{-time.Second, 0}, {0, 2}, {time.Hour - time.Second, 2}, {time.Hour, 1}} {
		ring := keys.ring(at.Add(c.after))
		if ring.Signing.ID != keys.all[c.want].ID || len(ring.Others) != 2 {
			t.Errorf("%s later %s signs beside %d others, want key %d", c.after, ring.Signing.ID, len(ring.Others), c.want)
		}
	}
	rest := keys.without(0)
	if got := rest.ring(at.Add(time.Minute)).Signing.ID; got != keys.all[2].ID {
		t.Errorf("a key whose time has not come signs before one whose has: %s", got)
	}
	if got := rest.ring(at.Add(-time.Hour)).Signing.ID; got != keys.all[1].ID {
		t.Errorf("when the clock went back %s signs", got)
	}
}

func FuzzReadKeys(f *testing.F) {
	f.Add([]byte(`{"format":"cairn-keys-1","salt":"AAAA","nonce":"AAAAAAAAAAAAAAAA","sealed":"AAAA"}`))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		keys, err := readKeys(text, strings.Repeat("x", 32))
		if err == nil && (len(keys.all) == 0 || len(keys.links) == 0) {
			t.Error("no keys and no error")
		}
	})
}
