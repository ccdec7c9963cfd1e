package main

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"cairn/internal/sqlstore"
)

type adminCmd struct {
	Link adminLinkCmd `cmd:"" help:"Make a link that opens the administration once, in one browser."`
}

type adminLinkCmd struct {
	Expires time.Duration `default:"15m" placeholder:"TIME" help:"How long it is good for, 1m to 24h; default: 15 minutes."`
}

// Run makes a link and prints it; it is not kept.
func (c *adminLinkCmd) Run(p *program) error {
	if p.BaseURL == "" {
		return refuse(exitUsage, "the administration is an address of Cairn: set CAIRN_BASE_URL")
	}
	return p.withStore(func(s *sqlstore.Store) error {
		code, expires, err := s.AddOperatorLink(p.ctx, c.Expires)
		if errors.Is(err, sqlstore.ErrOperatorLink) {
			return &refusal{exitUsage, "--expires cannot be used", err}
		}
		if err != nil {
			return err
		}
		link := p.BaseURL + "/admin/enter?" + url.Values{"code": {code}}.Encode()
		if p.JSON {
			return printJSON(p.out, map[string]string{"url": link, "expires": stamp(expires)})
		}
		_, err = fmt.Fprintf(p.out, "%s\n\nOpen this in your browser and press the button. It works once, until %s, and is shown once.\n"+
			"Whoever has it can change everything that the administration can: treat it as a password.\n", link, stamp(expires))
		return err
	})
}
