package xapi

import "time"

var resultNames = []string{"score", "success", "completion", "response", "duration", "extensions"}

// result checks Data 2.4.5 and keeps the outcome; a SubStatement has none, because nothing happened.
func (c *checker) result(i int32) (err error) {
	if err = c.object(i); err != nil {
		return err
	}
	var o Outcome
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		switch c.name(k) {
		case "score":
			o.ScoreMilli, err = c.score(k)
		case "success":
			o.Success, err = c.boolean(k)
		case "completion":
			o.Completion, err = c.boolean(k)
		case "response":
			err = c.string(k)
		case "duration":
			o.Duration, err = c.duration(k)
		case "extensions":
			err = c.extensions(k)
		default:
			err = c.unknown(k, resultNames...)
		}
		if err != nil {
			return err
		}
	}
	if !c.sub {
		c.outcome = o
	}
	return nil
}

func (c *checker) duration(i int32) (*time.Duration, error) {
	if err := c.string(i); err != nil {
		return nil, err
	}
	c.mark(i, markPeriod)
	d, ok := parseDuration(c.text(i))
	if !ok {
		return nil, c.fail(i, ruleDuration, "%q is not an ISO 8601 duration", clip(c.text(i)))
	}
	return &d, nil
}

// score checks Data 2.4.5.1 and answers the thousandths, nil when it holds no usable number.
func (c *checker) score(i int32) (*int, error) {
	if err := c.object(i); err != nil {
		return nil, err
	}
	var s Score
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		var field *Number
		switch c.name(k) {
		case "scaled":
			field = &s.Scaled
		case "raw":
			field = &s.Raw
		case "min":
			field = &s.Min
		case "max":
			field = &s.Max
		default:
			return nil, c.unknown(k, "scaled", "raw", "min", "max")
		}
		if err := c.number(k); err != nil {
			return nil, err
		}
		*field = Number(c.raw(k))
	}
	if err := c.scoreRange(i, s); err != nil {
		return nil, err
	}
	if milli, ok := s.Thousandths(); ok {
		return &milli, nil
	}
	return nil, nil
}

func (c *checker) scoreRange(i int32, s Score) error {
	raw, low, high := s.Raw.decimal(), s.Min.decimal(), s.Max.decimal()
	scaled := s.Scaled.decimal()
	switch {
	case s.Min != "" && s.Max != "" && low.compare(high) >= 0:
		return c.fail(i, ruleScoreRange, "min is not below max")
	case s.Raw != "" && s.Min != "" && raw.compare(low) < 0, s.Raw != "" && s.Max != "" && raw.compare(high) > 0:
		return c.fail(i, ruleScoreRaw, "raw is not between min and max")
	case s.Scaled != "" && (scaled.compare(parseDecimal("-1")) < 0 || scaled.compare(parseDecimal("1")) > 0):
		return c.fail(i, ruleScoreScaled, "scaled is not between -1 and 1")
	}
	return nil
}
