-- The statement that makes database $1 again as it was made, and whether we may run it: dropping
-- a database that cannot be created afterwards would lose it.
-- In psql: \bind old_bad_db \g
-- Locks nothing.
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L',
              datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype)
       || CASE to_jsonb(d) ->> 'datlocprovider'
              WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
                                   coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
              WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
              ELSE ''
          END AS statement,
       rolsuper OR (rolcreatedb AND pg_has_role(datdba, 'USAGE')) AS allowed
  FROM pg_database AS d
 CROSS JOIN pg_roles
 WHERE datname = $1
   AND rolname = current_user;
