-- Event triggers.
SELECT e.tableoid AS class, e.oid, 0 AS sub, 'event_trigger' AS kind,
       ARRAY[e.evtname]::text[] AS path,
       pg_get_userbyid(e.evtowner)::text AS owner,
       concat('ON ', e.evtevent,
              (SELECT concat(' WHEN TAG IN (', string_agg(quote_literal(tag), ', ' ORDER BY tag), ')')
               FROM unnest(e.evttags) tag HAVING count(*) > 0),
              ' EXECUTE FUNCTION ', e.evtfoid::regproc, '()') AS definition,
       CASE e.evtenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA'
                         WHEN 'A' THEN 'ENABLE ALWAYS' END AS enabled
FROM pg_event_trigger e
