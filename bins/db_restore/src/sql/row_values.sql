-- The value of each column of the tables by their place in the list, $1, as SQL that is never NULL,
-- $2 standing for that: what goes into the hash of a row. The text is that of COPY, the type's own,
-- which `concat` gives and some casts to text do not. Locks nothing.
SELECT named.place,
       attname::text,
       CASE
           WHEN attnotnull THEN format('%I', attname)
           WHEN atttypid IN ('text'::regtype, 'varchar'::regtype) THEN
               format('coalesce(%I, %L)', attname, $2::text)
           -- IS NULL would be true of a row of NULLs, which is no NULL.
           ELSE format('CASE WHEN %1$I IS NOT DISTINCT FROM NULL THEN %2$L ELSE concat(%1$I) END',
                       attname, $2::text)
       END
FROM unnest($1::text[]) WITH ORDINALITY AS named (name, place)
JOIN pg_attribute ON attrelid = named.name::regclass
WHERE attnum > 0 AND NOT attisdropped
