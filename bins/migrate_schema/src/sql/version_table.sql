-- What: where Alembic's version table is, or would be made.
SELECT (SELECT format('%I.%I', n.nspname, c.relname)
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = to_regclass('alembic_version')) AS version_table,
       current_schema() IS NOT NULL AS has_schema,
       format('%I.alembic_version', current_schema()) AS would_be;
