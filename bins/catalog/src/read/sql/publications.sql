-- Publications.
SELECT p.tableoid AS class, p.oid, 0 AS sub, 'publication' AS kind,
       ARRAY[p.pubname]::text[] AS path,
       pg_get_userbyid(p.pubowner)::text AS owner,
       CASE WHEN p.puballtables THEN 'true' END AS all_tables,
       nullif(concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                        CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
              'insert, update, delete, truncate') AS publish,
       CASE WHEN p.pubviaroot THEN 'true' END AS via_root,
       CASE to_jsonb(p) ->> 'pubgencols' WHEN 's' THEN 'stored' END AS generated_columns
FROM pg_publication p
