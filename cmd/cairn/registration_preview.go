package main

import (
	"fmt"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
)

// identityEffect is what another identity rule would do.
type identityEffect struct {
	ID     string           `json:"id"`
	Links  linksView        `json:"links"`
	Effect pipeline.Preview `json:"effect"`
}

// previewIdentity says what the identity rule of a registration would do to learners, and changes nothing.
func (p *program) previewIdentity(s *sqlstore.Store, r sqlstore.Registration) error {
	there, err := s.Frameworks(p.ctx, "")
	if err != nil {
		return err
	}
	links, err := s.Relinking(p.ctx, r.ID, r.Identity)
	if err != nil {
		return registrationError(r.ID, err)
	}
	effect, err := pipeline.Previewer{Frozen: s.Frozen, Catalogs: there, Now: p.now}.Links(p.ctx, links, nil, nil)
	if err != nil {
		return fmt.Errorf("look at the effect on learners: %w", err)
	}
	out := identityEffect{r.ID, linksView{Ended: len(links.Gone), Began: len(links.Made)}, effect}
	if p.JSON {
		return printJSON(p.out, out)
	}
	_, err = fmt.Fprintf(p.out, "Of the links of people to their statements %d would end and %d begin. %s\n", out.Links.Ended, out.Links.Began, effectLine(effect))
	return err
}

// effectLine is the effect on learners in words.
func effectLine(p pipeline.Preview) string {
	return fmt.Sprintf("Of %d learners %d gain, %d lose and %d keep evidence that ends sooner.", p.Checked, p.People.Gain, p.People.Lose, p.People.Expire)
}
