package caserest

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"cairn/mapping/casefmt"
)

// identifier is the one that an address names; CASE wants a UUID.
func identifier(r *http.Request) (string, error) {
	raw := mux.Vars(r)["id"]
	id, err := uuid.Parse(raw)
	if err != nil || len(raw) != 36 {
		return "", badUUID(raw)
	}
	return id.String(), nil
}

// lookup finds the newest version that has the object of an address.
func (s *service) lookup(r *http.Request, kind string, has func(x *index, id string) bool) (*index, string, error) {
	id, err := identifier(r)
	if err != nil {
		return nil, "", err
	}
	x := s.find(func(x *index) bool { return has(x, id) })
	if x == nil {
		return nil, "", unknownObject(kind, id)
	}
	return x, id, nil
}

func isDocument(x *index, id string) bool    { return x.Catalog.GUID == id }
func isItem(x *index, id string) bool        { _, ok := x.items[id]; return ok }
func isAssociation(x *index, id string) bool { _, ok := x.associations[id]; return ok }

// document is getCFDocument.
func (s *service) document(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		x, _, err := s.lookup(r, "CFDocument", isDocument)
		if err != nil {
			return answer{}, err
		}
		return s.one(r, s.alone(x, v), x)
	}
}

// alone is a document outside its package: with the address of that.
func (s *service) alone(x *index, v casefmt.Version) casefmt.Document {
	d := casefmt.Package{Document: x.pkg.Document}.In(v).Document // without copying the items
	d.PackageURI = &casefmt.Link{Title: d.Title, Identifier: d.Identifier, URI: s.BaseURL + v.Path() + "/CFPackages/" + d.Identifier}
	return d
}

// pack is getCFPackage.
func (s *service) pack(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		if err := onlyKnown(r.URL.Query()); err != nil {
			return answer{}, err
		}
		x, _, err := s.lookup(r, "CFPackage", isDocument)
		if err != nil {
			return answer{}, err
		}
		body, err := x.body(v)
		return answer{kind: jsonKind, body: body, changed: x.changedAt(), fresh: keepVersion}, err
	}
}

// item is getCFItem. An item that is in several versions is told as the newest has it.
func (s *service) item(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		x, id, err := s.lookup(r, "CFItem", isItem)
		if err != nil {
			return answer{}, err
		}
		return s.one(r, x.item(id, v), x)
	}
}

func (x *index) item(id string, v casefmt.Version) casefmt.Item {
	it := x.pkg.Items[x.items[id]]
	if v == casefmt.V1p0 {
		it.Extensions = nil
	}
	it.DocumentURI = x.documentLink()
	return it
}

// association is getCFAssociation.
func (s *service) association(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		x, id, err := s.lookup(r, "CFAssociation", func(x *index, id string) bool {
			return isAssociation(x, id) && casefmt.Knows(v, x.pkg.Associations[x.associations[id]])
		})
		if err != nil {
			return answer{}, err
		}
		a := x.pkg.Associations[x.associations[id]]
		a.DocumentURI = x.documentLink()
		return s.one(r, a, x)
	}
}

// itemAssociations is getCFItemAssociations: the item, and every association that begins or ends at it.
func (s *service) itemAssociations(v casefmt.Version) action {
	return func(r *http.Request) (answer, error) {
		x, id, err := s.lookup(r, "CFItem", isItem)
		if err != nil {
			return answer{}, err
		}
		set := struct {
			Item         casefmt.Item          `json:"CFItem"`
			Associations []casefmt.Association `json:"CFAssociations"`
		}{x.item(id, v), []casefmt.Association{}}
		for _, i := range x.touching[id] {
			if a := x.pkg.Associations[i]; casefmt.Knows(v, a) {
				a.DocumentURI = x.documentLink()
				set.Associations = append(set.Associations, a)
			}
		}
		return s.one(r, set, x)
	}
}

// concepts is getCFConcept: a set, as the binding has it. Our concepts have no children, so it holds one.
func (s *service) concepts(r *http.Request) (answer, error) {
	var found casefmt.Concept
	x, _, err := s.lookup(r, "CFConcept", func(x *index, id string) bool {
		for _, c := range x.pkg.Definitions.Concepts {
			if c.Identifier == id {
				found = c
				return true
			}
		}
		return false
	})
	if err != nil {
		return answer{}, err
	}
	return s.one(r, map[string][]casefmt.Concept{"CFConcepts": {found}}, x)
}

// itemTypes is getCFItemType: a set, as the binding has it.
func (s *service) itemTypes(r *http.Request) (answer, error) {
	var found casefmt.ItemType
	x, _, err := s.lookup(r, "CFItemType", func(x *index, id string) bool {
		for _, t := range x.pkg.Definitions.ItemTypes {
			if t.Identifier == id {
				found = t
				return true
			}
		}
		return false
	})
	if err != nil {
		return answer{}, err
	}
	return s.one(r, map[string][]casefmt.ItemType{"CFItemTypes": {found}}, x)
}

// none answers for the kinds of object that no framework of Cairn has.
func (s *service) none(r *http.Request) (answer, error) {
	id, err := identifier(r)
	if err != nil {
		return answer{}, err
	}
	return answer{}, unknownObject("object of this kind", id)
}

// one is a single object, cut to the fields that were asked for.
func (s *service) one(r *http.Request, v any, x *index) (answer, error) {
	q := r.URL.Query()
	if err := onlyKnown(q, "fields"); err != nil {
		return answer{}, err
	}
	out, err := asJSON(v, x.changedAt(), keepList)
	if err != nil || !q.Has("fields") {
		return out, err
	}
	out.body, err = selected(out.body, q.Get("fields"))
	return out, err
}
