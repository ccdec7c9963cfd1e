package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"

	"cairn/lti/ltitest"
)

// visit is a launched page, with the cookie that opens it.
type visit struct{ address, cookie string }

// launchFor launches once for a person and answers where that led.
func launchFor(client *http.Client, base string, p *ltitest.Platform, user, link string) (visit, error) {
	begin, err := p.Initiate(user, link)
	if err != nil {
		return visit{}, err
	}
	o := one{begin: begin}
	if err := login(client, &o); err != nil {
		return visit{}, err
	}
	token, err := p.IDToken(user, link, o.nonce, "")
	if err != nil {
		return visit{}, err
	}
	answer, err := postForm(client, base+"/lti/launch", url.Values{"id_token": {token}, "state": {o.state}}, o.cookie)
	if err != nil {
		return visit{}, err
	}
	to, err := answer.Location()
	if err != nil {
		return visit{}, fmt.Errorf("the launch of %s answered %s", user, answer.Status)
	}
	return visit{to.String(), o.cookie}, nil
}

// open reads the page to its end and answers it.
func (v visit) open(client *http.Client) ([]byte, error) {
	r, err := http.NewRequest(http.MethodGet, v.address, nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Cookie", v.cookie)
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the page answered %s", answer.Status)
	}
	return io.ReadAll(answer.Body)
}
