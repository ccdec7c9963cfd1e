package xapi

import "strconv"

var attachmentNames = []string{"usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"}

func (c *checker) attachmentList(i int32) error {
	if err := c.array(i); err != nil {
		return err
	}
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		if err := c.attachment(k); err != nil {
			return err
		}
	}
	return nil
}

// attachment checks the description of an attachment (Data 2.4.11) and notes it. Whether its data came along is for the request
// to judge.
func (c *checker) attachment(i int32) (err error) {
	if err = c.object(i); err != nil {
		return err
	}
	var a Attachment
	found := 0
	for k := i + 1; k < c.nodes[i].next; k = c.nodes[k].next {
		found++
		switch c.name(k) {
		case "usageType":
			a.UsageType, err = c.iri(k)
		case "display":
			err = c.languageMap(k)
		case "description":
			found--
			err = c.languageMap(k)
		case "contentType":
			a.ContentType, err = c.format(k, isMediaType, ruleMediaType, "a media type")
		case "length":
			a.Length, err = c.length(k)
		case "sha2":
			if err = c.string(k); err == nil {
				a.SHA2 = c.text(k)
			}
		case "fileUrl":
			found--
			a.FileURL, err = c.iri(k)
		default:
			err = c.unknown(k, attachmentNames...)
		}
		if err != nil {
			return err
		}
	}
	if found < 5 || a.SHA2 == "" {
		return c.fail(i, ruleAttachment, "an attachment has a usageType, display, contentType, length and sha2")
	}
	c.attachments = append(c.attachments, a)
	return nil
}

// length checks a number of octets: an integer that is not negative.
func (c *checker) length(i int32) (int64, error) {
	if err := c.number(i); err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(c.raw(i), 10, 64)
	if err != nil || n < 0 {
		return 0, c.fail(i, ruleLength, "the length is a number of octets, not %s", clip(c.raw(i)))
	}
	return n, nil
}
