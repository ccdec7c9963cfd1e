package sqlstore

import (
	"context"
	"crypto/sha1" //nolint:gosec // xAPI names mailboxes so (mbox_sha1sum)
	"encoding/hex"
	"slices"
	"strings"

	"cairn/xapi"
)

// The keys of mailboxes begin with the first, and sort before the second. Those of hashes of mailboxes begin with the third.
const (
	mailboxFrom = "mbox|"
	mailboxTo   = "mbox}"
	mailboxHash = "sha1|"
)

// mailboxPage is how many mailboxes are hashed at once.
const mailboxPage = 10_000

// hashedMailbox is the key of the hash of a mailbox (mbox_sha1sum), by which xAPI names it too; other keys as they are.
func hashedMailbox(agent string) string {
	box, ok := strings.CutPrefix(agent, mailboxFrom)
	if !ok {
		return agent
	}
	sum := sha1.Sum([]byte(box)) //nolint:gosec // as above
	return xapi.Agent{MboxSHA1Sum: hex.EncodeToString(sum[:])}.Key()
}

// findNamed takes the agent that was named, under both names of a mailbox.
func (p *Person) findNamed(ctx context.Context, r reader, who WhoIs) error {
	p.add(who.Agent)
	return p.findTwins(ctx, r, who)
}

// findTwins takes the hash of each mailbox, and of each hash the mailbox, when the store holds that.
func (p *Person) findTwins(ctx context.Context, r reader, _ WhoIs) error {
	known := map[string]bool{}
	for _, agent := range slices.Clone(p.Agents) {
		if strings.HasPrefix(agent, mailboxFrom) {
			known[hashedMailbox(agent)] = true
			p.add(hashedMailbox(agent))
		}
	}
	wanted := map[string]bool{}
	for _, agent := range p.Agents {
		if strings.HasPrefix(agent, mailboxHash) && !known[agent] {
			wanted[agent] = true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	return eachMailbox(ctx, r, func(agent string) {
		if wanted[hashedMailbox(agent)] {
			p.add(agent)
		}
	})
}

// NearMailboxes answers keys of mailboxes that differ from the person's in the case of letters alone. xAPI compares what is before the @
// letter by letter, so they may be somebody else's, and are left.
func (s *Store) NearMailboxes(ctx context.Context, p Person) (near []string, err error) {
	wanted := map[string]bool{}
	for _, agent := range p.Agents {
		if strings.HasPrefix(agent, mailboxFrom) {
			wanted[strings.ToLower(agent)] = true
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	err = s.snapshot(ctx, func(r reader) error {
		near = nil
		return eachMailbox(ctx, r, func(agent string) {
			if wanted[strings.ToLower(agent)] && !slices.Contains(slices.Concat(p.Agents, p.Shared, near), agent) {
				near = append(near, agent)
			}
		})
	})
	return near, wrap(err, "look for mailboxes that are written nearly the same")
}

// eachMailbox tells every mailbox that statements or documents name, or that is linked to an account.
func eachMailbox(ctx context.Context, r reader, told func(agent string)) error {
	for after := mailboxFrom; ; {
		var rows []termRow
		if err := r.Select(ctx, &rows, `SELECT id, kind, value, whole FROM term WHERE kind = ? AND value > ? AND value < ? ORDER BY value LIMIT ?`,
			int64(xapi.TermAgent), after, mailboxTo, mailboxPage); err != nil {
			return err
		}
		for _, row := range rows {
			told(row.term().value)
			after = row.Value
		}
		if len(rows) < mailboxPage {
			break
		}
	}
	var agents []string
	if err := r.Select(ctx, &agents, `SELECT agent FROM document WHERE agent LIKE ? UNION SELECT agent FROM agent_link WHERE agent LIKE ? UNION
		SELECT agent FROM account_link WHERE agent LIKE ?`, mailboxFrom+"%", mailboxFrom+"%", mailboxFrom+"%"); err != nil {
		return err
	}
	for _, agent := range agents {
		told(givenValue(agent, nil))
	}
	return nil
}
