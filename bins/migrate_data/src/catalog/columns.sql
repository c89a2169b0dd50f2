-- What: the columns of one table or view, in order, domains resolved to their base types.
-- Parameters: $1 the relation's oid.
WITH RECURSIVE resolved AS (
    SELECT a.attnum, a.attname, a.attnotnull, a.attidentity, a.attgenerated, a.atthasdef,
           a.atttypid AS type, a.atttypmod AS modifier, format_type(a.atttypid, a.atttypmod) AS shown
    FROM pg_attribute AS a
    WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT r.attnum, r.attname, r.attnotnull OR t.typnotnull, r.attidentity, r.attgenerated, r.atthasdef,
           t.typbasetype, t.typtypmod, r.shown
    FROM resolved AS r JOIN pg_type AS t ON t.oid = r.type AND t.typtype = 'd'
)
SELECT r.attname::text AS name,
       r.attnotnull AS not_null,
       r.attidentity::text AS identity,
       r.attgenerated::text AS generated,
       r.atthasdef AS has_default,
       t.typname::text AS type,
       t.typtype::text AS type_class,
       r.modifier AS modifier,
       r.shown AS shown,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels
FROM resolved AS r JOIN pg_type AS t ON t.oid = r.type AND t.typtype <> 'd'
ORDER BY r.attnum
