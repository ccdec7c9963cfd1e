package xapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
)

// Client sends statements to an LRS and reads them back, with HTTP Basic authentication. It is safe for concurrent use. How long
// a call may take is the context's to say. Redirects are not followed: they would take the secret along.
type Client struct {
	Endpoint    string // base address of the LRS; a slash at its end does not matter
	Key, Secret string
	Version     Version      // V1 by default
	HTTP        *http.Client // a plain one by default
	MaxAnswer   int64        // octets of an answer; 32 MiB by default
}

// ErrForeignMore says that a more link leads to another origin, where the secret must not go.
var ErrForeignMore = errors.New("xapi: the more link leads to another origin")

// ErrAnswer says that an answer is not what the specification promises.
var ErrAnswer = errors.New("xapi: the answer of the LRS cannot be used")

// ResponseError is a refusal by the LRS. Body is what it answered, cut to 1,000 octets.
type ResponseError struct {
	Status int
	Body   string
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("xapi: the LRS answered %d: %s", e.Status, e.Body)
}

// StatementResult is one page of a query (Data 2.5). More is "" on the last one.
type StatementResult struct {
	Statements []Statement `json:"statements"`
	More       string      `json:"more"`
}

// Post sends statements, all or none, and answers their ids in order.
func (c *Client) Post(ctx context.Context, statements ...*Statement) ([]string, error) {
	raw, err := json.Marshal(statements, modelOptions)
	if err != nil {
		return nil, fmt.Errorf("xapi: writing statements: %w", err)
	}
	return c.PostJSON(ctx, raw)
}

// PostJSON sends one statement or an array of them as they are.
func (c *Client) PostJSON(ctx context.Context, raw []byte) ([]string, error) {
	var ids []string
	err := c.call(ctx, http.MethodPost, c.address("/statements"), raw, &ids)
	return ids, err
}

// Statement reads one statement that is not voided.
func (c *Client) Statement(ctx context.Context, id string) (*Statement, error) {
	return c.one(ctx, url.Values{"statementId": {id}})
}

// VoidedStatement reads one that is.
func (c *Client) VoidedStatement(ctx context.Context, id string) (*Statement, error) {
	return c.one(ctx, url.Values{"voidedStatementId": {id}})
}

func (c *Client) one(ctx context.Context, query url.Values) (*Statement, error) {
	s := new(Statement)
	if err := c.call(ctx, http.MethodGet, c.address("/statements?"+query.Encode()), nil, s); err != nil {
		return nil, err
	}
	return s, nil
}

// Query reads the first page of what matches the parameters of GET /statements (Communication 2.1.3).
func (c *Client) Query(ctx context.Context, parameters url.Values) (StatementResult, error) {
	var page StatementResult
	err := c.call(ctx, http.MethodGet, c.address("/statements?"+parameters.Encode()), nil, &page)
	return page, err
}

// Next reads the page behind one that has a more link. ErrForeignMore when the link leads to another origin.
func (c *Client) Next(ctx context.Context, page StatementResult) (next StatementResult, err error) {
	base, err := url.Parse(c.Endpoint)
	if err != nil {
		return next, fmt.Errorf("xapi: the endpoint: %w", err)
	}
	link, err := base.Parse(page.More)
	if err != nil {
		return next, fmt.Errorf("%w: the more link: %w", ErrAnswer, err)
	}
	if link.Scheme != base.Scheme || link.Host != base.Host {
		return next, fmt.Errorf("%w: %s", ErrForeignMore, link.Host)
	}
	err = c.call(ctx, http.MethodGet, link.String(), nil, &next)
	return next, err
}

// All walks what matches, page by page, up to the first error.
func (c *Client) All(ctx context.Context, parameters url.Values) iter.Seq2[Statement, error] {
	return func(yield func(Statement, error) bool) {
		page, err := c.Query(ctx, parameters)
		for ; err == nil; page, err = c.Next(ctx, page) {
			for _, s := range page.Statements {
				if !yield(s, nil) {
					return
				}
			}
			if page.More == "" {
				return
			}
		}
		yield(Statement{}, err)
	}
}

func (c *Client) address(path string) string { return strings.TrimRight(c.Endpoint, "/") + path }

// call sends a request and reads the JSON of a 200.
func (c *Client) call(ctx context.Context, method, address string, body []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("xapi: the request: %w", err)
	}
	req.SetBasicAuth(c.Key, c.Secret)
	req.Header.Set(VersionHeader, max(c.Version, V1).String())
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http().Do(req)
	if err != nil {
		return fmt.Errorf("xapi: calling the LRS: %w", err)
	}
	defer res.Body.Close()
	raw, err := c.read(res)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into, modelOptions); err != nil {
		return fmt.Errorf("%w: %w", ErrAnswer, err)
	}
	return nil
}

// http is the client to use, without redirects.
func (c *Client) http() *http.Client {
	plain := http.Client{}
	if c.HTTP != nil {
		plain = *c.HTTP
	}
	plain.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &plain
}

func (c *Client) read(res *http.Response) ([]byte, error) {
	most := c.MaxAnswer
	if most <= 0 {
		most = 32 << 20
	}
	raw, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("xapi: reading the answer of the LRS: %w", err)
	case res.StatusCode != http.StatusOK:
		return nil, &ResponseError{res.StatusCode, strings.ToValidUTF8(string(raw[:min(len(raw), 1000)]), "?")}
	case int64(len(raw)) > most:
		return nil, fmt.Errorf("%w: it is longer than %d octets", ErrAnswer, most)
	}
	return raw, nil
}
