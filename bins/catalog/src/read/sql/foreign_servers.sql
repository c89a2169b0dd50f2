-- Foreign data wrappers and servers.
SELECT w.tableoid AS class, w.oid, 0 AS sub, 'foreign_data_wrapper' AS kind,
       ARRAY[w.fdwname]::text[] AS path,
       pg_get_userbyid(w.fdwowner)::text AS owner,
       w.fdwacl::text[] AS acl,
       nullif(concat_ws(' ', 'HANDLER ' || nullif(w.fdwhandler, 0)::regproc,
                        'VALIDATOR ' || nullif(w.fdwvalidator, 0)::regproc), '') AS definition,
       (SELECT json_agg(o ORDER BY o) FROM unnest(w.fdwoptions) o)::text AS foreign_options
FROM pg_foreign_data_wrapper w
UNION ALL
SELECT s.tableoid, s.oid, 0, 'server', ARRAY[s.srvname]::text[],
       pg_get_userbyid(s.srvowner)::text, s.srvacl::text[],
       concat_ws(' ', 'TYPE ' || quote_literal(s.srvtype), 'VERSION ' || quote_literal(s.srvversion),
                 'FOREIGN DATA WRAPPER ' || quote_ident(w.fdwname)),
       (SELECT json_agg(o ORDER BY o) FROM unnest(s.srvoptions) o)::text
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
