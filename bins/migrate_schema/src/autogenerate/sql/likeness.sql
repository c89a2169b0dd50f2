-- The server's version; the options of CREATE DATABASE that make a database like this one; the settings
-- of its sessions that change what a schema file means, as a server's command line says them.
SELECT current_setting('server_version_num')::int,
       format('ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate, datctype)
           || CASE to_jsonb(d) ->> 'datlocprovider'
                  WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
                  WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
                  ELSE '' END,
       (SELECT string_agg(format('-c %s=%s', name, regexp_replace(setting, '([\\ ])', '\\\1', 'g')), ' ' ORDER BY name)
          FROM pg_settings
         WHERE name IN ('search_path', 'default_tablespace', 'default_table_access_method', 'default_toast_compression'))
  FROM pg_database AS d
 WHERE datname = current_database();
