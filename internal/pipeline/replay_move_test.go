package pipeline_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
)

// ownerOf answers whose an account is.
func (w *world) ownerOf(account string) string {
	return cmp.Or(w.owners[account], homeOf(account))
}

func homeOf(account string) string { return strings.Replace(account, "account", "learner", 1) }

// move joins two learners, or parts an account from its learner, as a store does.
func (w *world) move(t *rapid.T) pipeline.Entry {
	accounts := map[string][]string{} // by learner
	for _, a := range []string{"account-1", "account-2", "account-3"} {
		accounts[w.ownerOf(a)] = append(accounts[w.ownerOf(a)], a)
	}
	account := fmt.Sprint("account-", rapid.IntRange(1, 3).Draw(t, "who"))
	m, kind := learner.Move{ID: w.id('9'), From: w.ownerOf(account), Author: "operator", At: w.now}, pipeline.EntryParted
	switch mine := accounts[m.From]; {
	case len(mine) == 1:
		kind, m.Accounts, m.Into = pipeline.EntryJoined, mine, rapid.SampledFrom(slices.Sorted(maps.Keys(accounts))).Draw(t, "into")
	case homeOf(account) != m.From:
		m.Accounts, m.Into = []string{account}, homeOf(account)
	default:
		m.Accounts = slices.DeleteFunc(mine, func(a string) bool { return a == account })
		m.Into = homeOf(m.Accounts[0])
	}
	if m.Into == m.From {
		return w.statement(t)
	}
	return w.moved(t, kind, m)
}

func (w *world) moved(t *rapid.T, kind pipeline.EntryKind, m learner.Move) pipeline.Entry {
	var gone, made []pipeline.Entry
	for _, a := range m.Accounts {
		w.owners[a] = m.Into
		m.Homes = append(m.Homes, homeOf(a))
	}
	for i, l := range w.links {
		if slices.Contains(m.Accounts, l.Account) {
			l.Move = m.ID
			gone = append(gone, event(t, pipeline.EntryUnlink, l))
			l.Learner = m.Into
			made = append(made, event(t, pipeline.EntryLink, l))
			w.links[i].Learner = m.Into
		}
	}
	w.queue = append(slices.Concat(gone, made), event(t, kind, m))
	return w.next(t)
}
