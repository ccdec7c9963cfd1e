package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
	"github.com/lestrrat-go/jwx/v2/jwt"

	"cairn/lti/ltitest"
)

// bareVerifierArg makes this program the bare verifier: a handler that parses and verifies the posted id_token and does nothing
// else, in a process of its own so that its cost can be read. The key set comes on standard input, the address goes to standard output.
const bareVerifierArg = "bare-verifier"

func serveBareVerifier() {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	keys, err := jwk.Parse(text)
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + listener.Addr().String())
	_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := jwt.Parse([]byte(r.PostFormValue("id_token")), jwt.WithKeySet(keys, jws.WithInferAlgorithmFromKey(true)))
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusSeeOther)
	}))
}

// verifyAll posts the same tokens to the bare verifier.
func (b *bench) verifyAll(p *ltitest.Platform, all []one) (took, cost time.Duration, err error) {
	keys, err := readKeySet(p)
	if err != nil {
		return 0, 0, err
	}
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	verifier := exec.CommandContext(b.ctx, self, bareVerifierArg)
	verifier.Stdin, verifier.Stderr = strings.NewReader(string(keys)), os.Stderr
	out, err := verifier.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	if err := verifier.Start(); err != nil {
		return 0, 0, err
	}
	defer func() { _ = verifier.Process.Kill(); _ = verifier.Wait() }()
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return 0, 0, fmt.Errorf("the bare verifier said no address: %w", err)
	}
	client, base := browser(), strings.TrimSpace(address)
	spent, began := cpu(verifier.Process.Pid), time.Now()
	err = inParallel(all, func(o *one) error {
		answer, err := postForm(client, base, url.Values{"id_token": {o.token}, "state": {o.state}}, "")
		if err == nil && answer.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("the bare verifier answered %s", answer.Status)
		}
		return err
	})
	return time.Since(began), cpu(verifier.Process.Pid) - spent, err
}
