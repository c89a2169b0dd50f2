-- Extensions of the database with version and schema, those first that others need.
SELECT extname::text, extversion, nspname::text
  FROM pg_extension
  JOIN pg_namespace ON pg_namespace.oid = extnamespace
 WHERE extname <> 'plpgsql'
 ORDER BY pg_extension.oid;
