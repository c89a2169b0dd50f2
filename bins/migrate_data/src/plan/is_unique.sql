-- What: whether a unique index and NOT NULL make these columns name one row each.
-- Parameters: $1 the table's oid, $2 the columns.
SELECT EXISTS (
    SELECT FROM pg_index AS i
    WHERE i.indrelid = $1 AND i.indisunique AND i.indisvalid AND i.indimmediate
      AND i.indpred IS NULL AND i.indexprs IS NULL
      AND (SELECT bool_and(a.attnotnull AND a.attname = ANY ($2))
           FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS k(attnum, position)
           JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
           WHERE k.position <= i.indnkeyatts))
