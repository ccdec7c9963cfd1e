package sqlstore

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
)

// openArrays opens a pool of PostgreSQL whose connections encode the arrays of a bulk at their size. The driver boxes each element and
// lets its buffer grow many times under a batch of statements, which was a fifth of all memory that it took to store one.
func openArrays(dsn string) (*sqlx.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(_ context.Context, c *pgx.Conn) error {
		for _, oid := range []uint32{pgtype.TextArrayOID, pgtype.Int8ArrayOID} {
			if of, known := c.TypeMap().TypeForOID(oid); known {
				c.TypeMap().RegisterType(&pgtype.Type{Name: of.Name, OID: oid, Codec: sizedArray{of.Codec}})
			}
		}
		return nil
	}))
	return sqlx.NewDb(db, postgresDialect.driver), nil
}

// sizedArray encodes the slices that columns are made of, and leaves all other values to the driver.
type sizedArray struct{ pgtype.Codec }

// PlanEncode is pgtype.Codec.
func (c sizedArray) PlanEncode(m *pgtype.Map, oid uint32, format int16, value any) pgtype.EncodePlan {
	if format == pgtype.BinaryFormatCode {
		switch value.(type) {
		case []string:
			return sizedTexts[string]{}
		case [][]byte:
			return sizedTexts[[]byte]{}
		case []int64:
			return sizedInts{}
		}
	}
	return c.Codec.PlanEncode(m, oid, format, value)
}

// sizedTexts encodes a text[] (PostgreSQL, array_send).
type sizedTexts[T string | []byte] struct{}

// Encode is pgtype.EncodePlan.
func (sizedTexts[T]) Encode(value any, buf []byte) ([]byte, error) {
	all := value.([]T)
	size := 0
	for _, v := range all {
		size += 4 + len(v)
	}
	buf = beginArray(buf, pgtype.TextOID, len(all), size)
	for _, v := range all {
		buf = append(binary.BigEndian.AppendUint32(buf, uint32(len(v))), v...)
	}
	return buf, nil
}

// sizedInts encodes a bigint[].
type sizedInts struct{}

// Encode is pgtype.EncodePlan.
func (sizedInts) Encode(value any, buf []byte) ([]byte, error) {
	all := value.([]int64)
	buf = beginArray(buf, pgtype.Int8OID, len(all), 12*len(all))
	for _, v := range all {
		buf = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(buf, 8), uint64(v))
	}
	return buf, nil
}

// beginArray writes the head of an array of n elements, none of them NULL, and makes room for their size in bytes.
func beginArray(buf []byte, element uint32, n, size int) []byte {
	buf = slices.Grow(buf, 20+size)
	if n == 0 {
		return appendInts(buf, 0, 0, element)
	}
	return appendInts(buf, 1, 0, element, uint32(n), 1) // dimensions, NULLs, type, length, number of the first
}

func appendInts(buf []byte, all ...uint32) []byte {
	for _, n := range all {
		buf = binary.BigEndian.AppendUint32(buf, n)
	}
	return buf
}
