package main

import (
	"context"
	"log/slog"
	"os"
)

// newLogger writes to standard error: text where a person reads along, JSON lines elsewhere.
func newLogger(format string, level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "text" || (format == "auto" && isTerminal(os.Stderr)) {
		return slog.New(withContextID{slog.NewTextHandler(os.Stderr, options)})
	}
	return slog.New(withContextID{slog.NewJSONHandler(os.Stderr, options)})
}

// withContextID adds the request's id to every line written with its context, whichever room writes it, unless the room did.
type withContextID struct{ slog.Handler }

func (h withContextID) Handle(ctx context.Context, r slog.Record) error {
	named := false
	r.Attrs(func(a slog.Attr) bool { named = a.Key == "request"; return !named })
	if id := requestID(ctx); id != "" && !named {
		r.AddAttrs(slog.String("request", id))
	}
	return h.Handler.Handle(ctx, r)
}

func (h withContextID) WithAttrs(a []slog.Attr) slog.Handler {
	return withContextID{h.Handler.WithAttrs(a)}
}

func (h withContextID) WithGroup(name string) slog.Handler {
	return withContextID{h.Handler.WithGroup(name)}
}
