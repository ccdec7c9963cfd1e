package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// sourceWait is how long an author waits for the page of an activity to say whether it can be shown in a frame.
const sourceWait = 3 * time.Second

// sourceHeaders asks pages of activities for their headers. Its client reaches what outgoing calls may reach.
type sourceHeaders struct{ client *http.Client }

func (s sourceHeaders) ask(ctx context.Context, address string) (http.Header, error) {
	ctx, cancel := context.WithTimeout(ctx, sourceWait)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the page of an activity: %w", err)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the page of an activity: %w", err)
	}
	_ = answer.Body.Close() // its headers are all that is asked
	if answer.StatusCode >= http.StatusBadRequest {
		return nil, fmt.Errorf("ask the page of an activity: it answered %d", answer.StatusCode)
	}
	return answer.Header, nil
}
